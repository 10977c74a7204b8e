import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import { empty, malformed, textOr } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { Answer } from './answer.ts';
import { callIdAt, readCallId } from './call-ids.ts';
import type { ToolCall } from './contract.ts';
import type { Tokens } from './tokens.ts';
import { countOf } from './tokens.ts';
import { argumentsText } from './tool-arguments.ts';

/** Google's words for the end of a good answer, in those of everyone else. */
const finishReasons: ReadonlyMap<string, string> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
]);

/** Ends by which an answer is kept back, also where a part of it has been said. */
const withheld = new Set(['SAFETY', 'RECITATION', 'LANGUAGE', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII']);

/** Reads a response of Gemini's. */
export function readGoogleAnswer(body: JsonObject): Result<Answer, AnswerProblem> {
  const named = { id: textOr(body['responseId'], null), model: textOr(body['modelVersion'], null) };
  const nothing = { ...named, text: '', thinking: '', tool_calls: [] };
  const { candidates = [], promptFeedback } = body;
  if (!Array.isArray(candidates)) return malformed('with `candidates` that are no list');
  const blocked = isObject(promptFeedback) ? textOr(promptFeedback['blockReason'], null) : null;
  if (candidates.length === 0) {
    if (blocked === null) return empty('without any candidate');
    return success({ ...nothing, refusal: `the prompt was blocked (${blocked})`, finish_reason: blocked });
  }
  const candidate: unknown = candidates[0];
  if (!isObject(candidate)) return malformed('with a candidate that is no object');
  const reason = textOr(candidate['finishReason'], null);
  const read = readParts(candidate['content']);
  if (!read.ok) return read;
  const { text, thinking, tool_calls } = read.value;
  if (reason !== null && withheld.has(reason)) {
    const refusal = `the answer was withheld (${reason})`;
    return success({ ...nothing, text: text ?? '', thinking, refusal, finish_reason: reason });
  }
  // A call that the model wrote wrongly, and ends that are not known yet: what came is no whole answer.
  const finish_reason = reason === null ? null : finishReasons.get(reason);
  if (finish_reason === undefined)
    return malformed(`with a message that broke off (finish reason \`${reason}\`)`);
  if (text === null && tool_calls.length === 0 && finish_reason !== 'length')
    return empty(`with neither a text nor a tool call (finish reason \`${reason ?? 'none'}\`)`);
  return success({
    ...named,
    text: text ?? '',
    thinking,
    refusal: null,
    tool_calls,
    // Google stops for tool calls as for anything else.
    finish_reason: finish_reason === 'stop' && tool_calls.length > 0 ? 'tool_calls' : finish_reason,
  });
}

interface Parts {
  /** Null where there is none, which an empty text is not. */
  readonly text: string | null;
  readonly thinking: string;
  readonly tool_calls: readonly ToolCall[];
}

function readParts(content: JsonValue | undefined): Result<Parts, AnswerProblem> {
  const parts = isObject(content) ? (content['parts'] ?? []) : [];
  if (!Array.isArray(parts)) return malformed('with `parts` that are no list');
  const texts: string[] = [];
  const thoughts: string[] = [];
  const calls: ToolCall[] = [];
  for (const part of parts as readonly JsonValue[]) {
    if (!isObject(part)) return malformed('with a part that is no object');
    if (typeof part['text'] === 'string') (part['thought'] === true ? thoughts : texts).push(part['text']);
    else if (isObject(part['functionCall'])) {
      const call = readCall(part['functionCall'], part['thoughtSignature'], calls.length);
      if (!call.ok) return call;
      calls.push(call.value);
    } else {
      // A signature may come alone, and says nothing.
      const kind = Object.keys(part).find((name) => name !== 'thoughtSignature');
      if (kind !== undefined || part['thoughtSignature'] === undefined)
        return malformed(`with a part of a kind that was not asked for: \`${kind ?? 'none'}\``);
    }
  }
  return success({
    text: texts.length === 0 ? null : texts.join(''),
    thinking: thoughts.join(''),
    tool_calls: calls,
  });
}

/** The id and the signature of the thinking before the call are wanted back with it. */
function readCall(
  call: JsonObject,
  thoughtSignature: JsonValue | undefined,
  index: number,
): Result<ToolCall, AnswerProblem> {
  const { name, args } = call;
  const id = readCallId(call);
  if (typeof name !== 'string' || name === '') return malformed('with a tool call without a name');
  const text = argumentsText(args);
  if (!text.ok) return malformed(`with arguments of the tool \`${name}\` that are ${text.error}`);
  const echo = {
    ...(id !== null && { id }),
    ...(typeof thoughtSignature === 'string' && { thoughtSignature }),
  };
  return success({
    id: id ?? callIdAt(index),
    name,
    arguments: text.value ?? '{}',
    ...(Object.keys(echo).length > 0 && { echo }),
  });
}

/** A count that is 0 is left out; only `promptTokenCount` is always there. Thinking is counted apart from the answer. */
export function readGoogleTokens({ usageMetadata: usage }: JsonObject): Tokens | null {
  if (!isObject(usage)) return null;
  const count = (name: string): number => countOf(usage[name]) ?? 0;
  if (countOf(usage['promptTokenCount']) === null) return null;
  const input_tokens = count('promptTokenCount') + count('toolUsePromptTokenCount');
  const output_tokens = count('candidatesTokenCount') + count('thoughtsTokenCount');
  return {
    input_tokens,
    cached_input_tokens: countOf(usage['cachedContentTokenCount']),
    output_tokens,
    reasoning_tokens: countOf(usage['thoughtsTokenCount']),
    total_tokens: Math.max(count('totalTokenCount'), input_tokens + output_tokens),
  };
}
