import { describe, expect, it } from 'vitest';
import { differencesOf } from '../../../src/run/recordings/differences.ts';
import type { RecordedAnswer } from '../../../src/run/recordings/lines.ts';
import { createNearest } from '../../../src/run/recordings/nearest.ts';
import type { Question } from '../../../src/run/recordings/question.ts';
import { zeroUsage } from '../../../src/usage/add.ts';

const question = (content: string, others: Partial<Question> = {}): Question => ({
  provider: 'mistralai',
  model: 'small',
  parameters: {},
  messages: [
    { role: 'system', content: 'You are a helpful assistant that translates English to French.' },
    { role: 'user', content },
  ],
  ...others,
});

function recorded(content: string, line: number, others: Partial<Question> = {}): RecordedAnswer {
  const completion = {
    text: '',
    thinking: '',
    refusal: null,
    tool_calls: [],
    finish_reason: 'stop',
    model: null,
    request_id: null,
  };
  const fingerprint = String(line).padStart(32, '0');
  return {
    type: 'answer',
    step: 'one',
    fingerprint,
    simulated: false,
    question: question(content, others),
    entry: { fingerprint, model: 'small', usage: zeroUsage, completion },
    path: '/r.jsonl',
    line,
    text: '',
  };
}

const words = ['parcel', 'bill', 'shop', 'order', 'refund', 'late', 'lost', 'paid', 'open', 'closed'];
const ticket = (number: number) =>
  `Ticket ${number}: ${Array.from({ length: 200 }, (_, at) => words[(number * 7 + at * (number % 9)) % 10]).join(' ')}`;

describe('the nearest question', () => {
  it('is the one of the same record, of thousands, and soon', () => {
    const nearest = createNearest(Array.from({ length: 4000 }, (_, at) => recorded(ticket(at), at + 1)));
    const began = performance.now();
    for (let at = 0; at < 4000; at += 40) {
      const asked = question(ticket(at), {
        messages: [
          { role: 'system', content: 'You translate.' },
          { role: 'user', content: ticket(at) },
        ],
      });
      expect(nearest('one', asked)?.line).toBe(at + 1);
    }
    // A hundred of them; a comparison with each of the 4,000 word by word takes minutes.
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('is found in scripts that write no spaces', () => {
    const nearest = createNearest([recorded('包裹还没有到', 1), recorded('账单金额不对', 2)]);
    expect(nearest('one', question('我的账单不对'))?.line).toBe(2);
  });

  it('has as many turns, where a round of repairs has the same words and more', () => {
    const [system, user] = question('the ticket').messages;
    if (system === undefined || user === undefined) throw new Error('two messages');
    const round = [
      system,
      user,
      { role: 'assistant', content: 'no' } as const,
      { role: 'user', content: 'mend it' } as const,
    ];
    const nearest = createNearest([
      recorded('the ticket', 1, { messages: round }),
      recorded('another text', 2),
    ]);
    expect(nearest('one', question('the ticket'))?.line).toBe(2);
    expect(nearest('two', question('the ticket'))).toBeUndefined();
  });
});

describe('the differences of two questions', () => {
  const what = (one: Question, other: Question) => differencesOf(one, other).map((each) => each.what);
  const [system, user] = question('hello').messages as readonly [
    Question['messages'][0],
    Question['messages'][0],
  ];
  const turn = (content: string) => ({ role: 'user', content }) as const;

  it.each<[string, Partial<Question>, readonly string[]]>([
    ['a message', { messages: [system, turn('goodbye')] }, ['the user message']],
    ['a message more', { messages: [system, turn('an example'), user] }, ['message 2 (user)']],
    ['a role', { messages: [{ ...system, role: 'assistant' }, user] }, ['the assistant message']],
    ['the model', { model: 'large' }, ['the model']],
    [
      'the provider and its address',
      { provider: 'ollama', base_url: 'http://localhost' },
      ['the provider', 'base_url'],
    ],
    ['a parameter', { parameters: { temperature: 1 } }, ['temperature']],
    ['a tool', { tools: [{ name: 'convert', parameters: true }] }, ['the tool convert']],
    [
      'the choice of a tool',
      { tool_choice: 'any', parallel_tool_calls: false },
      ['tool_choice', 'parallel_tool_calls'],
    ],
    ['the schema', { response_format: { type: 'json_object' } }, ['the schema']],
    ['nothing', {}, []],
  ])('say which part is another: %s', (_, others, expected) => {
    expect(what(question('hello'), question('hello', others))).toEqual(expected);
  });

  it('say what was there and what is not any more', () => {
    const [difference] = differencesOf(question('hello', { parameters: { top_p: 0.5 } }), question('hello'));
    expect(difference?.words).toEqual([
      { kind: 'removed', text: '0.5' },
      { kind: 'added', text: '(not set)' },
    ]);
  });

  it('tell of a tool call and of an image in a message', () => {
    const called = (argument: string): Question => {
      const call = { id: '1', name: 'convert', arguments: argument };
      return question('', { messages: [user, { role: 'assistant', content: '', tool_calls: [call] }] });
    };
    const [difference] = differencesOf(called('{"a":1}'), called('{"a":2}'));
    expect(difference?.what).toBe('the assistant message');
    expect(difference?.words.map(({ text }) => text).join('')).toContain('convert({"a":12})');
  });
});
