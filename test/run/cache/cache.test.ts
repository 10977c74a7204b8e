import { execFileSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/json/json.ts';
import { clearCache } from '../../../src/run/cache/clear.ts';
import type { Entry } from '../../../src/run/entry.ts';
import { faultyDisk } from '../support/faulty-disk.ts';
import {
  ask,
  day,
  began,
  entryTo,
  filesOf,
  found,
  limits,
  newFolder,
  open,
  putAll,
  upTo,
} from './answers.ts';

/** Eight entries of the longest texts stay below the 4 MB that may wait for the disk: what is more is not kept. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Lone surrogates, which have no bytes of their own in UTF-8.
  fc.string({ unit: fc.constantFrom('\uD800', '\uDFFF', '\u2028', '\n', '"', '\\', '\0', '🙂') }),
  fc.constantFrom('{"crc":"00000000",', '__proto__', 'x'.repeat(30_000)),
);
/** As it is in JSON, which knows no negative zero. */
const anyJson = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
const amount = fc.option(fc.nat());
const anyEntry: fc.Arbitrary<Entry> = fc.record({
  fingerprint: fc.nat().map(ask),
  model: text,
  usage: fc.record({
    requests: fc.nat(),
    retries: fc.nat(),
    cached_requests: fc.nat(),
    unmetered_requests: fc.nat(),
    input_tokens: amount,
    cached_input_tokens: amount,
    output_tokens: amount,
    reasoning_tokens: amount,
    total_tokens: amount,
    cost_usd: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
  }),
  completion: fc.record({
    text,
    thinking: text,
    refusal: fc.option(text),
    tool_calls: fc.array(fc.record({ id: text, name: text, arguments: text, echo: anyJson }), {
      maxLength: 3,
    }),
    finish_reason: fc.option(text),
    model: fc.option(text),
    request_id: fc.option(text),
  }),
});

describe('a cache', () => {
  it('gives back every answer as it was put, here and in a later process', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEntry, { maxLength: 8 }), async (entries) => {
        const folder = await newFolder();
        const last = new Map(entries.map((entry) => [entry.fingerprint, entry]));
        const cache = open(folder);
        for (const entry of entries) cache.put(entry);
        for (const [fingerprint, entry] of last) expect(await cache.find(fingerprint)).toEqual(entry);
        await cache.close();
        const later = open(folder);
        for (const [fingerprint, entry] of last) expect(await later.find(fingerprint)).toEqual(entry);
        await later.close();
      }),
      { numRuns: 10 },
    );
  });

  it('answers a miss at once, without a promise, when it has looked once', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const cache = open(folder);
    expect(await cache.find(ask('nothing'))).toBeUndefined();
    expect(cache.find(ask('nothing'))).toBeUndefined();
    expect(cache.find(ask(1))).toBeInstanceOf(Promise);
  });

  it('gives what was put before, while and after it was opened here', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const cache = open(folder);
    cache.put(entryTo(2));
    const opening = cache.find(ask(1));
    cache.put(entryTo(3));
    expect(await opening).toEqual(entryTo(1));
    cache.put(entryTo(4));
    for (const question of [1, 2, 3, 4]) expect(await cache.find(ask(question))).toEqual(entryTo(question));
  });

  it('gives the newest of several answers to one question', async () => {
    const folder = await newFolder();
    const cache = open(folder);
    cache.put(entryTo(1, 'first'));
    cache.put(entryTo(1, 'second'));
    expect(await cache.find(ask(1))).toEqual(entryTo(1, 'second'));
    await cache.close();
    const later = open(folder, { now: () => began + 1 });
    expect(await later.find(ask(1))).toEqual(entryTo(1, 'second'));
    later.put(entryTo(1, 'third'));
    expect(await later.find(ask(1))).toEqual(entryTo(1, 'third'));
    await later.close();
    expect(await open(folder).find(ask(1))).toEqual(entryTo(1, 'third'));
  });

  it('takes no answer for one to another question that begins alike', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const alike = `${ask(1).slice(0, 16)}${'0'.repeat(16)}`;
    expect(await open(folder).find(alike)).toBeUndefined();
  });

  it('is shared by as many as want to', async () => {
    const folder = await newFolder();
    const caches = upTo(8).map(() => open(folder));
    for (const question of upTo(400)) caches[question % caches.length]?.put(entryTo(question));
    for (const question of upTo(400)) {
      expect(await caches[question % caches.length]?.find(ask(question))).toEqual(entryTo(question));
    }
    // What is being written by others is found too.
    expect(await found(folder, upTo(400))).toEqual(upTo(400));
    await Promise.all(caches.map((cache) => cache.close()));
    expect(await found(folder, upTo(400))).toEqual(upTo(400));
    expect(await filesOf(folder)).toHaveLength(8);
  });

  it('begins a new segment when one is full or old, and finds what is in each', async () => {
    const folder = await newFolder();
    let time = began;
    const cache = open(folder, { now: () => time, limits: limits({ segmentBytes: 5000 }) });
    for (const question of upTo(60)) cache.put(entryTo(question));
    for (const question of upTo(60)) expect(await cache.find(ask(question))).toEqual(entryTo(question));
    time += 31 * 60_000;
    cache.put(entryTo('later'));
    await cache.close();
    const segments = await filesOf(folder);
    expect(segments.length).toBeGreaterThan(5);
    expect(await filesOf(folder, '.index')).toHaveLength(segments.length);
    expect(segments.at(-1)).toContain(String(time));
    for (const name of segments) expect((await stat(join(folder, name))).size).toBeLessThan(6000);
    const options = { now: () => time };
    expect(await found(folder, [...upTo(60), 'later'], options)).toEqual([...upTo(60), 'later']);
  });

  it('finds what it put in segments that are full by their indexes on the disk, and misses at once', async () => {
    const folder = await newFolder();
    const { fileSystem, acts } = faultyDisk();
    const cache = open(folder, { fileSystem, limits: limits({ segmentBytes: 5000 }) });
    for (const question of upTo(60)) cache.put(entryTo(question));
    const readings = () =>
      [...acts].filter(([act]) => /^read .*\.index$/.test(act)).map(([, count]) => count);
    const fullOnes = 4;
    // Each is read once when it is written, and then by who looks for an answer.
    while (readings().filter((count) => count > 1).length < fullOnes) {
      for (const question of upTo(60)) expect(await cache.find(ask(question))).toEqual(entryTo(question));
    }
    for (const question of upTo(60, 60)) expect(cache.find(ask(question))).toBeUndefined();
    expect(await clearCache(folder)).toMatchObject({ ok: true });
    for (const question of upTo(60)) expect(await cache.find(ask(question))).toEqual(entryTo(question));
    await cache.close();
    expect(cache.notices).toEqual([]);
    expect(await found(folder, upTo(60))).toEqual([]);
  });

  it('lets go what is put or asked after its end, and closes once', async () => {
    const folder = await newFolder();
    const cache = open(folder);
    cache.put(entryTo(1));
    await Promise.all([cache.close(), cache.close()]);
    cache.put(entryTo(2));
    expect(cache.find(ask(1))).toBeUndefined();
    expect(await found(folder, [1, 2])).toEqual([1]);
  });

  it('keeps no answer that is too long to read back', async () => {
    const folder = await newFolder();
    const cache = open(folder);
    cache.put(entryTo('long', 'x'.repeat(2 ** 23)));
    cache.put(entryTo('short'));
    expect(await cache.find(ask('long'))).toBeUndefined();
    await cache.close();
    expect(await found(folder, ['long', 'short'])).toEqual(['short']);
    expect(cache.notices).toEqual([]);
  });
});

describe('a cache that is not used', () => {
  it('touches no disk', async () => {
    const { fileSystem, acts } = faultyDisk();
    await open(await newFolder(), { fileSystem }).close();
    expect([...acts]).toEqual([]);
  });

  it('leaves no folder where nothing was put', async () => {
    const folder = await newFolder();
    expect(await found(folder, [1, 2])).toEqual([]);
    await expect(stat(dirname(folder))).rejects.toThrow('ENOENT');
  });
});

describe('the folder of a cache', () => {
  it("is its owner's alone, as are the files", async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await modeOf(folder)).toBe(0o700);
    const names = [...(await filesOf(folder)), ...(await filesOf(folder, '.index'))];
    expect(names).toHaveLength(2);
    for (const name of names) expect(await modeOf(join(folder, name))).toBe(0o600);
  });

  it('is out of sight for git', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const project = dirname(dirname(folder));
    const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: project, encoding: 'utf8' });
    git('init', '--quiet');
    git('add', '.');
    expect(git('status', '--porcelain')).toBe('');
  });

  it('keeps what the user tells git', async () => {
    const folder = await newFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '.gitignore'), '*.tmp\n');
    await putAll(folder, [1]);
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*.tmp\n');
    expect(await found(folder, [1])).toEqual([1]);
  });
});

describe('the age of an answer', () => {
  it('is that of each answer, and not of the first beside it', async () => {
    const folder = await newFolder();
    const minute = 60_000;
    let time = began;
    const cache = open(folder, { now: () => time });
    cache.put(entryTo(1));
    time += 29 * minute;
    cache.put(entryTo(2));
    await cache.close();
    expect(await filesOf(folder)).toHaveLength(1);
    expect(await found(folder, [1, 2], { now: () => began + 30 * day + 10 * minute })).toEqual([2]);
  });

  it('ends it after 30 days, to the millisecond', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    expect(await found(folder, [1], { now: () => began + 30 * day + 1, limits: limits() })).toEqual([]);
    const other = await newFolder();
    await putAll(other, [1]);
    expect(await found(other, [1], { now: () => began + 30 * day })).toEqual([1]);
  });

  it('begins again when it is used after half of that', async () => {
    const folder = await newFolder();
    await putAll(folder, [1, 2]);
    for (const days of [16, 32, 48, 64]) {
      const now = () => began + days * day;
      const cache = open(folder, { now });
      const twice = await Promise.all([cache.find(ask(1)), cache.find(ask(1))]);
      expect(twice).toEqual([entryTo(1), entryTo(1)]);
      await cache.close();
      expect(cache.notices).toEqual([]);
    }
    const now = () => began + 70 * day;
    expect(await found(folder, [1, 2], { now })).toEqual([1]);
    // Once each time, though it was asked for twice, and what is older is gone.
    expect(await filesOf(folder)).toHaveLength(2);
  });

  it('is left as it is when it is used before', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const before = await filesOf(folder);
    expect(await found(folder, [1], { now: () => began + 15 * day })).toEqual([1]);
    expect(await filesOf(folder)).toEqual(before);
  });

  it('is no matter of clocks that go backwards', async () => {
    const folder = await newFolder();
    await putAll(folder, [1], { now: () => began + 400 * day });
    await putAll(folder, [2], { now: () => -5 });
    expect(await found(folder, [1], { now: () => began })).toEqual([1]);
  });
});

describe('a cache that is only looked at', () => {
  it('finds what there is, and leaves the folder as it was, whatever is too old or too much', async () => {
    const folder = await newFolder();
    await putAll(folder, [1, 2]);
    await putAll(folder, [3], { now: () => began - 60 * day });
    const before = await filesOf(folder, '');
    const now = () => began + 16 * day;
    const cache = open(folder, { now, limits: { ...limits(), bytes: 1 }, readOnly: true });
    expect(await cache.find(ask(1))).toEqual(entryTo(1));
    expect(await cache.find(ask(3))).toBeUndefined();
    cache.put(entryTo(4));
    await cache.close();
    expect(await filesOf(folder, '')).toEqual(before);
    expect(cache.notices).toEqual([]);
  });

  it('makes no folder', async () => {
    const folder = join(await newFolder(), 'absent');
    const cache = open(folder, { readOnly: true });
    expect(await cache.find(ask(1))).toBeUndefined();
    cache.put(entryTo(1));
    await cache.close();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    expect(cache.notices).toEqual([]);
  });
});
