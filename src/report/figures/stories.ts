import type { JsonObject } from '../../json/json.ts';
import type { ChosenRecord } from './chosen.ts';
import { storyCall, storyFailure, type RecordStory, type StoryCall } from './story.ts';

/** Puts together what the journal tells of the chosen records. */
export interface StoriesFold {
  /** Whether lines of the record of this key are wanted. */
  wants(key: string): boolean;
  /** A line of a call, not yet read: it is read only where it is kept. */
  call(key: string, line: Buffer): void;
  /** The line that tells how the record ended. */
  record(line: Buffer): void;
  /** In input order. */
  stories(): readonly RecordStory[];
}

/** Bytes of lines that are kept of all records together; what is beyond is left out, and said to be. */
const mostBytes = 48 * 1024 * 1024;

/** A record that has the key of another never came to a call: those under its key are the other's. */
const withoutCalls = 'duplicate_key';

export function createStories(chosen: readonly ChosenRecord[]): StoriesFold {
  const wanted = new Set(chosen.map(({ key }) => key));
  const sequences = new Set(chosen.map(({ sequence }) => sequence));
  const calls = new Map<string, StoryCall[]>();
  const cut = new Set<string>();
  const rows = new Map<number, JsonObject>();
  let held = 0;

  return {
    wants: (key) => wanted.has(key),
    call(key, line) {
      if (held + line.length > mostBytes) {
        cut.add(key);
        return;
      }
      held += line.length;
      const call = storyCall(parsed(line));
      if (call === undefined) return;
      const known = calls.get(key);
      if (known === undefined) calls.set(key, [call]);
      else known.push(call);
    },
    record(line) {
      const row = parsed(line);
      const sequence = numberOf(row, 'sequence');
      if (sequences.has(sequence)) rows.set(sequence, row);
    },
    stories: () =>
      chosen
        .flatMap(({ sequence, key, outcome }) => {
          const row = rows.get(sequence);
          if (row === undefined) return [];
          const failure = outcome === 'failed' ? storyFailure(row) : undefined;
          const itsCalls = failure?.code === withoutCalls ? [] : (calls.get(key) ?? []);
          const place = { index: numberOf(row, 'index'), line: numberOf(row, 'line') };
          const story = { sequence, ...place, key, outcome, calls: itsCalls, isCut: cut.has(key) };
          const { output } = row;
          return [
            { ...story, ...(output !== undefined && { output }), ...(failure !== undefined && { failure }) },
          ];
        })
        .sort((one, other) => one.sequence - other.sequence),
  };
}

function parsed(line: Buffer): JsonObject {
  return JSON.parse(line.toString()) as JsonObject;
}

function numberOf(row: JsonObject, name: string): number {
  const value = row[name];
  return typeof value === 'number' ? value : 0;
}
