import { basename } from 'node:path';
import type { Diagnostic, Location } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { parseYaml } from '../diagnostic/yaml-source.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { inlineYaml } from '../pipeline/words.ts';
import { failure, success, type Result } from '../result.ts';
import { builtInPrices, priceOf } from '../usage/prices.ts';
import type { ModelDraft } from './draft.ts';
import { createFields, fieldScope, schemaOf, type Fields } from './fields.ts';
import type { Scope } from './jinja/scope.ts';
import type { Imported, ImportFile, ImportKind, TestDraft } from './kind.ts';
import { freeName, pipelineName } from './names.ts';
import { importedRows } from './pipeline-yaml.ts';
import { assertionsOf } from './promptfoo/assertions.ts';
import { mostCases, type Case } from './promptfoo/case.ts';
import { casesOf } from './promptfoo/cases.ts';
import { promptsOf, writePrompt, type Prompt } from './promptfoo/prompts.ts';
import { limitsOf, tellOptions } from './promptfoo/options.ts';
import { modelOf } from './promptfoo/provider.ts';
import { structuredBy } from './response-format.ts';
import { settleTurns } from './settle.ts';

/** promptfoo's evaluations: prompts, providers and tests in one file. */
export const promptfoo: ImportKind = {
  kind: 'promptfoo',
  description: "a configuration of promptfoo's",
  example: 'promptfooconfig.yaml',
  recognises: (name, text) =>
    /^promptfooconfig\.(?:ya?ml|json|[cm]?[jt]s)$/i.test(name) ||
    (/\.(?:ya?ml|json)$/i.test(name) &&
      /^\s*["']?prompts["']?\s*:/m.test(text) &&
      /^\s*["']?(?:providers|targets|tests|defaultTest|scenarios)["']?\s*:/m.test(text)),
  read: readConfig,
};

/** The step that a configuration comes to. */
const stepId = 'answer';

async function readConfig(file: ImportFile): Promise<Result<Imported, readonly Diagnostic[]>> {
  if (/\.[cm]?[jt]s$/i.test(file.path)) return failure([codeConfig(basename(file.path))]);
  const { source, diagnostics } = parseYaml(file.path, file.text);
  if (diagnostics.length > 0) return failure(diagnostics);
  const prompts = await promptsOf(source, file);
  if (!prompts.ok) {
    const cases = await casesOf({ source, file });
    return failure([...prompts.error, ...(cases.ok ? [] : cases.error)]);
  }
  const [prompt, ...others] = prompts.value;
  // Those that it has are told, with why they are none.
  if (prompt === undefined) return failure([...file.notes.all(), noPrompt(source)]);
  tellPrompts(prompt, others, file);
  const { model, responseFormat, responsePlace } = modelOf(source, file.notes);
  const cases = await casesOf({ source, file });
  const fields = createFields();
  declareVars(cases.ok ? cases.value : [], fields);
  const scope = withoutEnv(fieldScope(cases.ok ? withUnset(fields, cases.value) : fields));
  const written = await writePrompt(prompt, scope, file);
  if (!cases.ok) return failure([...(written.ok ? [] : written.error), ...cases.error]);
  if (!written.ok) return written;
  const turns = settleTurns(written.value, prompt.place, file.notes);
  if (!turns.ok) return failure([turns.error]);
  const structured = structuredBy(responseFormat, turns.value, responsePlace, file.notes);
  const isStructured = structured !== undefined;
  const rows = rowsOf(cases.value);
  const { tests, left } = await testsOf(cases.value, {
    scope,
    file,
    model,
    isStructured,
    isTested: rows.length <= mostCases,
  });
  if (left > 0)
    file.notes.tell(
      { source, pointer: ['tests'] },
      `more than ${mostCases} tests come of it: the first ${mostCases} are written; the file of rows has all ${rows.length} rows`,
      'run the pipeline over the file of rows',
    );
  tellOptions(source, file.notes);
  tellOthers(source, file);
  const { description, evaluateOptions } = isObject(source.value) ? source.value : {};
  return success({
    pipeline: {
      name: pipelineName(nameOf(file.path)),
      ...(typeof description === 'string' && description !== '' && { description }),
      origin: `promptfoo's ${basename(file.path)}`,
      vars: fields.vars(),
      fields: fields.fields(),
      model,
      ...limitsOf(evaluateOptions),
      steps: [{ id: stepId, comments: [], turns: turns.value, ...(structured && { structured }) }],
    },
    tests,
    rows,
  });
}

/** Those of files where a test is over all of them, and else of every case. */
function rowsOf(cases: readonly Case[]): readonly JsonObject[] {
  if (cases.some(({ isPlain }) => isPlain))
    return cases.filter(({ rowOf }) => rowOf !== undefined).map(({ vars }) => vars);
  return cases.map(({ vars }) => vars).filter((row) => Object.keys(row).length > 0);
}

function codeConfig(name: string): Diagnostic {
  return {
    severity: 'error',
    code: 'code-flow',
    message: `\`${name}\` is code, which is not executed`,
    hint: 'write the configuration as promptfooconfig.yaml, and import that',
  };
}

function noPrompt(source: Source): Diagnostic {
  return {
    severity: 'error',
    code: 'broken-source',
    message: 'the file has no prompt that could be a step',
    hint: 'write one under `prompts`, as a text or as file://prompt.txt',
    place: { source, pointer: ['prompts'] },
  };
}

/** A configuration mostly has the one name: its folder's would say no more. */
function nameOf(path: string): string {
  return (
    basename(path)
      .replace(/\.[^.]+$/, '')
      .replace(/^promptfooconfig[.-]?/, '') || 'promptfoo'
  );
}

/** Each prompt is a pipeline of its own: how to get those of the others, and to compare them. */
function tellPrompts(first: Prompt, others: readonly Prompt[], { notes, path, shown }: ImportFile): void {
  for (const [at, other] of others.entries()) {
    const isSameFile = other.place === first.place && other.file === first.file;
    const named = other.file === undefined ? 'the prompt' : `the prompt \`${other.file}\``;
    const toTop = other.file === undefined ? 'move it to the top' : 'name it alone under `prompts`';
    notes.tell(
      other.place,
      `${isSameFile ? 'another prompt of this file' : named} is left out: a pipeline asks one thing, and the first prompt is taken`,
      `${isSameFile ? 'save it as a file of its own, name that first' : toTop} and import it to another file, pipe import ${shown} --output ${nameOf(path)}-${at + 2}.yaml; run both over the same rows, and see \`pipe diff\``,
    );
  }
}

/** Every variable of the tests is a field; one that some tests lack may be left out. */
function declareVars(cases: readonly Case[], fields: Fields): void {
  const values = new Map<string, JsonValue[]>();
  for (const { vars } of cases)
    for (const [name, value] of Object.entries(vars)) {
      const found = values.get(name);
      if (found === undefined) values.set(name, [value]);
      else found.push(value);
    }
  for (const [name, found] of values) {
    const lacks = found.length < cases.length;
    fields.declare(name, { schema: schemaOf(found), required: !lacks }, lacks ? '' : undefined);
  }
}

/** What no test sets is nothing to promptfoo, and a record may do without. Tests without variables say nothing of them. */
function withUnset(fields: Fields, cases: readonly Case[]): Fields {
  if (cases.every(({ vars }) => Object.keys(vars).length === 0)) return fields;
  return {
    ...fields,
    read: (name) => {
      if (!fields.has(name)) fields.declare(name, { schema: {}, required: false }, '');
      return fields.read(name);
    },
  };
}

/** The environment is not read in prompts. */
function withoutEnv(scope: Scope): Scope {
  return { find: (name) => (name === 'env' || name === '_conversation' ? undefined : scope.find(name)) };
}

interface TestSetting {
  readonly scope: Scope;
  readonly file: ImportFile;
  readonly model: ModelDraft;
  readonly isStructured: boolean;
  /** A test may be over all rows: they are no more than are cases for a test. */
  readonly isTested: boolean;
}

async function testsOf(
  cases: readonly Case[],
  { scope, file, model, isStructured, isTested }: TestSetting,
): Promise<{ readonly tests: readonly TestDraft[]; readonly left: number }> {
  let hasCost = false;
  let hasJudge = false;
  let left = 0;
  const tests: TestDraft[] = [];
  const names = new Set<string>();
  const rowFiles = new Set<string>();
  for (const [at, { description, vars, assertions, grader, ...row }] of cases.entries()) {
    const rowOf = row.isPlain && isTested ? row.rowOf : undefined;
    if (rowOf !== undefined && rowFiles.has(rowOf)) continue;
    if (rowOf !== undefined) rowFiles.add(rowOf);
    if (tests.length >= mostCases) {
      left += 1;
      continue;
    }
    const made: JsonObject[] = [];
    for (const { assertion, place } of assertions) {
      const path = `steps.${stepId}.output`;
      const ours = await assertionsOf({ assertion, place, scope, file, path, isStructured, grader });
      made.push(...ours);
      if (!hasJudge && ours.some(({ judge }) => isObject(judge) && judge['model'] === undefined)) {
        hasJudge = true;
        tellOwnJudge(place, file);
      }
      if (hasCost || !ours.some((one) => one['max_cost_usd'] !== undefined)) continue;
      hasCost = true;
      tellUnpriced(place, model, file);
    }
    const wanted =
      description ?? (rowOf === undefined ? `case ${at + 1}` : `every row of ${basename(rowOf)}`);
    const name = freeName(wanted, (taken) => names.has(taken), ', ');
    names.add(name);
    tests.push({
      name,
      ...(rowOf === undefined ? { input: vars } : { rows: importedRows }),
      ...(made.length > 0 && { assert: made }),
    });
  }
  return { tests, left };
}

/** promptfoo asks a model of its own choice then. */
function tellOwnJudge(place: Location, { notes }: ImportFile): void {
  notes.tell(
    place,
    "no provider that pipe can ask is named to judge: the pipeline's own model does",
    'name another in `judge: {rubric: …, model: …}`',
  );
}

/** What an answer costs can only be asserted where the price of its model is known. */
function tellUnpriced(place: Location, { keys }: ModelDraft, { notes }: ImportFile): void {
  const { name } = keys;
  if (typeof name !== 'string' || priceOf(name, builtInPrices) !== undefined) return;
  notes.tell(
    place,
    `the price of \`${name}\` is not known, and without it \`max_cost_usd\` fails`,
    `write \`prices: {${inlineYaml(name)}: {input: …, output: …}}\` into the pipeline, in dollars for a million tokens`,
  );
}

const silent: ReadonlySet<string> = new Set([
  '$schema',
  'description',
  'prompts',
  'providers',
  'targets',
  'tests',
  'defaultTest',
  'scenarios',
  'tags',
  'evaluateOptions',
]);

const remedies: ReadonlyMap<string, string> = new Map(
  Object.entries({
    outputPath: 'name the file where you run it: pipe run … --output answers.jsonl',
    env: 'set the variables in the environment that runs pipe; keys are read from there alone',
    commandLineOptions: 'see `pipe run --help` for the flags of a run',
    sharing: '`pipe report` writes one page that can be shown to others',
    redteam: 'pipe does not attack models',
    nunjucksFilters: 'code is not imported: change the values before the run, in the rows',
    extensions: 'code is not imported',
    derivedMetrics: '`classify` in a file of tests has accuracy, precision, recall and F1',
    assertionTemplates: 'write the assertions where they are used',
  }),
);

function tellOthers(source: Source, { notes }: ImportFile): void {
  const config = isObject(source.value) ? source.value : {};
  for (const key of Object.keys(config)) {
    if (silent.has(key)) continue;
    notes.tell(
      { source, pointer: [key], part: 'key' },
      `\`${key}\` has no counterpart and is left out`,
      remedies.get(key) ?? 'leave it',
    );
  }
}
