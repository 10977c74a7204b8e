import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/json/exact.ts';
import type { JsonObject } from '../../src/json/json.ts';
import { readAnthropicAnswer } from '../../src/models/anthropic-answer.ts';
import { joinAnthropicStream } from '../../src/models/anthropic-stream.ts';
import { parseAnswer } from '../../src/models/answer-json.ts';
import { readToolCalls } from '../../src/models/answer-parts.ts';
import { readGoogleAnswer } from '../../src/models/google-genai-answer.ts';
import { joinOllamaStream, readOllamaAnswer } from '../../src/models/ollama-answer.ts';

const parse = (text: string): JsonObject => parseAnswer(text) as JsonObject;

/** Arguments that JSON.parse changes without a word. */
const changed: readonly string[] = [
  '{"order":12345678901234567890}',
  '{"share":0.12345678901234567890}',
  '{"a":1,"a":2}',
  String.raw`{"a":"\ud800"}`,
  `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
];

const kept: readonly string[] = [
  '{}',
  '{ "a" : 1 }',
  '{"a":1e20}',
  String.raw`{"a":"}\"{\\","b":{"c":[{}]}}`,
  '{"arguments":{"args":{"input":{}}}}',
  '{"a":"\\"arguments\\":{"}',
];

describe('the arguments of a tool call that come as an object', () => {
  it.each([...changed, ...kept])('stay as they were written, from every provider: %.60s', (written) => {
    const calls = parse(`{"tool_calls":[{"id":"a","function":{"name":"add","arguments":${written}}}]}`);
    expect(readToolCalls(calls['tool_calls'])).toMatchObject({ ok: true, value: [{ arguments: written }] });

    const answers = [
      readOllamaAnswer(
        parse(`{"message":{"tool_calls":[{"function":{"name":"add","arguments": ${written}}}]},"done":true}`),
      ),
      readGoogleAnswer(
        parse(`{"candidates":[{"content":{"parts":[{"functionCall":{"args":${written},"name":"add"}}]}}]}`),
      ),
      readAnthropicAnswer(
        parse(`{"content":[{"type":"tool_use","id":"a","name":"add","input" :\n${written}}]}`),
      ),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({
        ok: true,
        value: { tool_calls: [{ name: 'add', arguments: written }] },
      });
  });

  it.each(changed)('is left to whoever runs the tool to refuse: %.60s', (written) => {
    expect(parseJson(written)).toMatchObject({ ok: false });
  });

  it.each([...changed, ...kept])('stay as they were written in a stream: %.60s', (written) => {
    const ollama = joinOllamaStream();
    ollama.add(parse(`{"message":{"tool_calls":[{"function":{"name":"add","arguments":${written}}}]}}`));
    ollama.add({ message: { content: '' }, done: true });
    const anthropic = joinAnthropicStream();
    const block = `{"type":"tool_use","id":"a","name":"add","input":${written}}`;
    anthropic.add(parse(`{"type":"content_block_start","index":0,"content_block":${block}}`));
    for (const answer of [readOllamaAnswer(ollama.completion()), readAnthropicAnswer(anthropic.completion())])
      expect(answer).toMatchObject({
        ok: true,
        value: { tool_calls: [{ name: 'add', arguments: written }] },
      });
  });
});

describe('an answer', () => {
  it('has every other value as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parseAnswer(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('has only the arguments as text, whatever stands beside them', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (beside, given) => {
        const text = JSON.stringify({ before: beside, arguments: given, after: [beside, { input: given }] });
        const written = JSON.stringify(given);
        expect(parseAnswer(text)).toEqual({
          before: JSON.parse(JSON.stringify(beside)) as unknown,
          arguments: written,
          after: [JSON.parse(JSON.stringify(beside)) as unknown, { input: written }],
        });
      }),
    );
  });

  it.each(['{"arguments":{"a":}}', '{"arguments":{"a":1}', '{"arguments":{"a":01}}', '', '{'])(
    'that is no JSON is none within its arguments either: %s',
    (text) => {
      expect(() => parseAnswer(text)).toThrow(SyntaxError);
    },
  );
});
