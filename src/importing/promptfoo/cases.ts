import { extname } from 'node:path';
import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { parseYaml } from '../../diagnostic/yaml-source.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { openRecords } from '../../records/open.ts';
import { failure, success, type Result } from '../../result.ts';
import type { ImportFile } from '../kind.ts';
import { hideSecrets } from '../secrets.ts';
import { expectedIn, type PlacedAssertion } from './expected.ts';

/** A test case: the values of its variables, and what is expected. */
export interface Case {
  readonly description: string | undefined;
  readonly vars: JsonObject;
  readonly assertions: readonly PlacedAssertion[];
  /** The file of rows that it is a row of. */
  readonly rowOf?: string;
}

/** More are rows for a run, not cases for a test. */
const mostCases = 1000;

export interface CasesInput {
  readonly source: Source;
  readonly file: ImportFile;
}

type Cases = Result<readonly Case[], readonly Diagnostic[]>;

/** All cases of a configuration, its scenarios and its default test worked in. */
export async function casesOf({ source, file }: CasesInput): Promise<Cases> {
  const config = isObject(source.value) ? source.value : {};
  const shared = await defaultOf(config['defaultTest'], source, file);
  if (!shared.ok) return shared;
  const found = await casesIn(config['tests'], { source, pointer: ['tests'] }, shared.value, file);
  if (!found.ok) return found;
  const cases = [...found.value];
  const scenarios = Array.isArray(config['scenarios']) ? (config['scenarios'] as readonly JsonValue[]) : [];
  for (const [at, scenario] of scenarios.entries()) {
    const made = await scenarioCases(scenario, ['scenarios', at], shared.value, { source, file });
    if (!made.ok) return made;
    cases.push(...made.value);
  }
  if (cases.length > mostCases)
    file.notes.tell(
      { source, pointer: ['tests'] },
      `${cases.length} tests come of it, of which the first ${mostCases} are written`,
      'put the values into a file of rows, and run the pipeline over it',
    );
  return success(cases.slice(0, mostCases));
}

interface Shared {
  readonly vars: JsonObject;
  readonly assertions: readonly PlacedAssertion[];
}

const nothing: Shared = { vars: {}, assertions: [] };

async function defaultOf(
  value: JsonValue | undefined,
  source: Source,
  file: ImportFile,
): Promise<Result<Shared, readonly Diagnostic[]>> {
  if (value === undefined) return success(nothing);
  if (typeof value === 'string') {
    const read = await parsedFile(value, { source, pointer: ['defaultTest'] }, file);
    return read.ok
      ? success(await sharedIn(read.value.value, { source: read.value, pointer: [] }, file))
      : failure([read.error]);
  }
  return success(await sharedIn(value, { source, pointer: ['defaultTest'] }, file));
}

async function sharedIn(value: JsonValue, place: Location, file: ImportFile): Promise<Shared> {
  if (!isObject(value)) return nothing;
  tellKeys(value, place, file);
  return {
    vars: isObject(value['vars']) ? await plainVars(value['vars'], place, file) : {},
    assertions: assertionsIn(value['assert'], place),
  };
}

async function casesIn(
  value: JsonValue | undefined,
  place: Location,
  shared: Shared,
  file: ImportFile,
): Promise<Cases> {
  if (value === undefined || value === null) return success([]);
  const named = typeof value === 'string' ? value : isObject(value) ? value['path'] : undefined;
  if (typeof named === 'string') return casesInFile(named, place, shared, file);
  if (!Array.isArray(value)) return success([]);
  const cases: Case[] = [];
  for (const [at, item] of (value as readonly JsonValue[]).entries()) {
    const below = { ...place, pointer: [...place.pointer, at] };
    if (typeof item === 'string' || (isObject(item) && typeof item['path'] === 'string')) {
      const found = await casesIn(item, below, shared, file);
      if (!found.ok) return found;
      cases.push(...found.value);
    } else if (isObject(item)) cases.push(...(await casesOfTest(item, below, shared, file)));
  }
  return success(cases);
}

async function casesInFile(named: string, place: Location, shared: Shared, file: ImportFile): Promise<Cases> {
  const path = named.replace(/^file:\/\//, '');
  const extension = extname(path).toLowerCase();
  if (
    /^\w+:\/\//.test(path) ||
    path.includes('*') ||
    /\.(?:[cm]?[jt]s|py)(?::\w+)?$/.test(path) ||
    extension === '.xlsx'
  ) {
    file.notes.tell(
      place,
      `the tests of \`${path}\` are left out: ${/\.(?:[cm]?[jt]s|py)/.test(path) ? 'code is not executed' : 'it is not one file of this folder'}`,
      'save them as one .csv, .jsonl or .yaml file beside this one',
    );
    return success([]);
  }
  if (/\.(?:csv|tsv|jsonl)$/.test(extension)) return rowCases(path, place, shared, file);
  const read = await parsedFile(path, place, file);
  if (!read.ok) return failure([read.error]);
  const { value } = read.value;
  return casesIn(Array.isArray(value) ? value : [value], { source: read.value, pointer: [] }, shared, file);
}

async function parsedFile(
  named: string,
  place: Location,
  file: ImportFile,
): Promise<Result<Source, Diagnostic>> {
  const read = await file.folder.read(named.replace(/^file:\/\//, ''));
  if (!read.ok) return failure({ ...read.error, place });
  const { source, diagnostics } = parseYaml(read.value.path, read.value.text);
  const [mistake] = diagnostics;
  return mistake === undefined ? success(source) : failure(mistake);
}

/** Each row is a case: columns are variables, but for those that begin with two underscores. */
async function rowCases(named: string, place: Location, shared: Shared, file: ImportFile): Promise<Cases> {
  const path = await file.folder.find(named);
  if (!path.ok) return failure([{ ...path.error, place }]);
  const opened = await openRecords({ path: path.value });
  if (!opened.ok) return failure([{ ...opened.error, place }]);
  const cases: Case[] = [];
  const odd = new Set<string>();
  let keys = 0;
  for await (const item of opened.value.read()) {
    if ('broken' in item) return failure([item.broken]);
    if (!item.ok)
      return failure([
        {
          severity: 'error',
          code: item.error.code,
          message: item.error.message,
          place: { path: path.value, line: item.line },
        },
      ]);
    if (cases.length > mostCases) break;
    const hidden = hideSecrets(JSON.stringify(item.value));
    if (hidden.found.length > 0) keys += 1;
    const row = hidden.found.length > 0 ? (JSON.parse(hidden.text) as JsonObject) : item.value;
    // A row of JSONL may be a whole test.
    if (isObject(row['vars'])) {
      const line = { source: place.source, pointer: place.pointer };
      cases.push(...(await casesOfTest(row, line, shared, file)));
      continue;
    }
    const vars: Record<string, JsonValue> = { ...shared.vars };
    const assertions = [...shared.assertions];
    for (const [name, cell] of Object.entries(row)) {
      if (!name.startsWith('__')) vars[name] = cell;
      else if (/^__expected\d*$/.test(name)) assertions.push(...expectedIn(textOf(cell), place));
      else if (name !== '__description') odd.add(name);
    }
    const description = row['__description'];
    cases.push({
      description: typeof description === 'string' && description !== '' ? description : undefined,
      vars,
      assertions,
      ...(assertions.length === shared.assertions.length && { rowOf: named }),
    });
  }
  await opened.value.close();
  if (keys > 0)
    file.notes.tell(
      place,
      `what looks like a key stands in \`${named}\`; it is not written anywhere`,
      'take it out of that file',
      'secret',
    );
  if (odd.size > 0)
    file.notes.tell(
      place,
      `the columns ${[...odd].map((name) => `\`${name}\``).join(', ')} are left out`,
      'leave them',
    );
  return success(cases);
}

/** A variable with a list of values stands for a case each, as promptfoo has it. */
async function casesOfTest(
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
  return combinations({ ...shared.vars, ...own }).map((vars) => ({
    description: typeof description === 'string' && description !== '' ? description : undefined,
    vars,
    assertions,
  }));
}

/** A cell, or a value of JSONL, as the text that an answer is held against. */
function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function combinations(vars: JsonObject): readonly JsonObject[] {
  let all: readonly JsonObject[] = [{}];
  for (const [name, value] of Object.entries(vars)) {
    const values: readonly JsonValue[] =
      Array.isArray(value) && value.length > 0 && value.every((one) => typeof one !== 'object')
        ? value
        : [value];
    if (all.length * values.length > mostCases) return all;
    all = all.flatMap((one) => values.map((each) => Object.assign({}, one, { [name]: each })));
  }
  return all;
}

async function plainVars(vars: JsonObject, place: Location, file: ImportFile): Promise<JsonObject> {
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

function assertionsIn(value: JsonValue | undefined, place: Location): readonly PlacedAssertion[] {
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
  return list.flatMap((assertion, at) =>
    isObject(assertion)
      ? [{ assertion, place: { ...place, pointer: [...place.pointer, 'assert', at] } }]
      : [],
  );
}

const known: ReadonlySet<string> = new Set(['vars', 'assert', 'description', 'metadata']);

function tellKeys(test: JsonObject, place: Location, { notes }: ImportFile): void {
  for (const key of Object.keys(test))
    if (!known.has(key))
      notes.tell(
        { ...place, pointer: [...place.pointer, key], part: 'key' },
        `\`${key}\` of a test has no counterpart and is left out`,
        key === 'options'
          ? 'what code makes of an answer is not imported: assert on the answer itself'
          : 'a test is of one pipeline, with its model: copy the pipeline for another',
      );
}

/** Each set of variables of a scenario with each of its tests. */
async function scenarioCases(
  scenario: JsonValue,
  pointer: Pointer,
  shared: Shared,
  { source, file }: CasesInput,
): Promise<Cases> {
  const sets =
    isObject(scenario) && Array.isArray(scenario['config'])
      ? (scenario['config'] as readonly JsonValue[])
      : undefined;
  if (!isObject(scenario) || sets === undefined) {
    file.notes.tell(
      { source, pointer },
      'the scenario is left out: its parts are in other files',
      'write them here',
    );
    return success([]);
  }
  const cases: Case[] = [];
  for (const [at, set] of sets.entries()) {
    if (!isObject(set)) continue;
    const place = { source, pointer: [...pointer, 'config', at] };
    const own = await sharedIn(set, place, file);
    const both = {
      vars: { ...shared.vars, ...own.vars },
      assertions: [...shared.assertions, ...own.assertions],
    };
    const found = await casesIn(
      scenario['tests'] ?? [{}],
      { source, pointer: [...pointer, 'tests'] },
      both,
      file,
    );
    if (!found.ok) return found;
    cases.push(...found.value);
  }
  return success(cases);
}
