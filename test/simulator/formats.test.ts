import { describe, expect, it } from 'vitest';
import { ask, choiceOf, completionOf, refusalOf, textFor, user } from './support.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['topic', 'urgent', 'order_id'],
  properties: {
    topic: { enum: ['order', 'billing', 'other'] },
    urgent: { type: 'boolean' },
    order_id: { type: ['string', 'null'] },
  },
};

const asSchema = (schema: unknown) => ({
  response_format: { type: 'json_schema', json_schema: { name: 'ticket', schema, strict: true } },
});

interface Ticket {
  readonly topic: string;
  readonly urgent: boolean;
  readonly order_id: string | null;
}

const ticketOf = (text: string) =>
  JSON.parse(textFor({ ...asSchema(schema), messages: [user(text)] })) as Ticket;

describe('the response format json_schema', () => {
  it('is answered with an instance of the schema', () => {
    const completion = completionOf(ask(asSchema(schema)));
    expect(choiceOf(completion)).toMatchObject({ finish_reason: 'stop', message: { tool_calls: null } });
    expect(ticketOf('I love programming.')).toEqual({
      topic: expect.stringMatching(/^(order|billing|other)$/) as string,
      urgent: expect.any(Boolean) as boolean,
      order_id: expect.toSatisfy(
        (id: unknown) => id === null || (typeof id === 'string' && id.startsWith('[simulated] ')),
      ) as string,
    });
  });

  it('is answered by what the user says', () => {
    const tickets = Array.from({ length: 40 }, (_, index) => ticketOf(`Ticket ${index}`));
    expect(new Set(tickets.map(({ topic }) => topic))).toEqual(new Set(['order', 'billing', 'other']));
    expect(new Set(tickets.map(({ urgent }) => urgent))).toEqual(new Set([true, false]));
    expect(ticketOf('Ticket 7')).toEqual(tickets[7]);
  });

  it('is answered in another way for another seed', () => {
    const fields = asSchema({ type: 'string', format: 'uuid' });
    const answers = [0, 1, 2, 0].map((seed) => textFor(fields, { seed }));
    expect(new Set(answers).size).toBe(3);
    expect(answers[3]).toBe(answers[0]);
  });

  it('is cut at max_tokens', () => {
    const completion = completionOf(ask({ ...asSchema({ const: { topic: 'order' } }), max_tokens: 3 }));
    expect(choiceOf(completion)).toMatchObject({
      finish_reason: 'length',
      message: { content: '{"topic":"' },
    });
    expect(completion.usage.completion_tokens).toBe(3);
  });

  it('has no prefix before it', () => {
    const messages = [user('x'), { role: 'assistant', content: 'Here is', prefix: true }];
    expect(textFor({ ...asSchema({ const: 5 }), messages })).toBe('5');
  });

  it('is refused where no value fits the schema', () => {
    expect(refusalOf(asSchema(false))).toMatchObject({ status: 422 });
    expect(refusalOf(asSchema({ type: 'integer', minimum: 2, maximum: 1 }))).toEqual({
      status: 400,
      message:
        'The simulator cannot answer to the response_format schema `ticket`: no value was found that it allows: the last one must be <= 1',
      type: 'invalid_request_error',
      code: null,
    });
  });
});

describe('the response format json_object', () => {
  const response_format = { type: 'json_object' };

  it('is answered with an object', () => {
    const messages = [user('Answer in JSON: "yes"\nor no')];
    expect(JSON.parse(textFor({ response_format, messages }))).toEqual({
      simulated: true,
      answer: 'Answer in JSON: "yes"\nor no',
    });
  });

  const answered = (...answers: readonly string[]) =>
    answers.flatMap((content) => [user('Answer in JSON.'), { role: 'assistant', content }]);

  it('is answered like an earlier answer', () => {
    const shown = {
      topic: 'order',
      score: 2,
      why: 'It is late.',
      parts: [{ name: 'a b', count: 0.5 }],
      id: null,
      old: '[simulated] I said so.',
    };
    const messages = [...answered(JSON.stringify(shown)), user('x')];
    expect(JSON.parse(textFor({ response_format, messages }))).toEqual({
      ...shown,
      why: '[simulated] It is late.',
      parts: [{ name: '[simulated] a b', count: 0.5 }],
    });
  });

  it('is answered like one of several, now this and now that', () => {
    const examples = ['{"topic":"order","urgent":true}', 'none', '[1]', '{"topic":"billing"}'];
    const answers = Array.from({ length: 20 }, (_, index) =>
      textFor({ response_format, messages: [...answered(...examples), user(`${index}`)] }),
    );
    expect(new Set(answers)).toEqual(new Set(['{"topic":"order","urgent":true}', '{"topic":"billing"}']));
  });

  it('is not answered like the words of others', () => {
    const messages = [
      { role: 'system', content: '{"a":1}' },
      user('{"a":1}'),
      { role: 'assistant', content: '{"a":1}', prefix: true },
    ];
    expect(JSON.parse(textFor({ response_format, messages }))).toEqual({
      simulated: true,
      answer: '{"a":1}',
    });
  });

  it('is answered however deep an earlier answer is', () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    expect(
      ask({ response_format, messages: [{ role: 'assistant', content: deep }, user('x')] }).counted,
    ).toBe('200');
  });

  it('is ended by a stop text', () => {
    expect(textFor({ response_format, stop: ',' })).toBe('{"simulated":true');
  });
});

describe('reasoning', () => {
  const thought = '[simulated] What is asked: I love programming.';

  it('comes before the text, and is paid for', () => {
    const { choices, usage } = completionOf(ask({ reasoning_effort: 'high' }));
    expect(choices[0]?.message.content).toEqual([
      { type: 'thinking', thinking: [{ type: 'text', text: thought }] },
      { type: 'text', text: '[simulated] I love programming.' },
    ]);
    expect(usage.completion_tokens).toBe(9 + 5);
  });

  it('is not made without effort', () => {
    expect(textFor({ reasoning_effort: 'none' })).toBe('[simulated] I love programming.');
  });

  it('uses up what may be said', () => {
    const completion = completionOf(ask({ reasoning_effort: 'high', max_tokens: 10 }));
    expect(choiceOf(completion)).toMatchObject({
      message: { content: [{ type: 'thinking' }, { type: 'text', text: '[simulated] I' }] },
      finish_reason: 'length',
    });
    expect(completion.usage.completion_tokens).toBe(10);
  });

  it('comes before calls of tools', () => {
    const tools = [{ function: { name: 'f', parameters: {} } }];
    expect(choiceOf(completionOf(ask({ reasoning_effort: 'high', tools }))).message).toMatchObject({
      content: [{ type: 'thinking', thinking: [{ type: 'text', text: thought }] }],
      tool_calls: [{ function: { name: 'f' } }],
    });
  });
});

describe('several choices', () => {
  const fields = { n: 3, ...asSchema({ type: 'string', format: 'uuid' }) };

  it('are answers of their own', () => {
    const { choices } = completionOf(ask(fields));
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(choices.map(({ message }) => message.content)).size).toBe(3);
  });

  it('are all paid for, and the prompt once', () => {
    const asked = { n: 3, ...asSchema({ const: 'alike' }) };
    const one = completionOf(ask({ ...asked, n: 1 })).usage;
    expect(completionOf(ask(asked)).usage).toEqual({
      prompt_tokens: one.prompt_tokens,
      completion_tokens: 3 * one.completion_tokens,
      total_tokens: one.prompt_tokens + 3 * one.completion_tokens,
    });
  });
});
