import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/json/json.ts';
import { completionBody } from '../../support/fake-server.ts';
import type { FakeCall } from '../../support/fake-server.ts';
import { openRig } from '../rig.ts';
import { runStep } from '../run-step.ts';
import { bodiesOf, openStock } from './stock.ts';

describe('hazard 6: an answer that is not of the form asked for', () => {
  const schema = { type: 'object', required: ['topic'], properties: { topic: { enum: ['order'] } } };
  const calling = (name: string, text: string) => (call: FakeCall) =>
    call.reply({ tool_calls: [{ name, arguments: text }] });
  /** The arguments as an object, where Mistral's are text. */
  const callingWith = (value: JsonObject) => (call: FakeCall) => {
    const body = completionBody({ tool_calls: [{ name: 'ticket', arguments: 'ARGUMENTS' }] });
    call.raw({ body: JSON.stringify(body).replace('"ARGUMENTS"', JSON.stringify(value)) });
  };

  const wrong: readonly [string, (call: FakeCall) => void, JsonValue | undefined, string][] = [
    ['no call', (call) => call.reply('Gladly!'), undefined, 'no_tool_call'],
    ['another tool', calling('x', '{"topic":"order"}'), undefined, 'wrong_tool'],
    ['broken arguments', calling('ticket', '{"topic":'), undefined, 'bad_tool_arguments'],
    ['arguments that are a list', calling('ticket', '["order"]'), ['order'], 'bad_tool_arguments'],
    ['arguments against the schema', calling('ticket', '{"topic":7}'), { topic: 7 }, 'schema_mismatch'],
    ['an object against the schema', callingWith({ topic: 7 }), undefined, 'schema_mismatch'],
  ];

  it.each(wrong)('is an answer to the stock class: %s', async (_what, act, expected) => {
    const { server, model } = await openStock();
    server.answer = act;
    const answer = await model.withStructuredOutput(schema, { name: 'ticket' }).invoke('Hi.');
    expect(answer).toEqual(expected);
  });

  it.each(wrong)('fails a step of ours: %s', async (_what, act, _stock, code) => {
    const rig = await openRig();
    rig.server.answer = act;
    const result = await runStep(rig, 'structured', { prompt: 'Hi.', schema, method: 'function_calling' });
    expect(result).toMatchObject({ ok: false, error: { code, scope: 'record' } });
    expect(rig.server.calls.length).toBe(1);
  });

  it('is none where the arguments are an object, which the stock class does not read', async () => {
    const { server, model } = await openStock();
    server.answer = callingWith({ topic: 'order' });
    expect(await model.withStructuredOutput(schema, { name: 'ticket' }).invoke('Hi.')).toBeUndefined();

    const rig = await openRig();
    rig.server.answer = callingWith({ topic: 'order' });
    const result = await runStep(rig, 'structured', { prompt: 'Hi.', schema, method: 'function_calling' });
    expect(result).toMatchObject({ ok: true, value: { output: { topic: 'order' } } });
  });
});

describe('hazard 10: a JSON Schema as the response format', () => {
  const schema = { type: 'object', required: ['topic'], properties: { topic: { type: 'string' } } };
  const onWire = { type: 'json_schema', json_schema: { name: 'ticket', strict: true, schema } };

  async function formatSent(response_format: JsonObject): Promise<JsonValue | undefined> {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply('{}');
    await model.invoke('Hi.', { response_format: response_format as never });
    return bodiesOf(server)[0]?.['response_format'];
  }

  it('is lost by the stock class without a word where it is written as Mistral documents it', async () => {
    expect(await formatSent(onWire)).toEqual({ type: 'json_schema' });
  });

  it('is sent by the stock class only in the casing of its SDK', async () => {
    const jsonSchema = { name: 'ticket', strict: true, schemaDefinition: schema };
    expect(await formatSent({ type: 'json_schema', jsonSchema })).toEqual(onWire);
  });

  it('is a tool to the stock class where it is asked for by `jsonSchema`', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply('{}');
    await model.withStructuredOutput(schema, { name: 'ticket', method: 'jsonSchema' }).invoke('Hi.');
    const [body] = bodiesOf(server);
    expect(body).toMatchObject({ tools: [{ function: { name: 'ticket' } }], tool_choice: 'any' });
    expect(body).not.toHaveProperty('response_format');
  });

  it('is sent by ours as Mistral documents it', async () => {
    const rig = await openRig();
    rig.server.answer = (call) => call.reply('{"topic":"order"}');
    expect(await runStep(rig, 'structured', { prompt: 'Hi.', schema, strict: true })).toMatchObject({
      ok: true,
      value: { output: { topic: 'order' } },
    });
    const [body] = bodiesOf(rig.server);
    expect(body?.['response_format']).toEqual(onWire);
    expect(body).not.toHaveProperty('tools');
  });
});
