import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import { empty, malformed, textOr, typeOf } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { Answer } from './answer.ts';
import type { ToolCall } from './contract.ts';
import type { Tokens } from './tokens.ts';
import { countOf } from './tokens.ts';
import { argumentsText } from './tool-arguments.ts';

/** Anthropic's words for the end of an answer, in those of everyone else. What is not here stays as it is. */
const finishReasons: ReadonlyMap<string, string> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['tool_use', 'tool_calls'],
]);

/** Reads a message of Anthropic's. */
export function readAnthropicAnswer(body: JsonObject): Result<Answer, AnswerProblem> {
  const { content, stop_reason = null } = body;
  if (!Array.isArray(content)) return malformed('with JSON that has no `content`');
  if (stop_reason !== null && typeof stop_reason !== 'string')
    return malformed('with a stop reason that is no text');
  const read = readBlocks(content as readonly JsonValue[]);
  if (!read.ok) return read;
  const { text, thinking, tool_calls } = read.value;
  const refusal = stop_reason === 'refusal' ? refusalOf(body) : null;
  if (text === null && tool_calls.length === 0 && refusal === null && stop_reason !== 'max_tokens')
    return empty('with neither a text nor a tool call');
  return success({
    id: textOr(body['id'], null),
    model: textOr(body['model'], null),
    text: text ?? '',
    thinking,
    refusal,
    tool_calls,
    finish_reason: stop_reason === null ? null : (finishReasons.get(stop_reason) ?? stop_reason),
  });
}

interface Blocks {
  /** Null where there is none, which an empty text is not. */
  readonly text: string | null;
  readonly thinking: string;
  readonly tool_calls: readonly ToolCall[];
}

function readBlocks(content: readonly JsonValue[]): Result<Blocks, AnswerProblem> {
  const texts: string[] = [];
  const thoughts: string[] = [];
  const signed: JsonObject[] = [];
  const calls: ToolCall[] = [];
  for (const block of content) {
    if (!isObject(block)) return malformed('with a content block that is no object');
    const { type } = block;
    if (type === 'text' && typeof block['text'] === 'string') texts.push(block['text']);
    else if (type === 'thinking' || type === 'redacted_thinking') {
      thoughts.push(textOr(block['thinking'], ''));
      signed.push(block);
    } else if (type === 'tool_use') {
      const call = readCall(block);
      if (!call.ok) return call;
      calls.push(call.value);
    } else return malformed(`with a content block of ${typeOf(type)}`);
  }
  const [first, ...others] = calls;
  return success({
    text: texts.length === 0 ? null : texts.join(''),
    thinking: thoughts.join(''),
    // With tool results, Anthropic wants the thinking that led to the calls back, signed as it was.
    tool_calls: first === undefined || signed.length === 0 ? calls : [{ ...first, echo: signed }, ...others],
  });
}

function readCall({ id, name, input }: JsonObject): Result<ToolCall, AnswerProblem> {
  if (typeof name !== 'string' || name === '') return malformed('with a tool call without a name');
  if (typeof id !== 'string' || id === '')
    return malformed(`with a call of the tool \`${name}\` without an id`);
  const text = argumentsText(input);
  if (!text.ok) return malformed(`with arguments of the tool \`${name}\` that are ${text.error}`);
  return success({ id, name, arguments: text.value ?? '{}' });
}

function refusalOf({ stop_details }: JsonObject): string {
  const said = isObject(stop_details) ? textOr(stop_details['explanation'], '') : '';
  return said === '' ? 'the model declined to answer' : said;
}

/** Anthropic counts what its cache held, and what it wrote there, apart from the other input. */
export function readAnthropicTokens({ usage }: JsonObject): Tokens | null {
  if (!isObject(usage)) return null;
  const fresh = countOf(usage['input_tokens']);
  const output_tokens = countOf(usage['output_tokens']);
  if (fresh === null || output_tokens === null) return null;
  const cached = countOf(usage['cache_read_input_tokens']);
  const input_tokens = fresh + (cached ?? 0) + (countOf(usage['cache_creation_input_tokens']) ?? 0);
  return {
    input_tokens,
    cached_input_tokens: cached,
    output_tokens,
    reasoning_tokens: null,
    total_tokens: input_tokens + output_tokens,
  };
}
