import type { AssertionBuilder, AssertionKind } from '../assertions/assertion.ts';
import { assertionKinds } from '../assertions/registry.ts';
import type { Diagnostic, Location } from '../diagnostic/diagnostic.ts';
import type { JsonValue } from '../json/json.ts';
import { compileOutput } from '../pipeline/output.ts';
import { compileUserSchema } from '../pipeline/schema/user-schema.ts';
import { templateMistake, type TemplateContext } from '../pipeline/templates.ts';
import type { SoundAssertion } from '../pipeline/validate-tests.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import type { OutputNode, Plan } from '../plan.ts';
import { checkTemplate } from '../template/check.ts';
import type { ScopeType } from '../template/scope-type.ts';
import { neverEqual } from './never-equal.ts';
import { compilePath, type TestPath } from './path.ts';
import { pathScope, type ExpectedOutcome } from './scope.ts';
import type { PlannedAssertion } from './suite.ts';

/** What an assertion of usage looks at where it names nothing. */
const wholeUsage = 'usage';

/** The case that is held against something. */
export interface AssertedCase {
  readonly plan: Plan;
  readonly outcomes: readonly ExpectedOutcome[];
  /** What templates in what is expected may read. */
  readonly expected: ScopeType;
}

/** Compiles what stands in one item of `assert`: an assertion for each kind in it. */
export async function compileAssertion(
  { pointer, spec }: SoundAssertion,
  { plan, outcomes, expected: readable }: AssertedCase,
  workspace: Workspace,
): Promise<readonly PlannedAssertion[]> {
  const { source, report } = workspace;
  const held = spec['path'];
  const text = typeof held === 'string' ? held : wholeUsage;
  const place: Location = { source, pointer: held === undefined ? pointer : [...pointer, 'path'] };
  const scope = pathScope(plan, outcomes);
  const path = compilePath(text, place, scope, report);
  const planned: PlannedAssertion[] = [];
  for (const [key, expected] of Object.entries(spec)) {
    const kind = assertionKinds.get(key);
    if (kind === undefined) continue;
    const at: Location = { source, pointer: [...pointer, key] };
    if (kind.looks_at === 'usage' && path !== undefined && !isUsage(path)) {
      report.add(noUsage(kind, text, place));
      continue;
    }
    const node = compileExpected(kind, expected, at, readable, workspace);
    const judge = await kind.compile(expected, builderFor(expected, at, workspace));
    if (path !== undefined && node !== undefined && judge !== undefined) {
      neverEqual({ kind: key, expected, path, place: at }, plan, scope).forEach((one) => report.add(one));
      planned.push({ kind, place: at, path, spec: expected, expected: node, judge });
    }
  }
  return planned;
}

/** `usage`, or that of a step. */
function isUsage({ text }: TestPath): boolean {
  return /^(?:steps\.[^.]+\.)?usage$/u.test(text);
}

function noUsage({ kind }: AssertionKind, path: string, place: Location): Diagnostic {
  return {
    severity: 'error',
    code: 'wrong-path',
    message: `\`${kind}\` is about what was used, and \`${path}\` is no usage`,
    hint: 'write `path: steps.<id>.usage`, or leave the path out for the whole case',
    place,
  };
}

/** What is expected, with its templates compiled; undefined where one of them is wrong, which is reported. */
function compileExpected(
  { templates }: AssertionKind,
  expected: JsonValue,
  { source, pointer }: Location,
  scope: ScopeType,
  { report }: Workspace,
): OutputNode | undefined {
  if (!templates) return { kind: 'constant', value: expected };
  const context: TemplateContext = { source, report, partials: new Map(), hasAllPartials: true };
  const { node, templates: placed } = compileOutput(expected, context, pointer);
  const problems = placed.flatMap(({ template, place }) =>
    checkTemplate(template, scope).map((problem) => templateMistake(problem, place, new Map())),
  );
  problems.forEach((problem) => report.add(problem));
  return problems.length === 0 ? node : undefined;
}

function builderFor(expected: JsonValue, place: Location, workspace: Workspace): AssertionBuilder {
  return {
    async schema() {
      const schema = await compileUserSchema(expected, place, workspace, { isBounded: true });
      return schema?.validate;
    },
    report: (mistake) => workspace.report.add({ severity: 'error', ...mistake, place }),
  };
}
