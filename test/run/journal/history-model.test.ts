import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure, success } from '../../../src/result.ts';
import type { ToolOutcome } from '../../../src/tools/tool.ts';
import { openJournalReader } from '../../../src/run/journal/reader.ts';
import { answer, failed } from '../support/fake-models.ts';
import {
  call,
  diskWith,
  failedRecord,
  historyOf,
  journalOf,
  path,
  priced,
  record,
  resumed,
  tool,
} from './journals.ts';

type Act = { readonly step: string } & (
  | { readonly kind: 'answer' | 'result' | 'failed tool'; readonly fingerprint: string }
  | { readonly kind: 'failed call' }
);

type End =
  | { readonly outcome: 'succeeded' | 'skipped' | 'pending' }
  | { readonly outcome: 'failed'; readonly code: string; readonly step: string };

/** What becomes of some records in one session, in this order; those that are through are passed over. */
interface Session {
  readonly force: boolean;
  readonly records: readonly { readonly at: number; readonly acts: readonly Act[]; readonly end: End }[];
}

/** A record as a reader with all memory in the world would know it. */
interface Known {
  through: boolean;
  answers: { readonly kind: string; readonly step: string; readonly name: string; readonly text: string }[];
  readonly steps: Set<string>;
}

const stepName = fc.constantFrom('one', 'two');
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('answer' as const, 'result' as const, 'failed tool' as const),
    step: stepName,
    fingerprint: fc.constantFrom('f1', 'f2'),
  }),
  fc.record({ kind: fc.constant('failed call' as const), step: stepName }),
);
const end: fc.Arbitrary<End> = fc.oneof(
  fc.record({ outcome: fc.constantFrom('succeeded' as const, 'skipped' as const, 'pending' as const) }),
  fc.record({
    outcome: fc.constant('failed' as const),
    code: fc.constantFrom('cut_answer', 'server_error', 'tool_failed'),
    step: stepName,
  }),
);
const session: fc.Arbitrary<Session> = fc.record({
  force: fc.boolean(),
  records: fc.uniqueArray(fc.record({ at: fc.nat({ max: 5 }), acts: fc.array(act, { maxLength: 5 }), end }), {
    selector: ({ at }) => at,
    maxLength: 6,
  }),
});

const keyOf = (at: number) => `key ${at}`;

function written(sessions: readonly Session[]) {
  const known = new Map<number, Known>();
  const lines: string[] = [];
  let calls = 0;
  for (const [number, { force, records }] of sessions.entries()) {
    if (number > 0) lines.push(resumed(force));
    if (number > 0 && force) for (const one of known.values()) one.through = false;
    for (const { at, acts, end: ending } of records) {
      const key = keyOf(at);
      const one = known.get(at) ?? { through: false, answers: [], steps: new Set() };
      if (one.through) continue;
      known.set(at, one);
      for (const done of acts) {
        const { step } = done;
        const text = `text ${lines.length}`;
        if (done.kind === 'failed call') {
          lines.push(call(key, 'f', { step, outcome: failed({}, priced) }));
        } else {
          const { kind, fingerprint } = done;
          one.answers.push({ kind, step, name: fingerprint, text });
          if (kind === 'answer')
            lines.push(call(key, fingerprint, { step, outcome: { ...answer(text), usage: priced } }));
          else lines.push(tool(key, fingerprint, { step, outcome: outcomeOf(kind, text) }));
        }
        if (done.kind === 'result' || done.kind === 'failed tool') continue;
        calls += 1;
        one.steps.add(step);
      }
      if (ending.outcome === 'failed') {
        lines.push(failedRecord(key, at, ending.code, ending.step));
        one.answers = withoutCause(one.answers, ending);
      } else if (ending.outcome !== 'pending') {
        lines.push(record(key, at, ending.outcome));
        one.through = true;
      }
    }
  }
  return { journal: journalOf(...lines), known, calls };
}

function outcomeOf(kind: string, text: string): ToolOutcome {
  return kind === 'result' ? success(text) : failure({ code: 'tool_failed', message: text, fatal: true });
}

/** What is left of the answers when the record has failed by the last of the step, or by tools that it asked for. */
function withoutCause(answers: Known['answers'], { code, step: at }: Extract<End, { outcome: 'failed' }>) {
  if (code === 'server_error') return answers;
  const last = (kind: string, before: number) =>
    answers.slice(0, before).findLastIndex((one) => one.kind === kind && one.step === at);
  const isAnswers = code === 'cut_answer';
  const answer = last('answer', isAnswers ? Infinity : Math.max(last('failed tool', Infinity), 0));
  return answers.filter(({ kind, step }, index) => {
    if (index === answer) return !isAnswers;
    return index < answer || kind !== 'failed tool' || step !== at;
  });
}

describe('readHistory', () => {
  it('knows of every record what a reader would who keeps all in mind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(session, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (sessions, all) => {
          const { journal, known, calls } = written(sessions);
          const history = await historyOf(journal, { all });
          expect(history.usage.total.requests).toBe(calls);
          expect(history.usage.records).toBe(
            [...known.values()].filter(({ steps }) => steps.size > 0).length,
          );
          const reader = await openJournalReader(diskWith(journal), path);
          for (const [at, one] of known) {
            const through = one.through && !all;
            expect(history.isAt(at, keyOf(at))).toBe(through);
            const replay = await history.replayOf(keyOf(at), reader);
            expect(through ? replay : undefined).toBeUndefined();
            expect(replay?.countedIn.steps ?? new Set()).toEqual(through ? new Set() : one.steps);
            for (const { kind, step, name, text } of through ? [] : one.answers) {
              const given = replay?.[kind === 'answer' ? 'call' : 'tool'](step, name);
              expect(given).toMatchObject(
                kind === 'answer' ? { completion: { text } } : outcomeOf(kind, text),
              );
            }
            for (const step of ['one', 'two']) {
              for (const name of ['f1', 'f2']) {
                expect(replay?.call(step, name)).toBeUndefined();
                expect(replay?.tool(step, name)).toBeUndefined();
              }
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
