import { bounded } from '../../diagnostic/printable.ts';
import { isObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { pathText } from '../words.ts';

const longestName = 60;

/** A part of the file as people call it: by its path, and a test by its name where it has one, not by its number. */
export function partName(pointer: Pointer, file: JsonValue): string {
  const name = testName(pointer, file);
  if (name === undefined) return `\`${pathText(pointer)}\``;
  const test = `the test ${JSON.stringify(bounded(name, longestName))}`;
  const [, , ...rest] = pointer;
  return rest.length === 0 ? test : `\`${pathText(rest)}\` of ${test}`;
}

function testName([section, at]: Pointer, file: JsonValue): string | undefined {
  if (section !== 'tests' || typeof at !== 'number' || !isObject(file)) return undefined;
  const tests: JsonValue = file['tests'] ?? null;
  const test = Array.isArray(tests) ? (tests as readonly JsonValue[])[at] : undefined;
  const name = isObject(test) ? test['name'] : undefined;
  return typeof name === 'string' && name.trim() !== '' ? name : undefined;
}
