import type { Entry } from '../entry.ts';
import { errorCode, inWords } from '../file-system.ts';
import type { Fingerprint } from '../fingerprint.ts';
import { hashOfHex, type Hash } from '../key-table.ts';
import { readAnswer } from './lines.ts';
import { listCache } from './segment-files.ts';
import { openSegment, type Segment } from './segment.ts';
import { cacheServices, unlessRefused, type Surroundings } from './services.ts';
import { evict, tidy } from './upkeep.ts';
import { createSegmentWriter } from './writer.ts';

/** Answers of models, kept across runs: any number of processes find and put in one folder at the same time. */
export interface AnswerCache {
  /**
   * The answer to a question: undefined at once where there is none, so that a miss costs no turn of the loop; the
   * promise may turn out to hold none, too. Finds what earlier processes had put when this one looked first, and all
   * that was put here. Never rejects for what is on the disk: what is damaged is not there.
   */
  find(fingerprint: Fingerprint): Promise<Entry | undefined> | undefined;
  /** Waits for nothing. */
  put(entry: Entry): void;
  /** Writes what was put, and tidies the folder up. What is put or looked for afterwards is let go. */
  close(): Promise<void>;
}

export interface CacheOptions extends Surroundings {
  /** Absolute, such as `/project/.pipe/cache`. Made when the first answer is put. */
  readonly folder: string;
  /** Told at most once: the disk refuses, so that nothing is kept, or nothing found. */
  readonly warn: (message: string) => void;
  /** Whether the folder is only looked at: nothing is put, evicted or tidied up. */
  readonly readOnly?: boolean;
}

/** More merges than this do not happen while one folder is opened. */
const mostTries = 3;

/** Touches the disk only when something is looked for or put: the first `find` reads what there is. */
export function openCache({ folder, warn, readOnly = false, ...surroundings }: CacheOptions): AnswerCache {
  const services = cacheServices(folder, surroundings);
  const { fileSystem, now, limits } = services;
  /** The newest first: our own, and from the first look on, those of earlier and other processes. */
  let segments: readonly Segment[] = [];
  let opening: Promise<void> | undefined;
  let opened = false;
  let used = false;
  let warned = false;
  let closing: Promise<void> | undefined;
  const writer = createSegmentWriter(services, {
    began: (segment) => (segments = [segment, ...segments]),
    completed: makeRoom,
    failed: (error) =>
      notice(`the cache ${folder} could not be written: ${inWords(error)}; no further answers are kept`),
  });

  function notice(message: string): void {
    if (!warned) warn(message);
    warned = true;
  }

  /**
   * Opens what is in the folder and not yet in the list, which has the newest first. False where one could not be opened:
   * another process may have merged it away since it was listed, and what was in it is in the next listing.
   */
  async function openEach(list: Segment[]): Promise<boolean> {
    const listed = (await listCache(fileSystem, folder)).segments;
    const evicted = readOnly ? [] : await evict(services, listed);
    const known = new Set([...segments, ...list].map(({ name }) => name));
    let all = true;
    for (const file of listed) {
      if (evicted.includes(file) || known.has(file.name)) continue;
      const segment = await openSegment(fileSystem, folder, file);
      if (segment === undefined) all = false;
      else list.unshift(segment);
    }
    return all;
  }

  async function open(): Promise<void> {
    const earlier: Segment[] = [];
    try {
      for (let tries = 1; tries <= mostTries; tries++) if (await openEach(earlier)) break;
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      if (code !== 'ENOENT') {
        notice(`the cache ${folder} could not be read: ${inWords(error)}; no earlier answers are used`);
      }
    }
    segments = [...segments, ...earlier];
    opened = true;
  }

  /** What is evicted takes no memory either. */
  async function makeRoom(): Promise<void> {
    const listed = await unlessRefused(listCache(fileSystem, folder));
    const evicted = new Set((await evict(services, listed?.segments ?? [])).map(({ name }) => name));
    const gone = segments.filter(({ name }) => evicted.has(name));
    segments = segments.filter((segment) => !gone.includes(segment));
    await closeAll(gone);
  }

  function search(fingerprint: Fingerprint): Promise<Entry | undefined> | undefined {
    const hash = hashOfHex(fingerprint);
    let candidates: Segment[] | undefined;
    for (const segment of segments) if (segment.mayHave(hash)) (candidates ??= []).push(segment);
    return candidates && firstSound(candidates, hash, fingerprint);
  }

  /** The newest answer that is whole; an older one stands in for a newer one that was damaged. */
  async function firstSound(
    candidates: readonly Segment[],
    hash: Hash,
    fingerprint: Fingerprint,
  ): Promise<Entry | undefined> {
    for (const segment of candidates) {
      const line = await unlessRefused(segment.read(hash));
      const kept = line && readAnswer(line, fingerprint);
      if (kept === undefined) continue;
      const age = now() - kept.created;
      if (age > limits.age) continue;
      if (age > limits.age / 2) putAgain(kept.entry, segment);
      return kept.entry;
    }
    return undefined;
  }

  /** What is used is not to grow too old; who asked at the same time may have put it again already. */
  function putAgain(entry: Entry, from: Segment): void {
    const hash = hashOfHex(entry.fingerprint);
    const newest = segments.find((segment) => segment.mayHave(hash));
    if (closing === undefined && !readOnly && newest === from) writer.put(entry);
  }

  async function end(): Promise<void> {
    await opening;
    await writer.close();
    await closeAll(segments);
    if (used && !readOnly) await tidy(services);
  }

  return {
    find(fingerprint) {
      if (closing !== undefined) return undefined;
      used = true;
      if (opened) return search(fingerprint);
      opening ??= open();
      return opening.then(() => search(fingerprint));
    },
    put(entry) {
      if (closing !== undefined || readOnly) return;
      used = true;
      writer.put(entry);
    },
    close: () => (closing ??= end()),
  };
}

async function closeAll(segments: readonly Segment[]): Promise<void> {
  for (const segment of segments) await unlessRefused(segment.close());
}
