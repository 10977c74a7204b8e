import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import { empty, isAssistant, malformed, readContent, readToolCalls } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { Completion } from './contract.ts';
import { readHeader } from './header.ts';
import { readName } from './provider-text.ts';
import type { Redact } from './redact.ts';
import { readTokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** A validated `chat.completion`, without the key: it goes into files and traces. */
export interface Answer extends Omit<Completion, 'request_id'> {
  readonly id: string | null;
}

export interface ReadAnswer {
  readonly answer: Result<Answer, AnswerProblem>;
  /** What was paid, also for an answer that cannot be used; null where it does not say. */
  readonly tokens: Tokens | null;
}

/** Reads the body of a 200. */
export function readAnswer(headers: IncomingHttpHeaders, body: Buffer, redact: Redact): ReadAnswer {
  const parsed = parseBody(headers, body);
  return parsed.ok ? readCompletion(parsed.value, redact) : { answer: parsed, tokens: null };
}

function parseBody(headers: IncomingHttpHeaders, body: Buffer): Result<JsonObject, AnswerProblem> {
  const encoding = readHeader(headers, 'content-encoding');
  if (encoding !== undefined && encoding !== 'identity')
    return malformed(`with a body compressed by \`${encoding}\`, which was not asked for`);
  const type = readHeader(headers, 'content-type');
  if (type !== undefined && !/^application\/(?:[\w.-]+\+)?json\b/i.test(type.trim()))
    return malformed(`with \`${type.split(';')[0]}\` instead of JSON: check \`model.base_url\``);
  if (body.length === 0) return malformed('with an empty body');
  if (!isUtf8(body)) return malformed('with a body that is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return malformed('with a body that is not JSON');
  }
  return isObject(value) ? success(value) : malformed('with JSON that is no object');
}

/**
 * Reads a completion, come whole or joined from a stream. Strict wherever a broken answer could pass for a good one (a
 * part of unknown kind, a tool call without a name, a generation that broke off), lenient about everything else.
 */
export function readCompletion(body: JsonObject, redact: Redact): ReadAnswer {
  return { answer: readFirstChoice(body, redact), tokens: readTokens(body['usage']) };
}

function readFirstChoice(body: JsonObject, redact: Redact): Result<Answer, AnswerProblem> {
  const { choices } = body;
  if (!Array.isArray(choices)) return malformed('with JSON that has no `choices`');
  if (choices.length === 0) return empty('without any choice');
  const choice: unknown = choices[0];
  if (!isObject(choice)) return malformed('with a choice that is no object');
  const { message, finish_reason = null } = choice;
  if (message === undefined || message === null) return empty('with a choice that has no message');
  if (!isObject(message)) return malformed('with a message that is no object');
  if (!isAssistant(message['role'])) return malformed('with a message that is not from the assistant');
  if (finish_reason !== null && typeof finish_reason !== 'string')
    return malformed('with a finish reason that is no text');
  if (finish_reason === 'error') return malformed('with a message that broke off (finish reason `error`)');

  const calls = readToolCalls(message['tool_calls']);
  if (!calls.ok) return calls;
  const content = readContent(message['content']);
  if (!content.ok) return content;
  const refusal = readRefusal(message);
  if (content.value === null && calls.value.length === 0 && refusal === null)
    return empty('with neither a text nor a tool call');
  // Not before the parts are joined: a key in pieces would pass.
  return success({
    id: readName(body['id'], redact),
    model: readName(body['model'], redact),
    text: redact(content.value?.text ?? ''),
    thinking: redact(content.value?.thinking ?? ''),
    refusal: refusal === null ? null : redact(refusal),
    tool_calls: calls.value.map((call) => ({
      id: redact(call.id),
      name: redact(call.name),
      arguments: redact(call.arguments),
    })),
    finish_reason: readName(finish_reason, redact),
  });
}

/** Mistral's models refuse in their text; servers that speak OpenAI's dialect say it apart. */
function readRefusal({ refusal }: JsonObject): string | null {
  return typeof refusal === 'string' && refusal !== '' ? refusal : null;
}
