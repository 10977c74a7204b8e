import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** What a run has left, read as a stranger would: by the names and the formats that users are promised. */
export interface RunFiles {
  readonly summary: Summary;
  readonly results: readonly Line[];
  readonly errors: readonly Line[];
  readonly usage: UsageFile;
  readonly journal: readonly Line[];
}

export interface Line {
  readonly [name: string]: unknown;
}

export interface Summary extends Line {
  readonly state: string;
  readonly counts: { readonly [name: string]: number };
  readonly usage: UsageNumbers;
}

export interface UsageNumbers {
  readonly [name: string]: number | null;
}

export interface UsageFile {
  readonly total: UsageNumbers;
  readonly by_step: { readonly [step: string]: UsageNumbers };
  readonly by_model: { readonly [model: string]: UsageNumbers };
}

/** Throws where a file is missing or no JSON: whatever befell the run, its files must be whole. */
export function readRun(folder: string): RunFiles {
  return {
    summary: readJson(folder, 'run.json') as Summary,
    results: readLines(folder, 'results.jsonl'),
    errors: readLines(folder, 'errors.jsonl'),
    usage: readJson(folder, 'usage.json') as UsageFile,
    journal: readLines(folder, 'journal.jsonl'),
  };
}

function readJson(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

function readLines(folder: string, name: string): readonly Line[] {
  const text = readFileSync(join(folder, name), 'utf8');
  if (text !== '' && !text.endsWith('\n')) throw new Error(`${name} does not end in a newline`);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, at) => {
      try {
        return JSON.parse(line) as Line;
      } catch {
        throw new Error(`line ${at + 1} of ${name} is torn: ${line.slice(0, 80)}`);
      }
    });
}

/** Lines of a journal whose checksum is wrong, by their numbers; lines without one are not judged. */
export function wrongChecksums(folder: string): readonly number[] {
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line, at) => {
    const told = /^\{"crc":"([0-9a-f]{8})/.exec(line);
    if (told === null) return [];
    const sum = crc32(line.slice(told[0].length)).toString(16).padStart(8, '0');
    return sum === told[1] ? [] : [at + 1];
  });
}

/** Every file of the folder and below it, relative to it. */
export function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
}

export function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}
