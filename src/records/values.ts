import type { JsonObject } from '../json/json.ts';
import type { InputRecord } from './record.ts';

/** Records of values that are JSON's and come from no file: a record's line is its number, from 1. Each is the value itself. */
export async function* recordsOfValues(
  values: Iterable<JsonObject> | AsyncIterable<JsonObject>,
): AsyncGenerator<InputRecord, void, undefined> {
  let index = 0;
  for await (const value of values) {
    yield { ok: true, index, line: index + 1, value };
    index += 1;
  }
}
