import type { JsonObject } from '../json/json.ts';
import type { InputRecord } from './record.ts';

/** Records of a program's own, which come from no file: a record's line is its number, from 1. */
export async function* recordsOf(
  values: Iterable<JsonObject> | AsyncIterable<JsonObject>,
): AsyncGenerator<InputRecord, void, undefined> {
  let index = 0;
  for await (const value of values) {
    yield { ok: true, index, line: index + 1, value };
    index += 1;
  }
}
