import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import type { JsonObject, JsonSchema } from '../../src/json/json.ts';
import type { RecordFormat, RecordReader } from '../../src/records/format.ts';
import type { RecordSource, Survey } from '../../src/records/open.ts';
import { openRecords } from '../../src/records/open.ts';
import type { InputBroken, RecordItem } from '../../src/records/record.ts';
import type { Result } from '../../src/result.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface Everything {
  readonly items: readonly RecordItem[];
  readonly broken?: Diagnostic;
}

/** All that a reader gives for these bytes, pushed in pieces of `size`. */
export function readBytes(
  format: RecordFormat,
  input: string | Buffer,
  { size = Infinity, schema, limit = 2 ** 24 }: { size?: number; schema?: JsonSchema; limit?: number } = {},
): Everything {
  const reader: RecordReader = format.reader({
    path: 'rows',
    limit,
    ...(schema !== undefined && { schema }),
  });
  const items: RecordItem[] = [];
  for (const piece of pieces(Buffer.from(input), size)) {
    const batch = reader.push(piece);
    items.push(...batch.items);
    if (batch.broken !== undefined) return { items, broken: batch.broken };
  }
  const batch = reader.end();
  return { items: [...items, ...batch.items], ...(batch.broken !== undefined && { broken: batch.broken }) };
}

export function pieces(bytes: Buffer, size: number): readonly Buffer[] {
  if (size >= bytes.length) return [bytes];
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
}

/** What a counter says of these bytes: a number, or why they are bad. */
export function countBytes(
  format: RecordFormat,
  input: string | Buffer,
  size = Infinity,
): number | Diagnostic {
  const counter = format.counter({ path: 'rows', limit: 2 ** 24 });
  for (const piece of pieces(Buffer.from(input), size)) {
    const broken = counter.push(piece);
    if (broken !== undefined) return broken;
  }
  return counter.end() ?? counter.count().records;
}

/** A file of this name and content that is gone after the test. */
export function temporaryFile(name: string, content: string | Buffer): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

export function opened(result: Result<RecordSource, Diagnostic>): RecordSource {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

export async function openedFile(
  name: string,
  content: string | Buffer,
  format?: string,
): Promise<RecordSource> {
  return opened(
    await openRecords({ path: temporaryFile(name, content), ...(format !== undefined && { format }) }),
  );
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The survey of a source that has one. */
export async function surveyed(source: RecordSource): Promise<Result<Survey, Diagnostic>> {
  const survey = await source.survey();
  if (survey === undefined) throw new Error(`${source.path} has no survey`);
  return survey;
}

/** One line an item, as short as a table of cases wants it. */
export function shown(item: RecordItem | InputBroken): string {
  if ('broken' in item) return shownDiagnostic(item.broken);
  const place = `#${item.index} line ${item.line}${item.key === undefined ? '' : ` key ${item.key}`}`;
  return item.ok ? `${place}: ${JSON.stringify(item.value)}` : `${place}: ${item.error.code}`;
}

export function shownAll({ items, broken }: Everything): readonly string[] {
  return [...items.map(shown), ...(broken === undefined ? [] : [shownDiagnostic(broken)])];
}

export function shownDiagnostic({ code, place }: Diagnostic): string {
  if (place === undefined || 'source' in place) return code;
  return `${code} at ${place.line}${place.column === undefined ? '' : `:${place.column}`}`;
}

export async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item, void, undefined> {
  yield* items;
}

/** Objects of any names and values, with characters of one to four bytes. */
export const anyObject = fc.dictionary(
  fc.string({ unit: 'grapheme' }),
  fc.jsonValue({ maxDepth: 2 }),
) as fc.Arbitrary<JsonObject>;

/** How many handles of this process lead to a file. */
export function handlesOf(path: string): number {
  return readdirSync('/proc/self/fd').filter((handle) => {
    try {
      return readlinkSync(`/proc/self/fd/${handle}`) === path;
    } catch {
      return false;
    }
  }).length;
}
