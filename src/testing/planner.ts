import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { isObject, type JsonObject, type Pointer } from '../json/json.ts';
import type { SoundTest } from '../pipeline/validate-tests.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import type { Plan } from '../plan.ts';
import { compileAssertion } from './assertions.ts';
import { compileClassification } from './classification.ts';
import { graderPlan } from './grader-plan.ts';
import { readRows, type RowFile } from './rows.ts';
import { expectedScope, type ExpectedOutcome } from './scope.ts';
import type { PlannedAssertion, PlannedTest, TestSuite } from './suite.ts';
import { textIn } from './text-in.ts';
import { unreadFields } from './unread-fields.ts';
import { createVariants } from './variants.ts';

/** What has come together of a suite. */
export type Planned = Pick<TestSuite, 'tests' | 'variants' | 'graders'>;

export interface Planner {
  /** Compiles the tests of one file; their mistakes are reported. */
  add(tests: readonly SoundTest[], workspace: Workspace): Promise<void>;
  planned(): Planned;
}

export function createPlanner(plan: Plan, pipeline: Source): Planner {
  const variants = createVariants(plan);
  const graders = new Map<string, Plan>();
  const tests: PlannedTest[] = [];
  const names = new Set<string>();

  async function compile({ pointer, spec, assertions }: SoundTest, workspace: Workspace): Promise<void> {
    const { source, report } = workspace;
    const name = textIn(spec, 'name');
    if (names.has(name)) report.add(nameTwice(name, source, pointer));
    names.add(name);
    for (const mistake of misplacedKeys({ pointer, spec, assertions }, source)) report.add(mistake);
    for (const warning of unreadFields({ pointer, spec }, plan, source)) report.add(warning);
    const rows = await rowsOf(spec, pointer, workspace);
    const folder = dirname(rows?.path ?? source.path);
    const variant = await variants.find(spec, pointer, folder, workspace);
    const outcomes = [spec['outcome'] ?? 'succeeded'].flat() as readonly ExpectedOutcome[];
    const { classify, input } = spec;
    const records = rows?.records ?? (isObject(input) ? [{ value: input }] : []);
    const asserted = { plan: variant.plan, outcomes, expected: expectedScope(variant.plan, records) };
    const planned: PlannedAssertion[] = [];
    for (const assertion of assertions)
      planned.push(...(await compileAssertion(assertion, asserted, workspace)));
    for (const assertion of planned) await addGrader(assertion, workspace);
    const classification =
      isObject(classify) && rows !== undefined
        ? compileClassification(classify, [...pointer, 'classify'], variant.plan, rows, workspace)
        : undefined;
    tests.push({
      name,
      place: { source, pointer: [...pointer, 'name'] },
      given: { source, pointer: [...pointer, ...givenIn(spec)] },
      ...(plan.input.when !== undefined && { when: { source: pipeline, pointer: ['input', 'when'] } }),
      variant,
      records,
      isTable: rows !== undefined,
      outcomes,
      ...(typeof spec['error'] === 'string' && { error: spec['error'] }),
      assertions: planned,
      ...(classification !== undefined && { classification }),
    });
  }

  /** Undefined for a test without a row file, and where it cannot be read, which is reported. */
  async function rowsOf(
    { rows, classify }: SoundTest['spec'],
    pointer: Pointer,
    { source, report, files }: Workspace,
  ): Promise<RowFile | undefined> {
    const [named, at] = isObject(classify)
      ? [classify['rows'], [...pointer, 'classify', 'rows']]
      : [rows, [...pointer, 'rows']];
    if (typeof named !== 'string') return undefined;
    files.note(resolve(dirname(source.path), named));
    const file = await readRows(named, { source, pointer: at }, plan.input.schema);
    if (!file.ok) report.add(file.error);
    return file.ok ? file.value : undefined;
  }

  /** The pipeline that asks the model whose verdict an assertion wants. */
  async function addGrader({ kind, spec, place }: PlannedAssertion, { report }: Workspace): Promise<void> {
    if (kind.grader === undefined) return;
    const model = kind.grader(spec);
    const id = graderId(model);
    if (graders.has(id)) return;
    const made = await graderPlan(model, pipeline, place);
    if (made.ok) graders.set(id, made.value);
    else made.error.forEach((mistake) => report.add(mistake));
  }

  return {
    async add(list, workspace) {
      for (const test of list) await compile(test, workspace);
    },
    planned: () => ({ tests, variants: variants.all(), graders }),
  };
}

/** By what `graders` of a suite has the pipeline that asks a model. */
export function graderId(model: unknown): string {
  return JSON.stringify(model);
}

/** Where a test says what it runs with. */
function givenIn({ input, rows }: JsonObject): Pointer {
  if (input !== undefined) return ['input'];
  return rows === undefined ? ['classify', 'rows'] : ['rows'];
}

function nameTwice(name: string, source: Source, pointer: Pointer): Diagnostic {
  return {
    severity: 'error',
    code: 'duplicate-name',
    message: `another test is named ${JSON.stringify(name)} already`,
    hint: 'give each a name of its own: reports and `--grep` tell tests apart by it',
    place: { source, pointer: [...pointer, 'name'] },
  };
}

/** Keys that mean nothing beside others of the same test. */
function misplacedKeys({ pointer, spec }: SoundTest, source: Source): readonly Diagnostic[] {
  const mistake = (key: string, message: string, hint: string): readonly Diagnostic[] =>
    spec[key] === undefined
      ? []
      : [
          {
            severity: 'error',
            code: 'conflicting-keys',
            message,
            hint,
            place: { source, pointer: [...pointer, key], part: 'key' },
          },
        ];
  const ofCases = spec['classify'] === undefined ? [] : ['assert', 'outcome', 'error'];
  return [
    ...ofCases.flatMap((key) =>
      mistake(
        key,
        `\`${key}\` is for cases, and this test has \`classify\``,
        key === 'assert' ? 'make it a test of its own, with the same `rows`' : 'remove it',
      ),
    ),
    ...(ofCases.length > 0 || [spec['outcome'] ?? 'succeeded'].flat().includes('failed')
      ? []
      : mistake('error', '`error` is for a case that is to fail', 'add `outcome: failed`')),
  ];
}
