import type { Entry } from '../entry.ts';
import { beginSegment, type GrowingSegment } from './growing-segment.ts';
import type { SpareTable } from './segment-index.ts';
import type { Segment } from './segment.ts';
import type { CacheServices } from './services.ts';

/** Writes the segments of one process: one at a time, the next when it is full or old. */
export interface SegmentWriter {
  put(entry: Entry): void;
  /** Completes the last segment. */
  close(): Promise<void>;
}

export interface WriterListener {
  /** Here goes what is put from now on; it is found there at once. The listener closes it. */
  began(segment: Segment): void;
  /** A segment is complete, and another follows. */
  completed(): Promise<void>;
  /** Told once; nothing is put any more. */
  failed(error: unknown): void;
}

export function createSegmentWriter(services: CacheServices, listener: WriterListener): SegmentWriter {
  const { now, limits } = services;
  let current: GrowingSegment | undefined;
  const spare: SpareTable = {};
  let completing: Promise<void> = Promise.resolve();
  let failed = false;

  function fail(error: unknown): void {
    if (failed) return;
    failed = true;
    listener.failed(error);
  }

  /** The segment to write to at this time. */
  function segmentAt(time: number): GrowingSegment {
    if (current !== undefined) {
      const full = current.bytes >= limits.segmentBytes;
      if (!full && !current.gone && time - current.began < limits.writtenFor) return current;
      completing = complete(current, completing);
    }
    current = beginSegment(services, time, fail, spare);
    listener.began(current);
    return current;
  }

  async function complete(segment: GrowingSegment, before: Promise<void>): Promise<void> {
    await before;
    await segment.complete();
    await listener.completed();
  }

  return {
    put(entry) {
      if (failed) return;
      const time = now();
      segmentAt(time).put(entry, Math.floor(time));
    },
    async close() {
      await completing;
      await current?.complete();
    },
  };
}
