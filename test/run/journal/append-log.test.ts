import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isSealed } from '../../../src/run/checked-line.ts';
import { nodeFileSystem } from '../../../src/run/file-system.ts';
import { createAppendLog, type AppendLog } from '../../../src/run/journal/append-log.ts';
import type { Place } from '../../../src/run/journal/record-index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { heldFile, quickFile, until } from './held-file.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const quiet = { wait: 2, start: 0, syncs: false, failed: () => {} };

function membersOf(value: string): string {
  return JSON.stringify({ value }).slice(1, -1);
}

describe('createAppendLog', () => {
  it.each([
    ['at once', true],
    ['beside the run', false],
  ])('says of each line where it stands, and writes it there with its checksum, %s', async (_, atOnce) => {
    const texts = fc.oneof(
      { weight: 20, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
      // Around and beyond one batch, in characters of one to four bytes.
      { weight: 1, arbitrary: fc.constantFrom('x', 'é', '✓', '🙂').map((text) => text.repeat(90_000)) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(texts, fc.boolean()), { maxLength: 20 }), async (lines) => {
        const path = join(temporaryFolder(), 'log');
        const { appendNow, ...beside } = await nodeFileSystem.create(path);
        const file = { ...beside, ...(atOnce && appendNow && { appendNow }) };
        await file.append(Buffer.from('before\n'));
        const log = createAppendLog(file, { ...quiet, start: 7 });
        const places: (Place | undefined)[] = [];
        const told: Place[] = [];
        const handedOver: boolean[] = [];
        for (const [text, pause] of lines) {
          places.push(log.append(membersOf(text), (line) => told.push(line)));
          if (pause) handedOver.push(await log.written());
        }
        await log.close();
        expect(told).toEqual(places);
        expect(handedOver.every(Boolean)).toBe(true);
        const bytes = await readFile(path);
        let end = 7;
        for (const [at, place] of told.entries()) {
          const line = bytes.subarray(place.offset, place.offset + place.length);
          expect(isSealed(line)).toBe(true);
          const { crc, ...members } = JSON.parse(line.toString()) as Record<string, unknown>;
          expect([typeof crc, members]).toEqual([
            'string',
            JSON.parse(`{${membersOf(lines[at]?.[0] ?? '')}}`),
          ]);
          expect(place.offset).toBe(end);
          end += place.length + 1;
          expect(bytes[end - 1]).toBe(0x0a);
        }
        expect(end).toBe(bytes.length);
      }),
      { numRuns: 30 },
    );
  });

  it('tells when all that was added is handed over, and not before', async () => {
    const { file, writes } = heldFile();
    const log = createAppendLog(file, quiet);
    const told: string[] = [];
    const tell = (name: string) => (written: boolean) => told.push(`${name} ${written}`);
    expect(await log.written()).toBe(true);
    log.append(membersOf('a'));
    const first = log.written().then(tell('first'));
    await until(() => writes.length === 1);
    log.append(membersOf('b'));
    const second = log.written().then(tell('second'));
    log.append(membersOf('c'));
    expect(told).toEqual([]);
    writes[0]?.done();
    await first;
    await until(() => writes.length === 2);
    expect(told).toEqual(['first true']);
    // What comes while a write is under way shares the next one.
    expect(writes[1]?.bytes.toString()).toMatch(/"value":"b".*\n.*"value":"c".*\n$/);
    writes[1]?.done();
    await second;
    expect(told).toEqual(['first true', 'second true']);
    await log.close();
  });

  it('has what was added in one turn written at once', async () => {
    const { file, writes } = heldFile();
    const log = createAppendLog(file, quiet);
    const waits = ['a', 'b', 'c'].map((text) => {
      log.append(membersOf(text));
      return log.written();
    });
    await until(() => writes.length === 1);
    writes[0]?.done();
    expect(await Promise.all(waits)).toEqual([true, true, true]);
    expect(writes).toHaveLength(1);
    await log.close();
  });

  it('has no full batch wait for others', async () => {
    const { file, writes } = heldFile();
    const log = createAppendLog(file, { ...quiet, wait: 60_000 });
    for (const text of ['a', 'b']) log.append(membersOf(text.repeat(200_000)));
    await until(() => writes.length === 1);
    writes[0]?.done();
    await until(() => writes.length === 2);
    writes[1]?.done();
    await log.close();
    expect(writes).toHaveLength(2);
  });

  it('tells who hurries nothing as much, whether it was written, failed, or there is nothing left', async () => {
    const { file, writes } = heldFile();
    const log = createAppendLog(file, quiet);
    expect(await log.committed()).toBe(true);
    log.append(membersOf('a'));
    const first = log.committed();
    await until(() => writes.length === 1);
    log.append(membersOf('b'));
    const second = log.committed();
    const closing = log.close();
    writes[0]?.done();
    expect(await first).toBe(true);
    await until(() => writes.length === 2);
    writes[1]?.fail(new Error('EIO'));
    expect(await second).toBe(false);
    await closing;
    expect(await log.committed()).toBe(false);
  });

  it('tells of a failure once, and of nothing as written after it', async () => {
    const { file, writes, closed } = heldFile();
    const failures: unknown[] = [];
    const told: string[] = [];
    const log = createAppendLog(file, { ...quiet, failed: (error) => failures.push(error) });
    log.append(membersOf('a'), () => told.push('a'));
    const first = log.written();
    await until(() => writes.length === 1);
    log.append(membersOf('b'), () => told.push('b'));
    const second = log.written();
    writes[0]?.fail(new Error('ENOSPC'));
    expect([await first, await second]).toEqual([false, false]);
    expect(log.append(membersOf('c'))).toBeUndefined();
    expect(await log.written()).toBe(false);
    expect(log.full).toBe(false);
    await log.close();
    expect(failures).toEqual([new Error('ENOSPC')]);
    expect([told, writes.length, closed()]).toEqual([[], 1, 1]);
  });

  it('tells of nothing as written after a sync that failed beside the write', async () => {
    const { file, writes, closed } = heldFile();
    const failures: unknown[] = [];
    const told: string[] = [];
    const syncs: ((error: Error) => void)[] = [];
    const sync = () => new Promise<void>((_, reject) => syncs.push(reject));
    const options = { ...quiet, wait: 0, syncs: true, failed: (error: unknown) => failures.push(error) };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = createAppendLog({ ...file, sync }, options);
    log.append(membersOf('a'), () => told.push('a'));
    const first = log.written();
    await until(() => writes.length === 1);
    writes[0]?.done();
    await first;
    vi.advanceTimersByTime(1000);
    expect(syncs).toHaveLength(1);
    log.append(membersOf('b'), () => told.push('b'));
    const second = log.written();
    await until(() => writes.length === 2);
    syncs[0]?.(new Error('EIO'));
    expect(await second).toBe(false);
    writes[1]?.done();
    await log.close();
    expect(vi.getTimerCount()).toBe(0);
    expect([told, failures, syncs.length, closed()]).toEqual([['a'], [new Error('EIO')], 1, 1]);
  });

  it('writes what is left when it is closed, and takes nothing after that', async () => {
    const { file, writes, closed } = heldFile();
    const log = createAppendLog(file, quiet);
    log.append(membersOf('a'));
    const closing = log.close();
    expect(log.append(membersOf('b'))).toBeUndefined();
    await until(() => writes.length === 1);
    expect(closed()).toBe(0);
    writes[0]?.done();
    await closing;
    expect([writes.length, closed(), await log.written()]).toEqual([1, 1, true]);
  });

  it.each([
    [true, [1]],
    [false, []],
  ])('sees its lines onto the disk at the end, if it is to: %s', async (syncs, expected) => {
    const held = heldFile();
    const log = createAppendLog(held.file, { ...quiet, syncs });
    log.append(membersOf('a'));
    await letThrough(log, held.writes);
    expect(held.syncs).toEqual(expected);
  });
});

describe('a log of a quick file', () => {
  const atOnce = { ...quiet, wait: 0 };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('is written at the end of the turn, all lines of which share the write', async () => {
    const { file, quick, writes } = quickFile();
    const log = createAppendLog(file, atOnce);
    const told: string[] = [];
    for (const text of ['a', 'b']) log.append(membersOf(text), () => told.push(text));
    const committed = log.committed();
    expect([quick.length, told]).toEqual([0, []]);
    await turn();
    expect([quick.length, told, writes.length]).toEqual([1, ['a', 'b'], 0]);
    expect(await committed).toBe(true);
    expect(quick[0]).toMatch(/"value":"a".*\n.*"value":"b".*\n$/);
    await log.close();
  });

  it('takes what is added by those who are told', async () => {
    const { file, quick } = quickFile();
    const log = createAppendLog(file, atOnce);
    const large = 'x'.repeat(300_000);
    let second: Promise<boolean> | undefined;
    log.append(membersOf('a'), () => {
      log.append(membersOf(large));
      second = log.written();
    });
    await turn();
    await until(() => second !== undefined);
    expect(await second).toBe(true);
    await log.close();
    expect(quick.map((text) => text.length > 300_000)).toEqual([false, true]);
  });

  it('tells nobody of a line in the midst of another that is added', async () => {
    const { file, quick } = quickFile();
    const log = createAppendLog(file, atOnce);
    const large = 'x'.repeat(300_000);
    log.append(membersOf('a'), () => log.append(membersOf('b')));
    // Too large for the batch of the line before, which is full so.
    log.append(membersOf(large));
    await turn();
    await log.close();
    const lines = quick.join('').split('\n').slice(0, -1);
    expect(lines.every((line) => isSealed(Buffer.from(line)))).toBe(true);
    expect(lines.map((line) => (JSON.parse(line) as { value: string }).value)).toEqual(['a', large, 'b']);
  });

  it('is written beside the run while it is seen onto the disk', async () => {
    const { file, quick, writes, syncs } = quickFile();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = createAppendLog(file, { ...atOnce, syncs: true });
    log.append(membersOf('a'));
    await turn();
    vi.advanceTimersByTime(1000);
    expect([quick.length, syncs.length]).toEqual([1, 1]);
    log.append(membersOf('b'));
    const second = log.committed();
    await until(() => writes.length === 1);
    syncs[0]?.();
    // What comes while a write is under way is not written past it.
    log.append(membersOf('c'));
    await turn();
    expect([quick.length, writes.length]).toEqual([1, 1]);
    writes[0]?.done();
    expect(await second).toBe(true);
    await until(() => writes.length === 2);
    writes[1]?.done();
    expect(await log.committed()).toBe(true);
    log.append(membersOf('d'));
    await turn();
    expect([quick.length, writes.length]).toEqual([2, 2]);
    const closing = log.close();
    await until(() => syncs.length === 2);
    syncs[1]?.();
    await closing;
  });

  it('is seen onto the disk by one sync at a time, however long that takes', async () => {
    const { file, writes, syncs } = quickFile();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = createAppendLog(file, { ...atOnce, syncs: true });
    log.append(membersOf('a'));
    await turn();
    vi.advanceTimersByTime(1000);
    expect(syncs).toHaveLength(1);
    log.append(membersOf('b'));
    await until(() => writes.length === 1);
    writes[0]?.done();
    expect(await log.committed()).toBe(true);
    vi.advanceTimersByTime(5000);
    expect(syncs).toHaveLength(1);
    // What was written meanwhile is seen there by the next.
    syncs[0]?.();
    await turn();
    vi.advanceTimersByTime(1000);
    expect(syncs).toHaveLength(2);
    syncs[1]?.();
    await turn();
    vi.advanceTimersByTime(5000);
    expect(syncs).toHaveLength(2);
    const closing = log.close();
    await until(() => syncs.length === 3);
    syncs[2]?.();
    await closing;
  });

  it.each([
    [3, 140],
    [200, 9000],
  ])('is written beside the run for as long as a write of %s ms was too much', async (delay, tooSoon) => {
    const { file, quick, writes, disk } = quickFile();
    const log = createAppendLog(file, atOnce);
    disk.delay = delay;
    log.append(membersOf('a'));
    expect(await log.written()).toBe(true);
    disk.delay = 0;
    disk.now += tooSoon;
    log.append(membersOf('b'));
    const second = log.written();
    await turn();
    expect([quick.length, writes.length]).toEqual([1, 1]);
    writes[0]?.done();
    expect(await second).toBe(true);
    disk.now += 5000;
    log.append(membersOf('c'));
    expect(await log.written()).toBe(true);
    expect([quick.length, writes.length]).toEqual([2, 1]);
    await log.close();
  });

  it('sees nothing onto a disk that has failed', async () => {
    const { file, syncs, disk } = quickFile();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = createAppendLog(file, { ...atOnce, syncs: true });
    log.append(membersOf('a'));
    expect(await log.written()).toBe(true);
    disk.error = new Error('EIO');
    log.append(membersOf('b'));
    expect(await log.written()).toBe(false);
    vi.advanceTimersByTime(5000);
    expect([syncs.length, vi.getTimerCount()]).toEqual([0, 0]);
    await log.close();
    expect(syncs).toHaveLength(0);
  });

  it('tells of a failure once, and of nothing as written after it', async () => {
    const { file, quick, writes, closed, disk } = quickFile();
    const failures: unknown[] = [];
    const told: string[] = [];
    const log = createAppendLog(file, { ...atOnce, failed: (error) => failures.push(error) });
    disk.error = new Error('ENOSPC');
    log.append(membersOf('a'), () => told.push('a'));
    expect(await log.written()).toBe(false);
    disk.error = undefined;
    expect(log.append(membersOf('b'))).toBeUndefined();
    await log.close();
    expect([failures, told, quick, writes, closed()]).toEqual([[new Error('ENOSPC')], [], [], [], 1]);
  });
});

/** Closes the log, its one write done. */
async function letThrough(log: AppendLog, writes: readonly { done(): void }[]): Promise<void> {
  const closing = log.close();
  await until(() => writes.length === 1);
  writes[0]?.done();
  await closing;
}
