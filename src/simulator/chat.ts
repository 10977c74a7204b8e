import type { JsonValue } from '../json/json.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { answer } from './answer.ts';
import type { Answer } from './answer.ts';
import { fingerprint, fingerprintOf } from './chance.ts';
import { complete, usageOf } from './completion.ts';
import { checkConversation } from './conversation.ts';
import { errors, jsonReply } from './errors.ts';
import type { Reply } from './errors.ts';
import { createFaults } from './faults.ts';
import { createInstances } from './instance/instance.ts';
import type { Instances } from './instance/instance.ts';
import { drawLatency } from './latency.ts';
import { resolveModel } from './models.ts';
import type { Settings } from './options.ts';
import { faultOutcome, replyOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { Quota } from './quota.ts';
import { checkRequest } from './request.ts';
import type { ChatRequest } from './request.ts';
import { streamEvents } from './stream.ts';
import { checkTools } from './tool-choice.ts';

/**
 * Answers the body of one request to /v1/chat/completions. Pure but for the quota, and for the memory of faults already
 * met and of schemas already compiled.
 */
export type Chat = (body: string) => Outcome;

export function createChat(settings: Settings, quota: Quota): Chat {
  const nextFault = createFaults(settings.faults);
  const instances = createInstances();
  return (body) => {
    const print = fingerprint(settings.seed, body);
    const request_id = print.slice(0, 32);
    const read = readRequest(body);
    if (!read.ok) return replyOutcome(read.error, request_id);
    const { request, model } = read.value;
    const answers = makeAnswers(request, settings.seed, instances);
    if (!answers.ok) return replyOutcome(answers.error, request_id);

    const delay = drawLatency(settings.latency, print);
    const answered = answerOutcome(request, model, answers.value, delay, request_id);
    const cost = answered.usage?.total_tokens ?? 0;
    if (!quota.take(cost)) {
      const wait = settings.retry_after === null ? null : quota.wait(cost);
      return replyOutcome(errors.rateLimited(wait, costHeader(cost)), request_id);
    }
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
  if (disorder !== undefined) return failure(errors.disorder(disorder));
  const model = resolveModel(request.model);
  if (model === undefined) return failure(errors.unknownModel(request.model));
  const uncallable = checkTools(request);
  if (uncallable !== undefined) return failure(errors.impossible(uncallable));
  return success({ request, model });
}

function parseJson(text: string): Result<JsonValue, string> {
  try {
    return success(JSON.parse(text) as JsonValue);
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
}

/** An answer for each choice, drawn from what was asked: the same whether or not it is to come as a stream. */
function makeAnswers(
  request: ChatRequest,
  seed: number,
  instances: Instances,
): Result<readonly Answer[], Reply> {
  const { stream: _, ...asked } = request;
  const print = fingerprintOf(seed, asked as unknown as JsonValue);
  const answers: Answer[] = [];
  for (let index = 0; index < (request.n ?? 1); index += 1) {
    const made = answer(request, `${print} ${index}`, instances);
    if (!made.ok) return failure(errors.impossible(`The simulator cannot answer ${made.error}`));
    answers.push(made.value);
  }
  return success(answers);
}

function answerOutcome(
  request: ChatRequest,
  model: string,
  answers: readonly Answer[],
  delay: number,
  request_id: string,
): Outcome {
  const usage = usageOf(request, answers);
  const headers = costHeader(usage.total_tokens);
  const reply: Reply =
    request.stream === true
      ? { status: 200, headers, body: '', events: streamEvents(request_id, model, answers, usage) }
      : jsonReply(200, complete(model, answers, usage, request_id), headers);
  return { delay, request_id, reply, counted: '200', usage };
}

function costHeader(tokens: number): readonly string[] {
  return ['x-ratelimit-tokens-query-cost', String(tokens)];
}
