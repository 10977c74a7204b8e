import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject } from '../../src/json/json.ts';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import type { AnswerProblem } from '../../src/models/answer-parts.ts';
import { withoutKey } from '../../src/models/answer.ts';
import type { Answer } from '../../src/models/answer.ts';
import { readChatCompletion } from '../../src/models/chat-completion-answer.ts';
import { createRedact } from '../../src/diagnostic/redact.ts';
import type { Redact } from '../../src/diagnostic/redact.ts';
import { readTokens } from '../../src/models/tokens.ts';
import type { Tokens } from '../../src/models/tokens.ts';
import { readBody } from '../../src/models/wire-body.ts';
import { success } from '../../src/result.ts';
import type { Result } from '../../src/result.ts';
import { completionBody } from '../support/fake-server.ts';

const json = { 'content-type': 'application/json' };
const asItIs = (text: string) => text;

interface ReadAnswer {
  readonly answer: Result<Answer, AnswerProblem>;
  readonly tokens: Tokens | null;
}

/** As the body of a 200 is read. */
function readAnswer(headers: { readonly [name: string]: string }, body: Buffer, redact: Redact): ReadAnswer {
  const parsed = readBody(headers, body);
  if (!parsed.ok) return { answer: parsed, tokens: null };
  const answer = readChatCompletion(parsed.value);
  return {
    answer: answer.ok ? success(withoutKey(answer.value, redact)) : answer,
    tokens: readTokens(parsed.value['usage']),
  };
}

const read = (body: JsonValue, redact: Redact = asItIs): ReadAnswer =>
  readAnswer(json, Buffer.from(JSON.stringify(body)), redact);
const choice = (value: JsonObject): JsonObject => ({ ...completionBody(), choices: [value] });
const message = (value: JsonObject): JsonObject =>
  choice({ index: 0, message: value, finish_reason: 'stop' });
const called = (value: JsonObject): JsonObject =>
  message({ role: 'assistant', content: '', tool_calls: [value] });

describe('an answer that can be used', () => {
  it('is read whole', () => {
    expect(read(completionBody({ model: 'mistral-small-2603', content: 'Hallo.' }))).toEqual({
      answer: {
        ok: true,
        value: {
          id: 'cmpl-fake',
          model: 'mistral-small-2603',
          text: 'Hallo.',
          thinking: '',
          refusal: null,
          tool_calls: [],
          finish_reason: 'stop',
        },
      },
      tokens: {
        input_tokens: 13,
        cached_input_tokens: null,
        output_tokens: 7,
        reasoning_tokens: null,
        total_tokens: 20,
      },
    });
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['an empty text', message({ role: 'assistant', content: '' }), { text: '' }],
    ['no role', message({ content: 'Hi' }), { text: 'Hi' }],
    [
      'no id and no model',
      { choices: [{ message: { content: 'Hi' } }] },
      { id: null, model: null, text: 'Hi' },
    ],
    ...['length', 'model_length', 'content_filter'].map((finish_reason): [string, JsonObject, JsonObject] => [
      `content of null and the finish reason \`${finish_reason}\``,
      choice({ message: { role: 'assistant', content: null }, finish_reason }),
      { text: '', finish_reason },
    ]),
    ['no finish reason', choice({ message: { content: 'Hi' } }), { finish_reason: null }],
    [
      'a finish reason of null',
      choice({ message: { content: 'Hi' }, finish_reason: null }),
      { finish_reason: null },
    ],
    [
      'a finish reason that is new',
      choice({ message: { content: 'Hi' }, finish_reason: 'model_length' }),
      { finish_reason: 'model_length' },
    ],
    [
      'text in parts',
      message({
        content: [
          { type: 'text', text: 'Gu' },
          { type: 'text', text: 'ten Tag' },
        ],
      }),
      { text: 'Guten Tag' },
    ],
    [
      'thinking before the text',
      message({
        content: [
          {
            type: 'thinking',
            thinking: [
              { type: 'text', text: 'Let me ' },
              { type: 'text', text: 'see.' },
            ],
          },
          { type: 'text', text: '42' },
        ],
      }),
      { text: '42', thinking: 'Let me see.' },
    ],
    [
      'thinking as one text',
      message({
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'text', text: '42' },
        ],
      }),
      { text: '42', thinking: 'Hm.' },
    ],
    [
      'thinking that was cut off',
      message({ content: [{ type: 'thinking', thinking: 'Hm' }] }),
      { text: '', thinking: 'Hm' },
    ],
    [
      'a reference beside the text',
      message({
        content: [
          { type: 'text', text: 'So it is' },
          { type: 'reference', reference_ids: [1] },
        ],
      }),
      { text: 'So it is' },
    ],
    [
      'a tool call',
      called({ id: 'D681PevKs', function: { name: 'add', arguments: '{"a":1}' } }),
      { text: '', tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: '{"a":1}' }] },
    ],
    [
      'a tool call beside a text',
      message({
        content: 'Let me look.',
        tool_calls: [{ id: 'D681PevKs', function: { name: 'add', arguments: '{}' } }],
      }),
      { text: 'Let me look.', tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: '{}' }] },
    ],
    [
      'a tool call and content of null',
      message({
        content: null,
        tool_calls: [{ id: 'D681PevKs', function: { name: 'add', arguments: '{}' } }],
      }),
      { text: '', tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: '{}' }] },
    ],
    [
      'arguments as an object',
      called({ id: 'a', function: { name: 'add', arguments: { a: 1 } } }),
      { tool_calls: [{ id: 'a', name: 'add', arguments: '{"a":1}' }] },
    ],
    [
      'arguments as broken text, kept as it is',
      called({ id: 'a', function: { name: 'add', arguments: '{"a":' } }),
      { tool_calls: [{ id: 'a', name: 'add', arguments: '{"a":' }] },
    ],
    [
      'a tool call without arguments',
      called({ id: 'a', function: { name: 'now' } }),
      { tool_calls: [{ id: 'a', name: 'now', arguments: '{}' }] },
    ],
    [
      'a tool call without an id',
      called({ function: { name: 'now', arguments: '{}' } }),
      { tool_calls: [{ id: 'call00000', name: 'now', arguments: '{}' }] },
    ],
    [
      'a tool call with the id `null`, which is the default of Mistral’s schema',
      called({ id: 'null', function: { name: 'now', arguments: '{}' } }),
      { tool_calls: [{ id: 'call00000', name: 'now', arguments: '{}' }] },
    ],
    [
      'a refusal instead of a text',
      message({ content: null, refusal: 'I cannot.' }),
      { text: '', refusal: 'I cannot.' },
    ],
    ['a refusal of null', message({ content: 'Hi', refusal: null }), { text: 'Hi', refusal: null }],
    ['an empty refusal', message({ content: 'Hi', refusal: '' }), { text: 'Hi', refusal: null }],
    [
      'a text that was cut at its longest',
      choice({ message: { content: 'Hi' }, finish_reason: 'length' }),
      { finish_reason: 'length' },
    ],
    ['tool calls of null', message({ content: 'Hi', tool_calls: null }), { text: 'Hi', tool_calls: [] }],
    [
      'several choices, of which the first counts',
      { ...completionBody(), choices: [{ message: { content: 'a' } }, { message: { content: 'b' } }] },
      { text: 'a' },
    ],
    [
      'several choices, of which the one of index 0 counts',
      {
        ...completionBody(),
        choices: [
          { index: 1, message: { content: 'a' } },
          { index: 0, message: { content: 'b' } },
        ],
      },
      { text: 'b' },
    ],
    ['fields that nobody knows', { ...completionBody(), service_tier: 'x' }, { text: 'Hello.' }],
  ])('may have %s', (_what, body, expected) => {
    expect(read(body).answer).toMatchObject({ ok: true, value: expected });
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/vnd.api+json',
    ' application/json',
  ])('may be of type "%s"', (type) => {
    const body = Buffer.from(JSON.stringify(completionBody()));
    expect(readAnswer({ 'content-type': type }, body, asItIs).answer.ok).toBe(true);
  });

  it('may be of no type', () => {
    expect(readAnswer({}, Buffer.from(JSON.stringify(completionBody())), asItIs).answer.ok).toBe(true);
  });
});

describe('an answer that cannot be used', () => {
  it.each<[string, JsonValue, string]>([
    ['a list', [], 'with JSON that is no object'],
    ['null', null, 'with JSON that is no object'],
    ['a text', 'Hi', 'with JSON that is no object'],
    ['an empty object', {}, 'with JSON that has no `choices`'],
    ['an error in spite of the 200', { object: 'error', message: 'no' }, 'with JSON that has no `choices`'],
    ['choices that are no list', { choices: { 0: {} } }, 'with JSON that has no `choices`'],
    ['a choice that is no object', { choices: ['Hi'] }, 'with a choice that is no object'],
    ['a message that is no object', choice({ message: 'Hi' }), 'with a message that is no object'],
    [
      'a message from someone else',
      message({ role: 'user', content: 'Hi' }),
      'with a message that is not from the assistant',
    ],
    [
      'content that is a number',
      message({ content: 4 }),
      'with content that is neither text nor a list of parts',
    ],
    [
      'content that is an object',
      message({ content: {} }),
      'with content that is neither text nor a list of parts',
    ],
    ['a part that is no object', message({ content: ['Hi'] }), 'with a content part that is no object'],
    [
      'a part of unknown type',
      message({ content: [{ type: 'audio' }] }),
      'with a content part of type `audio`',
    ],
    ['a part without a type', message({ content: [{ text: 'Hi' }] }), 'with a content part of no known type'],
    [
      'a text part without text',
      message({ content: [{ type: 'text' }] }),
      'with a content part of type `text`',
    ],
    [
      'a finish reason that is a number',
      choice({ message: { content: 'Hi' }, finish_reason: 1 }),
      'with a finish reason that is no text',
    ],
    [
      'a generation that broke off',
      choice({ message: { content: 'Hi' }, finish_reason: 'error' }),
      'with a message that broke off (finish reason `error`)',
    ],
    [
      'tool calls that are no list',
      message({ content: '', tool_calls: {} }),
      'with tool calls that are no list',
    ],
    [
      'a tool call that is no object',
      called('add' as unknown as JsonObject),
      'with a tool call without a name',
    ],
    ['a tool call without a function', called({ id: 'a', name: 'add' }), 'with a tool call without a name'],
    [
      'a tool call without a name',
      called({ id: 'a', function: { arguments: '{}' } }),
      'with a tool call without a name',
    ],
    [
      'a tool call with an empty name',
      called({ id: 'a', function: { name: '' } }),
      'with a tool call without a name',
    ],
    [
      'arguments that are a list',
      called({ id: 'a', function: { name: 'add', arguments: [1] } }),
      'with arguments of the tool `add` that are no object',
    ],
  ])('is malformed with %s', (_what, body, expected) => {
    expect(read(body).answer).toEqual({ ok: false, error: { code: 'malformed_answer', message: expected } });
  });

  it.each<[string, JsonObject, string]>([
    ['no choice', { ...completionBody(), choices: [] }, 'without any choice'],
    ['no message', choice({ finish_reason: 'stop' }), 'with a choice that has no message'],
    ['a message of null', choice({ message: null }), 'with a choice that has no message'],
    [
      'content of null and no tool call',
      message({ role: 'assistant', content: null }),
      'with neither a text nor a tool call',
    ],
    ['no content and no tool call', message({ role: 'assistant' }), 'with neither a text nor a tool call'],
    ...[null, '', 'tool_calls'].map((finish_reason): [string, JsonObject, string] => [
      `content of null and the finish reason ${JSON.stringify(finish_reason)}`,
      choice({ message: { content: null }, finish_reason }),
      'with neither a text nor a tool call',
    ]),
    [
      'an empty list of parts',
      message({ role: 'assistant', content: [] }),
      'with neither a text nor a tool call',
    ],
  ])('is empty with %s', (_what, body, expected) => {
    expect(read(body).answer).toEqual({ ok: false, error: { code: 'empty_answer', message: expected } });
  });

  it.each<[string, JsonObject, Buffer, string]>([
    ['no bytes', json, Buffer.alloc(0), 'with an empty body'],
    ['broken JSON', json, Buffer.from('{"choices":[{'), 'with a body that is not JSON'],
    ['two JSON values', json, Buffer.from('{} {}'), 'with a body that is not JSON'],
    ['bytes that are not UTF-8', json, Buffer.from([0x22, 0xff, 0x22]), 'with a body that is not UTF-8'],
    [
      'a page',
      { 'content-type': 'text/html; charset=utf-8' },
      Buffer.from('<html>'),
      'with `text/html` instead of JSON: check `model.base_url`',
    ],
    [
      'a stream',
      { 'content-type': 'text/event-stream' },
      Buffer.from('data: {}'),
      'with `text/event-stream` instead of JSON: check `model.base_url`',
    ],
    [
      'JSON lines',
      { 'content-type': 'application/jsonl' },
      Buffer.from('{}'),
      'with `application/jsonl` instead of JSON: check `model.base_url`',
    ],
    [
      'compressed bytes',
      { ...json, 'content-encoding': 'gzip' },
      Buffer.from([0x1f, 0x8b]),
      'with a body compressed by `gzip`, which was not asked for',
    ],
    [
      'a compressed stream',
      { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' },
      Buffer.from([0x1f, 0x8b]),
      'with a body compressed by `gzip`, which was not asked for',
    ],
  ])('is malformed as %s', (_what, headers, body, expected) => {
    const { answer, tokens } = readAnswer(headers as { [name: string]: string }, body, asItIs);
    expect(answer).toEqual({ ok: false, error: { code: 'malformed_answer', message: expected } });
    expect(tokens).toBeNull();
  });

  it('still tells what it has cost', () => {
    const { answer, tokens } = read({ ...completionBody(), choices: [] });
    expect(answer.ok).toBe(false);
    expect(tokens).toMatchObject({ total_tokens: 20 });
  });
});

describe('the names in an answer', () => {
  const names = (name: string) => ({
    ...choice({ message: { content: 'Hi' }, finish_reason: name }),
    id: name,
    model: name,
  });
  const valuesOf = (name: string, redact?: Redact) => {
    const { answer } = read(names(name), redact);
    return answer.ok ? [answer.value.id, answer.value.model, answer.value.finish_reason] : [];
  };
  const threeOf = (name: string | null) => [name, name, name];

  it.each<[string, string, string | null]>([
    ['kept as they are', 'mistral-small-2603', 'mistral-small-2603'],
    ['one line without control characters', ' a\r\n\u001b[2Jb\u0000', 'a [2Jb'],
    ['absent where nothing is left', '\u0007\n', null],
    ['of at most 200 characters', 'x'.repeat(201), `${'x'.repeat(199)}…`],
  ])('are %s', (_how, name, expected) => {
    expect(valuesOf(name)).toEqual(threeOf(expected));
  });

  it('do not hold the key where it is cut or interrupted', () => {
    const key = 'abcd-efgh-0123-4567';
    const redact = createRedact(key);
    expect(valuesOf(`${'x'.repeat(190)}${key}`, redact)).toEqual(threeOf(`${'x'.repeat(190)}[redacted]`));
    expect(valuesOf(`\u0000${key}\u0000`, redact)).toEqual(threeOf('[redacted]'));
  });
});

describe('the key in an answer', () => {
  const key = 'k7Xq2bWmP0aRtY9sLd3vNe8HfUzC1oGi';
  const half = key.length / 2;
  const redact = createRedact(key);
  const escaped = (text: string) => text.replaceAll(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);

  it.each<[string, JsonObject, JsonObject]>([
    ['the text', message({ content: `It is ${key}.` }), { text: 'It is [redacted].' }],
    [
      'the text, in parts',
      message({
        content: [
          { type: 'text', text: key.slice(0, half) },
          { type: 'text', text: key.slice(half) },
        ],
      }),
      { text: '[redacted]' },
    ],
    [
      'the thinking, in parts',
      message({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: key.slice(0, half) }] },
          { type: 'thinking', thinking: key.slice(half) },
        ],
      }),
      { thinking: '[redacted]' },
    ],
    ['a refusal', message({ content: null, refusal: `Not ${key}` }), { refusal: 'Not [redacted]' }],
    [
      'a tool call',
      called({ id: key, function: { name: key, arguments: `{"a":"${escaped(key)}"}` } }),
      { tool_calls: [{ id: '[redacted]', name: '[redacted]', arguments: '{"a":"[redacted]"}' }] },
    ],
    [
      'arguments as an object',
      called({ id: 'a', function: { name: 'b', arguments: { [key]: [key] } } }),
      { tool_calls: [{ id: 'a', name: 'b', arguments: '{"[redacted]":["[redacted]"]}' }] },
    ],
    [
      'the finish reason',
      choice({ message: { content: '' }, finish_reason: key }),
      { finish_reason: '[redacted]' },
    ],
    ['the id', { ...completionBody(), id: `cmpl-${key}` }, { id: 'cmpl-[redacted]' }],
    ['the model', { ...completionBody(), model: key }, { model: '[redacted]' }],
  ])('is taken out of %s', (_where, body, expected) => {
    expect(read(body, redact).answer).toMatchObject({ ok: true, value: expected });
  });

  it('is found however the body escapes it', () => {
    const body = JSON.stringify(message({ content: 'KEY' })).replace('KEY', escaped(key));
    expect(readAnswer(json, Buffer.from(body), redact).answer).toMatchObject({
      value: { text: '[redacted]' },
    });
  });
});

describe('the tokens of an answer', () => {
  const tokensOf = (usage: JsonValue) => read({ ...completionBody(), usage }).tokens;

  it('are all read', () => {
    expect(
      tokensOf({
        prompt_tokens: 200,
        completion_tokens: 50,
        total_tokens: 250,
        prompt_tokens_details: { cached_tokens: 128 },
        completion_tokens_details: { reasoning_tokens: 30 },
      }),
    ).toEqual({
      input_tokens: 200,
      cached_input_tokens: 128,
      output_tokens: 50,
      reasoning_tokens: 30,
      total_tokens: 250,
    });
  });

  it.each([
    ['absent', { prompt_tokens: 2, completion_tokens: 3 }],
    ['null', { prompt_tokens: 2, completion_tokens: 3, total_tokens: null }],
    ['less than its parts', { prompt_tokens: 2, completion_tokens: 3, total_tokens: 0 }],
  ])('add up where the total is %s', (_what, usage) => {
    expect(tokensOf(usage)?.total_tokens).toBe(5);
  });

  it.each([
    ['null', null],
    ['a text', '20'],
    ['a list', []],
    ['empty', {}],
    ['without input', { completion_tokens: 3, total_tokens: 3 }],
    ['without output', { prompt_tokens: 3, total_tokens: 3 }],
    ['negative', { prompt_tokens: -1, completion_tokens: 3 }],
    ['fractions', { prompt_tokens: 1.5, completion_tokens: 3 }],
    ['texts', { prompt_tokens: '1', completion_tokens: '3' }],
    ['beyond counting', { prompt_tokens: 1e300, completion_tokens: 3 }],
  ])('are unknown where the usage is %s', (_what, usage) => {
    expect(tokensOf(usage)).toBeNull();
  });

  it('are unknown in their parts where those are not counts', () => {
    const usage = {
      prompt_tokens: 2,
      completion_tokens: 3,
      prompt_tokens_details: { cached_tokens: '1' },
      completion_tokens_details: null,
    };
    expect(tokensOf(usage)).toMatchObject({ cached_input_tokens: null, reasoning_tokens: null });
  });
});

describe('any other body', () => {
  it('is read without an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { answer } = readAnswer(json, Buffer.from(text), asItIs);
        expect(answer.ok ? '' : answer.error.message).not.toBe('');
      }),
    );
  });

  it('is never taken for an answer that it does not hold', () => {
    const mutated = fc
      .tuple(fc.constantFrom('choices', 'message', 'content', 'finish_reason', 'role'), fc.jsonValue())
      .map(([name, value]) => replace(completionBody(), name, value as JsonValue));
    fc.assert(
      fc.property(mutated, (body) => {
        const { answer } = read(body);
        const content = contentOf(body);
        expect(answer.ok ? answer.value.text : content).toEqual(content);
      }),
    );
  });
});

/** The content of the first choice, if the body has one. */
function contentOf({ choices }: JsonObject): JsonValue | undefined {
  const first: JsonValue | undefined = Array.isArray(choices) ? choices[0] : undefined;
  const said = isObject(first) ? first['message'] : undefined;
  return isObject(said) ? said['content'] : undefined;
}

/** The value with every field of this name replaced. */
function replace(value: JsonObject, name: string, by: JsonValue): JsonObject {
  return JSON.parse(
    JSON.stringify(value, (key, held: JsonValue) => (key === name ? by : held)),
  ) as JsonObject;
}
