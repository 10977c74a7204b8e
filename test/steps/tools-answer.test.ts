import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import type { CallOutcome } from '../../src/models/contract.ts';
import { answered, serverError, unanswered } from './support.ts';
import { asked, call, calling, errorOf, run, toolTurn, withTools } from './tools-support.ts';

const schema = {
  type: 'object',
  required: ['state'],
  additionalProperties: false,
  properties: { state: { enum: ['sent', 'lost'] } },
};

const spec = (other: JsonObject = {}) => withTools({ find: 'echo' }, { schema, ...other });
const round = calling([call('find')]);
const sent = answered('{"state":"sent"}');

/** What comes of the tools' round, in the conversation. */
const found = [{ role: 'assistant', content: '', tool_calls: [call('find')] }, toolTurn('find', '{}')];

const format = { type: 'json_schema', name: 'reply', schema };
const tools = [{ name: 'find', parameters: { type: 'object' } }];

describe('a structured answer of a step with tools', () => {
  it.each<[string, string]>([
    ['JSON', '{"state":"sent"}'],
    ['JSON in a fence', 'Here it is:\n```json\n{"state":"sent"}\n```'],
    ['JSON with a comma too many', '{"state":"sent",}'],
  ])('is the text that ends the calls where that is %s', async (_name, text) => {
    const { result, services } = await run(spec(), [round, answered(text)]);
    expect(services.requests).toHaveLength(2);
    expect(services.requests.some((request) => 'response_format' in request)).toBe(false);
    expect(result).toMatchObject({
      ok: true,
      value: {
        output: { state: 'sent' },
        tool_calls: [{ name: 'find' }],
        finish_reason: 'stop',
        usage: { requests: 2 },
      },
    });
  });

  it.each<[string, CallOutcome]>([
    ['a text', answered('It was sent.')],
    ['nothing', answered('')],
    ['JSON of another form', answered('{"status":"sent"}')],
    ['cut off', answered({ text: '{"state":"sent"}', finish_reason: 'length' })],
  ])('is asked for, without tools, where what ends the calls is %s', async (_name, ended) => {
    const { result, services } = await run(spec({ tool_choice: 'any', parallel_tool_calls: false }), [
      round,
      ended,
      sent,
    ]);
    expect(services.requests[2]).toEqual({
      messages: [asked, ...found],
      tools,
      tool_choice: 'none',
      parallel_tool_calls: false,
      response_format: format,
    });
    expect(result).toMatchObject({
      ok: true,
      value: {
        output: { state: 'sent' },
        tool_calls: [{ name: 'find' }],
        usage: { requests: 3, total_tokens: 36 },
      },
    });
  });

  it('is asked for at once where no tool may be called', async () => {
    const { result, services } = await run(spec({ tool_choice: 'none', strict: false }), [sent]);
    expect(services.requests).toEqual([
      { messages: [asked], tools, tool_choice: 'none', response_format: { ...format, strict: false } },
    ]);
    expect(result).toMatchObject({ ok: true, value: { output: { state: 'sent' }, tool_calls: [] } });
  });

  it('is asked for again as often as `repair` says, with what is wrong', async () => {
    const wrong = answered('{"state":"late"}');
    const { result, services } = await run(spec({ repair: 2 }), [
      round,
      answered('Sent!'),
      wrong,
      wrong,
      sent,
    ]);
    expect(services.requests).toHaveLength(5);
    const [answer, complaint, ...others] = services.requests[3]?.messages.slice(3) ?? [];
    expect(answer).toEqual({ role: 'assistant', content: '{"state":"late"}' });
    expect(complaint).toMatchObject({ role: 'user', content: expect.stringContaining('`state`') });
    expect(others).toEqual([]);
    expect(result).toMatchObject({ ok: true, value: { output: { state: 'sent' }, usage: { requests: 5 } } });
  });

  it.each<[string, CallOutcome, string, JsonValue]>([
    ['a text', answered('Sent!'), 'invalid_json', 'Sent!'],
    ['JSON of another form', answered('{"state":"late"}'), 'schema_mismatch', '{"state":"late"}'],
    ['cut off', answered({ text: '{"state":', finish_reason: 'length' }), 'cut_answer', '{"state":'],
    ['a refusal', answered({ refusal: 'I will not.' }), 'refused_answer', 'I will not.'],
    ['another call', calling([call('find', '{"id":1}')]), 'wrong_tool', '{"id":1}'],
  ])('fails the record where what was asked for is %s', async (_name, outcome, code, raw) => {
    const ran = await run(spec(), [round, answered('It was sent.'), outcome]);
    expect(errorOf(ran)).toMatchObject({ code, raw, attempts: 1 });
    expect(ran.services.invocations).toHaveLength(1);
  });

  it('may be no object', async () => {
    const { result } = await run(spec({ schema: { type: 'array', items: { type: 'integer' } } }), [
      round,
      answered('[1, 2]'),
    ]);
    expect(result).toMatchObject({ ok: true, value: { output: [1, 2] } });
  });

  it('fails as the call that asks for it fails', async () => {
    const { result } = await run(spec(), [round, answered('Sent!'), unanswered]);
    expect(result).toEqual({ ok: false, error: serverError });
  });
});
