import { hash } from 'node:crypto';
import { basename } from 'node:path';
import type { JudgeServices, Verdict } from '../assertions/assertion.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { canonicalJson } from '../run/canonical.ts';
import { missMessage, type ReplayMiss } from '../run/recordings/miss.ts';
import { renderOutput } from '../run/row.ts';
import { readUsage } from '../run/entry.ts';
import { asked, stepOf } from './asked.ts';
import type { RecordEnd } from './ends.ts';
import type { Failure, RecordResult } from './result.ts';
import type { PlannedAssertion } from './suite.ts';
import { stepValues } from './trace.ts';

/** Holds how a record ended against what its test expects. */
export async function judgeRecord(end: RecordEnd, services: JudgeServices): Promise<RecordResult> {
  const { test, record, usage, finished } = end;
  const outcome = finished?.outcome ?? 'not_run';
  const failed = finished?.outcome === 'failed' ? finished : undefined;
  const astray = outcomeFailures(end);
  const scope = scopeOf(end);
  const verdicts =
    finished === undefined || astray.length > 0
      ? []
      : await Promise.all(
          test.assertions
            .filter((assertion) => isAbout(assertion, end))
            .map((assertion) => judge(assertion, end, scope, services)),
        );
  return {
    record,
    outcome,
    ...(finished?.outcome === 'succeeded' && { output: finished.output }),
    ...(failed && { error: { ...failed.error, step: failed.step } }),
    usage,
    failures: [...astray, ...verdicts.flat()],
  };
}

/** Where a record may end in several ways, what only one of them has is looked at where it ended so. */
function isAbout({ path }: PlannedAssertion, { test, finished }: RecordEnd): boolean {
  if (test.outcomes.length === 1) return true;
  const [root] = path.text.split('.');
  if (root === 'input' || root === 'vars' || root === 'usage') return true;
  if (root === 'output') return finished?.outcome === 'succeeded';
  return root === 'error' ? finished?.outcome === 'failed' : finished?.outcome !== 'skipped';
}

/** What the paths of a test lead through. */
export function scopeOf({ test, record, trace, usage, finished }: RecordEnd): JsonObject {
  const scope = {
    input: record.value,
    vars: test.variant.plan.vars,
    steps: stepValues(trace),
    usage: usage as unknown as JsonObject,
  };
  if (finished?.outcome === 'succeeded') return { ...scope, output: finished.output };
  if (finished?.outcome !== 'failed') return scope;
  const { step, error } = finished;
  return { ...scope, error: { code: error.code, message: error.message, step } };
}

/** Undefined where nothing stands there. */
export function lookAt({ path }: Pick<PlannedAssertion, 'path'>, scope: JsonObject): JsonValue | undefined {
  const value = path.template.probe(scope);
  return value.ok ? value.value : undefined;
}

/** A record that ended otherwise than it should. */
function outcomeFailures(end: RecordEnd): readonly Failure[] {
  const { test, finished, misses } = end;
  if (finished === undefined) return [];
  const { place } = test;
  const [miss] = misses;
  if (miss !== undefined) {
    return misses.map((one) => ({
      place,
      kind: 'replay_miss',
      message: missMessage(one),
      miss: one,
      question: missedQuestion(one, end),
    }));
  }
  if (!test.outcomes.includes(finished.outcome)) {
    return [{ place, kind: 'outcome', ...outcomeWords(end), ...remedyOf(end), ...stepAsked(end) }];
  }
  if (finished.outcome !== 'failed' || test.error === undefined || finished.error.code === test.error)
    return [];
  const message = `the record failed by \`${finished.error.code}\`, not by \`${test.error}\`: ${finished.error.message}`;
  return [
    { place, kind: 'error', message, expected: test.error, got: finished.error.code, ...stepAsked(end) },
  ];
}

function missedQuestion(miss: ReplayMiss, { trace }: RecordEnd): string {
  const { request = null } = asked(trace, miss.step).asked ?? {};
  // One request may bring calls of tools that differ.
  const call = miss.tool === undefined ? null : missMessage(miss);
  return questionId({ step: miss.step, request, call });
}

function questionId(question: object): string {
  return hash('sha256', canonicalJson(question as JsonObject));
}

const wantedWords = {
  succeeded: 'have succeeded',
  failed: 'have failed',
  skipped: 'have been skipped',
} as const;

function outcomeWords({ test, finished }: RecordEnd): Pick<Failure, 'message'> {
  const { outcomes, when } = test;
  const isUsual = outcomes.length === 1 && outcomes[0] === 'succeeded';
  const should = outcomes.map((outcome) => wantedWords[outcome]).join(' or ');
  const wanted = isUsual ? '' : `, and should ${should}`;
  if (finished?.outcome === 'skipped') {
    const line = when?.source.locate(when.pointer).start.line;
    const at = when === undefined ? '' : ` (${basename(when.source.path)}:${line})`;
    return { message: `the record was skipped by \`input.when\`${at}${wanted}` };
  }
  if (finished?.outcome !== 'failed') return { message: `the record succeeded${wanted}` };
  const { step, error } = finished;
  const where = step === null ? '' : ` in step \`${step}\``;
  return { message: `the record failed${where}${wanted}: ${error.message} (${error.code})` };
}

/** What to do about an end that was not expected, and where, if that is known. */
function remedyOf({
  test,
  record,
  finished,
}: RecordEnd): Pick<Failure, 'hint'> & Partial<Pick<Failure, 'place'>> {
  const { outcomes, given, isTable } = test;
  if (finished?.outcome === 'skipped' && test.classification === undefined) {
    const all = isTable ? [...outcomes, 'skipped'] : ['skipped'];
    const said = all.length === 1 ? all[0] : `[${all.join(', ')}]`;
    return { hint: `if that is right, write \`outcome: ${said}\` in the test` };
  }
  if (finished?.outcome !== 'failed' || finished.error.code !== 'absent_path') return {};
  const field = /`input\.([\w-]+)/u.exec(finished.error.message)?.[1];
  if (field === undefined || Object.hasOwn(record.value, field)) return {};
  const what = isTable ? 'the rows' : 'the `input` of the test';
  return { place: given, hint: `add \`${field}\` to ${what}` };
}

function stepAsked({ finished, trace }: RecordEnd): Pick<Failure, 'asked'> {
  const step = finished?.outcome === 'failed' ? finished.step : null;
  return step === null ? {} : asked(trace, step);
}

/** That no model said what came: who looks for the answer of one would look in vain. */
function ownMock(step: string | undefined, { test }: RecordEnd): Pick<Failure, 'hint'> {
  if (step === undefined || !test.variant.mocked.includes(step)) return {};
  return { hint: `\`${step}\` was not asked: its output is the one that the test's own \`mocks\` give` };
}

async function judge(
  assertion: PlannedAssertion,
  end: RecordEnd,
  scope: JsonObject,
  services: JudgeServices,
): Promise<readonly Failure[]> {
  const { kind, place, path, expected } = assertion;
  const fails = { place, kind: kind.kind, path: path.text };
  const step = stepOf(path.text, end);
  const about = { ...asked(end.trace, step), ...ownMock(step, end) };
  const value = lookAt(assertion, scope);
  if (value === undefined) return [{ ...fails, message: `\`${path.text}\` is not there`, ...about }];
  const wanted = renderOutput(expected, scope);
  if (!wanted.ok) return [{ ...fails, message: `what is expected cannot be told: ${wanted.error.message}` }];
  const usage = (isObject(value) ? readUsage(value) : undefined) ?? end.usage;
  const verdict = await assertion.judge({ value, usage }, wanted.value, services);
  if (verdict.pass) return [];
  const question =
    verdict.unanswered === true ? questionId({ judged: value, wanted: wanted.value }) : undefined;
  return [
    {
      ...fails,
      ...wordsOf(verdict, path.text, value),
      ...about,
      ...(question !== undefined && { question }),
    },
  ];
}

function wordsOf(
  { expected, reason, seen, wanted, unanswered }: Verdict & { readonly pass: false },
  path: string,
  got: JsonValue,
): Pick<Failure, 'message' | 'expected' | 'got' | 'seen' | 'reason' | 'wanted' | 'unanswered'> {
  const why = [seen === undefined ? undefined : `got ${seen}`, reason].filter((part) => part !== undefined);
  return {
    message: `\`${path}\` is not as expected: ${[expected, ...why].join(': ')}`,
    expected,
    got,
    ...(seen !== undefined && { seen }),
    ...(reason !== undefined && { reason }),
    ...(wanted !== undefined && { wanted }),
    ...(unanswered !== undefined && { unanswered }),
  };
}
