import { hash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { openCache, type AnswerCache, type CacheOptions } from '../../../src/run/cache/cache.ts';
import { cacheLimits, type CacheLimits } from '../../../src/run/cache/services.ts';
import type { Entry } from '../../../src/run/entry.ts';
import { zeroUsage } from '../../../src/usage/add.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export const day = 24 * 3_600_000;
export const began = Date.UTC(2026, 0, 31, 12);

/** The fingerprint of a question. */
export function ask(question: string | number): string {
  return hash('sha256', `question ${question}`, 'hex').slice(0, 32);
}

/** The answer to a question. */
export function entryTo(question: string | number, text = `answer to ${question}`): Entry {
  return {
    fingerprint: ask(question),
    model: 'mistral-small-latest',
    usage: { ...zeroUsage, requests: 1, input_tokens: 10, output_tokens: 5, total_tokens: 15 },
    completion: {
      text,
      thinking: '',
      refusal: null,
      tool_calls: [],
      finish_reason: 'stop',
      model: 'mistral-small-2603',
      request_id: `req-${question}`,
    },
  };
}

/** Limits that a few answers reach: a line is about 500 bytes. */
export function limits(changed: Partial<CacheLimits> = {}): CacheLimits {
  return { ...cacheLimits, ...changed };
}

/** A cache folder of one test, which does not exist yet. */
export async function newFolder(): Promise<string> {
  return join(temporaryFolder(), '.pipe', 'cache');
}

/** A cache that is closed after the test at the latest, and whose notices are kept. */
export function open(
  folder: string,
  options: Partial<CacheOptions> = {},
): AnswerCache & { readonly notices: readonly string[] } {
  const notices: string[] = [];
  const cache = openCache({
    folder,
    now: () => began,
    ...options,
    warn: (message) => notices.push(message),
  });
  onTestFinished(() => cache.close());
  return { ...cache, notices };
}

/** Puts answers to these questions, as a run of its own that ends well. */
export async function putAll(
  folder: string,
  questions: readonly (string | number)[],
  options: Partial<CacheOptions> = {},
): Promise<void> {
  const cache = open(folder, options);
  for (const question of questions) cache.put(entryTo(question));
  await cache.close();
  expect(cache.notices).toEqual([]);
}

/** Puts answers as a process does that is killed before its end: the segment has no index. */
export async function putAndDie(
  folder: string,
  questions: readonly (string | number)[],
  options: Partial<CacheOptions> = {},
): Promise<void> {
  const cache = open(folder, options);
  for (const question of questions) cache.put(entryTo(question));
  // What is found has been written.
  for (const question of questions) expect(await cache.find(ask(question))).toEqual(entryTo(question));
}

/** Of these questions, those to which a process that comes anew finds the answer that was put. */
export async function found<Question extends string | number>(
  folder: string,
  questions: readonly Question[],
  options: Partial<CacheOptions> = {},
): Promise<readonly Question[]> {
  const cache = open(folder, options);
  const list: Question[] = [];
  for (const question of questions) {
    const entry = await cache.find(ask(question));
    if (entry === undefined) continue;
    expect(entry).toEqual(entryTo(question));
    list.push(question);
  }
  await cache.close();
  expect(cache.notices).toEqual([]);
  return list;
}

/** The names in the folder with this ending, the oldest first. */
export async function filesOf(folder: string, ending = '.jsonl'): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(ending)).toSorted();
}

export function upTo(count: number, from = 0): readonly number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}
