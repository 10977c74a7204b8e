import type { JsonValue } from '../json/json.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { fingerprint } from './chance.ts';
import { complete } from './completion.ts';
import { checkConversation } from './conversation.ts';
import { errors, jsonReply } from './errors.ts';
import type { Reply } from './errors.ts';
import { createFaults } from './faults.ts';
import { drawLatency } from './latency.ts';
import { resolveModel } from './models.ts';
import type { Settings } from './options.ts';
import { faultOutcome, replyOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { checkRequest } from './request.ts';
import type { ChatRequest } from './request.ts';
import { answerText } from './text-answer.ts';

/** Answers the body of one request to /v1/chat/completions. Pure but for the memory of faults already met. */
export type Chat = (body: string) => Outcome;

export function createChat(settings: Settings): Chat {
  const nextFault = createFaults(settings.faults);
  return (body) => {
    const print = fingerprint(settings.seed, body);
    const request_id = print.slice(0, 32);
    const read = readRequest(body);
    if (!read.ok) return replyOutcome(read.error, request_id);

    const { request, model } = read.value;
    const answered = answerOutcome(request, model, drawLatency(settings.latency, print), request_id);
    const fault = nextFault(print);
    return fault === null ? answered : faultOutcome(fault, answered, settings, print);
  };
}

function readRequest(body: string): Result<{ request: ChatRequest; model: string }, Reply> {
  const parsed = parseJson(body);
  if (!parsed.ok) return failure(errors.notJson(parsed.error));
  const checked = checkRequest(parsed.value);
  if (!checked.ok) return failure(errors.invalid(checked.error));
  const request = checked.value;
  const disorder = checkConversation(request.messages);
  if (disorder !== undefined) return failure(errors.messageOrder(disorder));
  const model = resolveModel(request.model);
  if (model === undefined) return failure(errors.unknownModel(request.model));
  const beyond = notSimulated(request);
  if (beyond !== undefined) return failure(errors.notSimulated(beyond));
  return success({ request, model });
}

function parseJson(text: string): Result<JsonValue, string> {
  try {
    return success(JSON.parse(text) as JsonValue);
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
}

/** What a plain text answer cannot be the answer to. A model may always answer in text where tools are offered. */
function notSimulated(request: ChatRequest): string | undefined {
  const { stream, n, response_format, tool_choice } = request;
  if (stream === true) return 'in a stream';
  if ((n ?? 1) > 1) return 'with several choices (n)';
  if ((response_format?.type ?? 'text') !== 'text') return `in the response_format ${response_format?.type}`;
  if (![undefined, null, 'auto', 'none'].includes(tool_choice as string))
    return 'with tool calls (tool_choice)';
  return undefined;
}

function answerOutcome(request: ChatRequest, model: string, delay: number, request_id: string): Outcome {
  const completion = complete(request, model, answerText(request), request_id);
  const cost = ['x-ratelimit-tokens-query-cost', String(completion.usage.total_tokens)];
  const reply = jsonReply(200, completion, cost);
  return { delay, request_id, reply, counted: '200', usage: completion.usage };
}
