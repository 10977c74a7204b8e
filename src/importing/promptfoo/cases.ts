import { extname } from 'node:path';
import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { parseYaml } from '../../diagnostic/yaml-source.ts';
import { isObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { failure, success, type Result } from '../../result.ts';
import type { ImportFile } from '../kind.ts';
import {
  assertionsIn,
  casesOfTest,
  mostRows,
  nothing,
  plainVars,
  tellKeys,
  type Case,
  type Shared,
} from './case.ts';
import { rowCases } from './case-rows.ts';
import { testOptions } from './test-options.ts';
import { filesNamed } from './named-files.ts';

export interface CasesInput {
  readonly source: Source;
  readonly file: ImportFile;
}

type Cases = Result<readonly Case[], readonly Diagnostic[]>;

/** All cases of a configuration, its scenarios and its default test worked in. */
export async function casesOf({ source, file }: CasesInput): Promise<Cases> {
  const config = isObject(source.value) ? source.value : {};
  const cases: Case[] = [];
  const mistakes: Diagnostic[] = [];
  const take = (found: Cases): void => {
    if (found.ok) addTo(cases, found.value);
    else mistakes.push(...found.error);
  };
  const given = await defaultOf(config['defaultTest'], source, file);
  if (!given.ok) mistakes.push(...given.error);
  const shared = given.ok ? given.value : nothing;
  take(await casesIn(config['tests'], { source, pointer: ['tests'] }, shared, file));
  const scenarios = Array.isArray(config['scenarios']) ? (config['scenarios'] as readonly JsonValue[]) : [];
  for (const [at, scenario] of scenarios.entries()) {
    if (cases.length > mostRows) break;
    take(await scenarioCases(scenario, ['scenarios', at], shared, { source, file }));
  }
  if (mistakes.length > 0) return failure(mistakes);
  if (cases.length > mostRows)
    file.notes.tell(
      { source, pointer: ['tests'] },
      `more than ${mostRows} rows come of it: the first ${mostRows} are taken`,
      'run the pipeline over a file of all rows, whose columns are the variables: pipe run … --input ROWS',
    );
  return success(cases.slice(0, mostRows));
}

/** One by one: so many arguments of one call are more than the stack holds. */
function addTo(cases: Case[], found: readonly Case[]): void {
  for (const one of found) cases.push(one);
}

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
    ...testOptions(value, place, file),
  };
}

async function casesIn(
  value: JsonValue | undefined,
  place: Location,
  shared: Shared,
  file: ImportFile,
  placeOf = (at: number): Location => ({ ...place, pointer: [...place.pointer, at] }),
): Promise<Cases> {
  if (value === undefined || value === null) return success([]);
  const named = typeof value === 'string' ? value : isObject(value) ? value['path'] : undefined;
  if (typeof named === 'string') return casesInFile(named, place, shared, file);
  if (!Array.isArray(value)) return success([]);
  const cases: Case[] = [];
  const mistakes: Diagnostic[] = [];
  for (const [at, item] of (value as readonly JsonValue[]).entries()) {
    if (cases.length > mostRows) break;
    const below = placeOf(at);
    if (typeof item === 'string' || (isObject(item) && typeof item['path'] === 'string')) {
      const found = await casesIn(item, below, shared, file);
      if (found.ok) addTo(cases, found.value);
      else mistakes.push(...found.error);
    } else if (isObject(item)) cases.push(...(await casesOfTest(item, below, shared, file)));
  }
  return mistakes.length > 0 ? failure(mistakes) : success(cases);
}

async function casesInFile(named: string, place: Location, shared: Shared, file: ImportFile): Promise<Cases> {
  const path = named.replace(/^file:\/\//, '');
  const extension = extname(path).toLowerCase();
  if (/^\w+:\/\//.test(path) || /\.(?:[cm]?[jt]s|py)(?::\w+)?$/.test(path) || extension === '.xlsx') {
    file.notes.tell(
      place,
      `the tests of \`${path}\` are left out: ${/\.(?:[cm]?[jt]s|py)/.test(path) ? 'code is not executed' : 'it is not one file of this folder'}`,
      'save them as one .csv, .jsonl or .yaml file beside this one',
    );
    return success([]);
  }
  if (path.includes('*')) {
    const names = await filesNamed(path, place, file);
    return names.ok ? casesIn(names.value, place, shared, file, () => place) : failure([names.error]);
  }
  if (/\.(?:csv|tsv|jsonl)$/.test(extension)) return rowCases(path, place, shared, file);
  const files = (shared.files ?? 0) + 1;
  if (files > mostNested) {
    file.notes.tell(
      place,
      `the tests of \`${path}\` are left out: it is named in a file that another file of tests names`,
      'name it in the configuration',
    );
    return success([]);
  }
  const read = await parsedFile(path, place, file);
  if (!read.ok) return failure([read.error]);
  const { value } = read.value;
  const inner = { ...shared, files };
  return casesIn(Array.isArray(value) ? value : [value], { source: read.value, pointer: [] }, inner, file);
}

/** A file of tests may name others; one that names itself would never be read to its end. */
const mostNested = 2;

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
    // Each set with each test grows by the product of both.
    if (cases.length > mostRows) break;
    const place = { source, pointer: [...pointer, 'config', at] };
    const own = await sharedIn(set, place, file);
    const both = {
      ...shared,
      ...own,
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
    addTo(cases, found.value);
  }
  return success(cases);
}
