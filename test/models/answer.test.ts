import { expect, it } from 'vitest';
import { createRedact } from '../../src/diagnostic/redact.ts';
import { withoutKey } from '../../src/models/answer.ts';

it('an answer has no secret in what is sent back with a call: not in names, texts, or numbers', () => {
  const call = { id: 'a', name: 'add', arguments: '{"pin":4815162342}' };
  const echo = [{ type: 'thinking', thinking: 'It is 4815162342', pin: 4_815_162_342, '4815162342': 1.5 }];
  const answer = {
    id: 'x',
    model: 'm',
    text: '',
    thinking: '',
    refusal: null,
    tool_calls: [{ ...call, echo }],
    finish_reason: 'tool_calls',
  };
  expect(withoutKey(answer, createRedact('4815162342')).tool_calls).toEqual([
    {
      ...call,
      arguments: '{"pin":[redacted]}',
      echo: [{ type: 'thinking', thinking: 'It is [redacted]', pin: '[redacted]', '[redacted]': 1.5 }],
    },
  ]);
});

it('an answer has none in the words of a refusal, which are kept', () => {
  const answer = {
    id: 'x',
    model: 'm',
    text: '',
    thinking: '',
    refusal: 'I will not repeat 4815162342.',
    tool_calls: [],
    finish_reason: 'stop',
  };
  expect(withoutKey(answer, createRedact('4815162342')).refusal).toBe('I will not repeat [redacted].');
});
