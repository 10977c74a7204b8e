import { isObject } from '../../json/json.ts';
import type { RunLock } from '../lock.ts';
import type { RunSummary } from '../run-summary.ts';

/** A run as whoever merges it names it. */
export interface MergeSource {
  /** Absolute. */
  readonly folder: string;
  /** For people. */
  readonly name: string;
}

/** A completed run of one part of the input, held by this process. */
export interface Shard extends MergeSource {
  readonly summary: RunSummary;
  /** From 1. */
  readonly index: number;
  /** The sha256 of an input that came once, of which the run has a copy; undefined where it has none. */
  readonly spool: string | undefined;
  readonly lock: RunLock;
}

/** Of how many shards a run is one. */
export function countOf({ summary }: Pick<Shard, 'summary'>): number {
  const shard = summary.selection?.['shard'];
  return isObject(shard) ? Number(shard['count']) : 1;
}
