import type { Source } from '../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonSchema, type JsonValue, type Pointer } from '../json/json.ts';
import { formatMistakes } from './format/mistake.ts';
import { assertionSection, testFileSection, testSection } from './format/test-sections.ts';
import type { Report } from './report.ts';
import { checkOfFormat } from './schema/validator.ts';
import { soundPart } from './sound-part.ts';

/** A test as far as it is sound: what is wrong has been reported and taken out, so that the rest can be checked too. */
export interface SoundTest {
  /** Of the test in the file. */
  readonly pointer: Pointer;
  readonly spec: JsonObject;
  readonly assertions: readonly SoundAssertion[];
}

export interface SoundAssertion {
  readonly pointer: Pointer;
  readonly spec: JsonObject;
}

const anyAssertion = { type: 'object', examples: [{ path: 'output.topic', equals: 'order' }] };

/** Stands for a test where the tests are checked one by one. */
export const anyTest: JsonObject = {
  type: 'object',
  examples: [{ name: 'a late parcel', input: { text: 'Where is it?' } }],
};

/** Checks a file of tests against its format: the whole first, then each test, then each assertion. */
export function validateTestFile(value: JsonValue, source: Source, report: Report): readonly SoundTest[] {
  const check = checker(source, report);
  const mayLack = ['version', 'tests'];
  const schema = () => ({ ...testFileSection(anyTest), required: mayLack });
  const file = check('test file', schema, value, [], mayLack);
  return validateTests(file?.['tests'], source, report);
}

/** Checks a list of tests, which is one, and stands under `tests`. */
export function validateTests(
  tests: JsonValue | undefined,
  source: Source,
  report: Report,
): readonly SoundTest[] {
  if (!Array.isArray(tests)) return [];
  const check = checker(source, report);
  return tests.flatMap((test: JsonValue, at): readonly SoundTest[] => {
    const pointer = ['tests', at];
    const spec = check('test', () => testSection(anyAssertion), test, pointer);
    const list = isObject(test) && Array.isArray(test['assert']) ? test['assert'].filter(isObject) : [];
    const assertions = list.flatMap((assertion, number): readonly SoundAssertion[] => {
      const place = [...pointer, 'assert', number];
      const sound = check('assertion', () => assertionSection, assertion, place);
      return sound === undefined ? [] : [{ pointer: place, spec: sound }];
    });
    return spec === undefined ? [] : [{ pointer, spec, assertions }];
  });
}

function checker(source: Source, report: Report) {
  return (
    name: string,
    schema: () => JsonSchema,
    value: JsonValue,
    base: Pointer,
    mayLack: readonly string[] = [],
  ): JsonObject | undefined => {
    const { sound, violations } = soundPart(checkOfFormat(name, schema), value, base, mayLack);
    for (const mistake of formatMistakes(violations, source, { form: 'tests' })) report.add(mistake);
    return sound;
  };
}
