import { describe, expect, it } from 'vitest';
import type { CallOutcome, Completion, StreamDelta } from '../../../src/models/contract.ts';
import { answersAfter, type LastAnswers } from '../../../src/report/trial/last-answers.ts';
import { createTrialView } from '../../../src/report/trial/view.ts';
import type { RunEvent } from '../../../src/run/events.ts';
import type { Trial, TrialCall, TrialStep } from '../../../src/trial/trial.ts';
import { plan, step } from '../../run/support/plans.ts';
import { called, createOutput, finished, paused, usageOf } from '../samples.ts';

const completion: Completion = {
  text: 'Hello there',
  thinking: '',
  refusal: null,
  tool_calls: [],
  finish_reason: 'stop',
  model: 'small',
  request_id: null,
};

function answered(changes: Partial<Completion> = {}, usage = usageOf({ cost_usd: 0.001 })): CallOutcome {
  return { ok: true, completion: { ...completion, ...changes }, usage };
}

function callOf(outcome?: CallOutcome): TrialCall {
  const request = { messages: [{ role: 'user', content: 'Hello' }] } as const;
  return { request, ...(outcome && { outcome, duration: 40 }) };
}

function stepOf(id: string, changes: Partial<TrialStep> = {}): TrialStep {
  return { step: step(id), calls: [callOf(answered())], tools: [], outcome: 'succeeded', ...changes };
}

/** What is told of these steps where these things happen. */
function told(
  steps: readonly TrialStep[],
  events: readonly RunEvent[],
  before: LastAnswers = new Map(),
): string {
  const output = createOutput();
  const trial: Trial = { plan: plan(steps.map((one) => one.step)), steps, misses: [] };
  const view = createTrialView(trial, { output, inLog: true, before });
  for (const event of events) view.on(event);
  return output.text();
}

const delta = (id: string, piece: StreamDelta, call = 1): RunEvent => ({
  type: 'call_delta',
  index: 0,
  step: id,
  call,
  delta: piece,
});
const began = { type: 'began' } as const;
const text = (words: string) => ({ type: 'text', text: words }) as const;
const ended = (id: string): RunEvent => ({
  type: 'step_finished',
  index: 0,
  step: id,
  outcome: 'succeeded',
});

const asked = (id: string) => `\n${id}  chat, small\n  user:\n    Hello\n`;

describe('what is told of a trial', () => {
  it('is each wait that is felt, and each notice, once and on a line of its own', () => {
    const seen = told(
      [stepOf('a')],
      [
        delta('a', began),
        delta('a', text('one ')),
        paused({ duration: 900 }),
        paused(),
        paused({ duration: 8000 }),
        { type: 'notice', code: 'x', message: '::error::a notice\u001B[2J' } as unknown as RunEvent,
        paused({ reason: 'unavailable', duration: 0, gives_up_in: 60_000 }),
      ],
    );
    expect(seen).toBe(
      `${asked('a')}  answer:\n    one\nsmall waits 12 s for quota\n\\x3a:error::a notice\\x1b[2J\nno answer from small, trying again for 1m 00s\n`,
    );
  });

  it('says that an answer broke off, since what comes after is another', () => {
    const events = [began, text('half'), began, text('whole')].map((piece) => delta('a', piece));
    expect(told([stepOf('a')], [...events, ended('a')])).toContain(
      '  answer:\n    half\n  the answer broke off, asking again\n  answer:\n    whole\n  stop, ',
    );
  });

  it('has what was thought apart from the answer, streamed or not', () => {
    const events = [began, { type: 'thinking', text: 'hm' } as const, text('yes')];
    const both = '  thinking:\n    hm\n  answer:\n    yes\n';
    const one = stepOf('a', { calls: [callOf(answered({ thinking: 'hm', text: 'yes' }))] });
    expect(told([one], [...events.map((piece) => delta('a', piece)), ended('a')])).toContain(both);
    expect(told([one], [ended('a')])).toContain(both);
  });

  it('has why a model would not answer', () => {
    const one = stepOf('a', { calls: [callOf(answered({ text: '', refusal: 'I may not' }))] });
    expect(told([one], [ended('a')])).toContain('  refusal:\n    I may not\n  stop, ');
  });

  it('is one step whole after the other, though they run side by side', () => {
    const seen = told(
      [stepOf('a'), stepOf('b')],
      [delta('a', text('first')), delta('b', text('second')), called(usageOf()), ended('b'), ended('a')],
    );
    expect(seen.match(/^(?:[ab] {2}|    \w+)/gmu)).toEqual([
      'a  ',
      '    Hello',
      '    first',
      'b  ',
      '    Hello',
      '    second',
    ]);
  });

  it('has the end of what was cut off', () => {
    const { outcome: _, ...open } = stepOf('a', { calls: [callOf()] });
    expect(told([open], [delta('a', text('half a')), finished()])).toBe(
      `${asked('a')}  answer:\n    half a\n  cut off\n`,
    );
  });

  it('has how often was tried, and what is not known of usage', () => {
    const facts = (usage: Parameters<typeof usageOf>[0]) =>
      told([stepOf('a', { calls: [callOf(answered({}, usageOf(usage)))] })], [ended('a')])
        .split('\n')
        .at(-2);
    expect(facts({ retries: 1 })).toMatch(/, 1 retry, 40 ms$/);
    expect(facts({ retries: 2 })).toMatch(/, 2 retries, 40 ms$/);
    expect(facts({ total_tokens: null })).toBe('  stop, usage unknown, 40 ms');
    expect(facts({ cost_usd: null })).toContain(' out, cost unknown, 40 ms');
  });

  it('has tools that failed or were cut off', () => {
    const call = { id: '1', name: 'look_up', arguments: { id: 'a' } };
    const error = { code: 'tool_failed', message: 'it ended with 1' } as const;
    const one = stepOf('a', {
      tools: [
        { call, after: 1, outcome: { ok: false, error } as never, duration: 5 },
        { call, after: 1 },
      ],
    });
    expect(told([one], [ended('a')])).toContain(
      '  tool look_up, 5 ms:\n    called with {"id":"a"}\n    failed: it ended with 1 [tool_failed]\n  tool look_up:\n    called with {"id":"a"}\n    cut off\n',
    );
  });

  it('is held against what was asked before, messages that are gone included', () => {
    const messages = [
      { role: 'user', content: 'Hallo' },
      { role: 'assistant', content: 'Hi' },
    ] as const;
    const before = new Map([['a', { messages, output: 'Hi' }]]);
    const value = { output: 'Hello there', tool_calls: [], finish_reason: 'stop', usage: usageOf() };
    const seen = told([stepOf('a', { value })], [ended('a')], before);
    expect(seen).toContain(
      '  user, changed:\n    [-Hallo-]{+Hello+}\n  without 1 of the last messages\n  answer:\n    Hello there\n',
    );
    expect(seen).toContain('  against the last answer:\n    [-Hi-]{+Hello there+}\n');
  });
});

it('a step that did not succeed is held against its last success', () => {
  const value = { output: 'one', tool_calls: [], finish_reason: 'stop', usage: usageOf() };
  const trialOf = (changes: Partial<TrialStep>): Trial => ({
    plan: plan([]),
    steps: [stepOf('a', changes)],
    misses: [],
  });
  const first = answersAfter(new Map(), trialOf({ value }));
  expect(answersAfter(first, trialOf({ outcome: 'failed' })).get('a')?.output).toBe('one');
});
