import type { Location } from '../../diagnostic/diagnostic.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { everyAssertion } from '../../pipeline/format/test-ways.ts';
import type { ImportFile } from '../kind.ts';
import type { PlacedAssertion } from './expected.ts';
import type { PlacedGrader } from './grader.ts';
import { testOptions, type TestOptions } from './test-options.ts';

/** A test case: the values of its variables, and what is expected. */
export interface Case {
  readonly description: string | undefined;
  readonly vars: JsonObject;
  readonly assertions: readonly PlacedAssertion[];
  readonly grader?: PlacedGrader | undefined;
  /** The file of rows that it is a row of. */
  readonly rowOf?: string;
  /** The row expects nothing of its own: a single test is over all rows. */
  readonly isPlain?: boolean;
}

/** More are rows for a run, not cases for a test. */
export const mostCases = 1000;

/** More than these nobody reads as an example: a run takes them from where they are. */
export const mostRows = 100_000;

/** What cases have in common. */
export interface Shared extends TestOptions {
  readonly vars: JsonObject;
  readonly assertions: readonly PlacedAssertion[];
  /** How many files of tests lead to them, each named in the one before. */
  readonly files?: number;
}

export const nothing: Shared = { vars: {}, assertions: [] };

/** A variable with a list of values stands for a case each, as promptfoo has it. */
export async function casesOfTest(
  test: JsonObject,
  place: Location,
  shared: Shared,
  file: ImportFile,
): Promise<readonly Case[]> {
  tellKeys(test, place, file);
  const own = isObject(test['vars']) ? await plainVars(test['vars'], place, file) : {};
  if (typeof test['vars'] === 'string' || Array.isArray(test['vars']))
    file.notes.tell(
      { ...place, pointer: [...place.pointer, 'vars'] },
      'variables from a file are left out',
      'write them here',
    );
  const assertions = [...shared.assertions, ...assertionsIn(test['assert'], place)];
  const { description } = test;
  const { grader, keepsLists } = { ...shared, ...testOptions(test, place, file) };
  const vars = { ...shared.vars, ...own };
  const all = keepsLists === true ? [vars] : combinations(vars, place, file);
  return all.map((vars) => ({
    description: typeof description === 'string' && description !== '' ? description : undefined,
    vars,
    assertions,
    grader,
  }));
}

function combinations(vars: JsonObject, place: Location, file: ImportFile): readonly JsonObject[] {
  let all: readonly JsonObject[] = [{}];
  for (const [name, value] of Object.entries(vars)) {
    const values: readonly JsonValue[] =
      Array.isArray(value) && value.length > 0 && value.every((one) => typeof one !== 'object')
        ? value
        : [value];
    const isTooMany = all.length * values.length > mostCases;
    if (isTooMany)
      file.notes.tell(
        { ...place, pointer: [...place.pointer, 'vars'] },
        `the values make more than ${mostCases} cases: \`${name}\` has its first value in all of them`,
        'write the combinations that you want as rows of a file, and run the pipeline over it',
      );
    const taken = isTooMany ? values.slice(0, 1) : values;
    all = all.flatMap((one) => taken.map((each) => Object.assign({}, one, { [name]: each })));
  }
  return all;
}

export async function plainVars(vars: JsonObject, place: Location, file: ImportFile): Promise<JsonObject> {
  const plain: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(vars)) {
    const at = { ...place, pointer: [...place.pointer, 'vars', name] };
    if (typeof value === 'string' && value.startsWith('file://')) {
      const path = value.replace(/^file:\/\//, '');
      const read = /\.(?:[cm]?[jt]s|py)(?::\w+)?$|\*/.test(path) ? undefined : await file.folder.read(path);
      if (read?.ok === true) plain[name] = read.value.text;
      else {
        const why =
          read === undefined ? `\`${path}\` is code or several files, and is not read` : read.error.message;
        file.notes.tell(
          at,
          `${why}: \`${name}\` is an empty text`,
          'write the value itself into the file of tests',
        );
        plain[name] = '';
      }
      continue;
    }
    if (typeof value === 'string' && /\{\{|\{%/.test(value))
      file.notes.tell(
        at,
        `\`${name}\` is taken as it is written: values of a record are no templates`,
        'write out what it stands for',
      );
    plain[name] = value;
  }
  return plain;
}

export function assertionsIn(value: JsonValue | undefined, place: Location): readonly PlacedAssertion[] {
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
  return list.flatMap((assertion, at) =>
    isObject(assertion)
      ? [{ assertion, place: { ...place, pointer: [...place.pointer, 'assert', at] } }]
      : [],
  );
}

const known: ReadonlySet<string> = new Set(['vars', 'assert', 'description', 'metadata', 'options']);

export function tellKeys(test: JsonObject, place: Location, { notes }: ImportFile): void {
  for (const key of Object.keys(test))
    if (!known.has(key))
      notes.tell(
        { ...place, pointer: [...place.pointer, key], part: 'key' },
        `\`${key}\` of a test has no counterpart and is left out`,
        keyRemedies.get(key) ?? 'leave it',
      );
}

const otherPipeline = 'a test is of one pipeline, with its model: copy the pipeline for another';

const keyRemedies: ReadonlyMap<string, string> = new Map([
  ['threshold', everyAssertion],
  ['assertScoringFunction', everyAssertion],
  ['provider', otherPipeline],
  ['providers', otherPipeline],
  ['prompts', otherPipeline],
]);
