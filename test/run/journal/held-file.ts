import { vi } from 'vitest';
import type { WritableFile } from '../../../src/run/file-system.ts';

export interface HeldWrite {
  readonly bytes: Buffer;
  done(): void;
  fail(error: Error): void;
}

/** A file whose writes a test lets through one by one. `syncs` has the number of writes before each sync. */
export function heldFile() {
  const writes: HeldWrite[] = [];
  const syncs: number[] = [];
  let closed = 0;
  const file: WritableFile = {
    append: (bytes) =>
      new Promise((resolve, reject) => {
        writes.push({ bytes: Buffer.from(bytes), done: resolve, fail: reject });
      }),
    async sync() {
      syncs.push(writes.length);
    },
    async close() {
      closed += 1;
    },
  };
  return { file, writes, syncs, closed: () => closed };
}

/** Waits until the condition holds; what it waits for is sure to come. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * A held file that can be written to at once as well: `quick` has what was. Such a write takes `delay` milliseconds of a clock
 * that otherwise stands still, or fails. A test lets each sync through.
 */
export function quickFile() {
  const held = heldFile();
  const quick: string[] = [];
  const syncs: (() => void)[] = [];
  const disk: { now: number; delay: number; error: Error | undefined } = {
    now: 0,
    delay: 0,
    error: undefined,
  };
  vi.spyOn(performance, 'now').mockImplementation(() => disk.now);
  const file: WritableFile = {
    ...held.file,
    appendNow(bytes) {
      if (disk.error !== undefined) throw disk.error;
      quick.push(Buffer.from(bytes).toString());
      disk.now += disk.delay;
    },
    sync: () => new Promise((resolve) => syncs.push(resolve)),
  };
  return { ...held, file, quick, syncs, disk };
}
