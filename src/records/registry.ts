import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { failure, success, type Result } from '../result.ts';
import { csv, tsv } from './csv.ts';
import { errors } from './errors.ts';
import type { RecordFormat } from './format.ts';
import { json } from './json.ts';
import { jsonl } from './jsonl.ts';

/** The formats of records; a new one is one file and its place here. */
export const formats: readonly RecordFormat[] = [jsonl, csv, tsv, json, errors];

/** What standard input holds where nothing is said. */
export const defaultFormat = jsonl;

/** The format of this name, as `--input-format` gives it. */
export function formatNamed(
  name: string,
  among: readonly RecordFormat[] = formats,
): Result<RecordFormat, Diagnostic> {
  const found = among.find((format) => format.name === name);
  if (found !== undefined) return success(found);
  const names = formatNames(among);
  const meant = didYouMean(name, names);
  return failure({
    severity: 'error',
    code: 'unknown-format',
    message: `there is no format \`${name}\``,
    hint: meant === undefined ? `choose one of ${names.join(', ')}` : `did you mean \`${meant}\`?`,
  });
}

/** The format that a file's name tells, with or without .gz after it. */
export function formatOfPath(
  path: string,
  among: readonly RecordFormat[] = formats,
): RecordFormat | undefined {
  const name = path.toLowerCase().replace(/\.gz$/, '');
  return among.find((format) => format.extensions.some((extension) => name.endsWith(extension)));
}

export function formatNames(among: readonly RecordFormat[]): readonly string[] {
  return among.map((format) => format.name);
}

/** For messages: `.jsonl, .ndjson, .csv, .tsv and .json, each also with .gz`. */
export function extensionsOf(among: readonly RecordFormat[]): string {
  const extensions = among.flatMap((format) => format.extensions);
  return `${extensions.slice(0, -1).join(', ')} and ${extensions.at(-1)}, each also with .gz`;
}
