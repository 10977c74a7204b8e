import type { Completion, Message, ModelRequest } from '../models/contract.ts';
import { failure, success, type Result } from '../result.ts';
import { addUsage, zeroUsage } from '../usage/add.ts';
import { answerError, endingMistake, type AnswerMistake } from './answer-mistake.ts';
import type { AnswerMethod } from './answer-method.ts';
import { assistantTurn } from './assistant-turn.ts';
import { correctionWords } from './correction-words.ts';
import type { StepError, StepServices, StepValue } from './step.ts';

/**
 * Asks until the answer can be used, at most `repairs` times after the first: each time with the conversation so far,
 * the answer, and what is wrong with it. An answer that was refused or cut off is not asked for again, since nothing
 * would be different.
 */
export async function askUntilUsable(
  messages: readonly Message[],
  method: AnswerMethod,
  repairs: number,
  services: StepServices,
): Promise<Result<StepValue, StepError>> {
  let conversation = messages;
  let usage = zeroUsage;
  for (let asked = 1; ; asked += 1) {
    const outcome = await services.call(requestFor(conversation, method));
    if (!outcome.ok) return failure(outcome.error);
    usage = addUsage(usage, outcome.usage);
    const { completion } = outcome;
    const ending = endingMistake(completion);
    if (ending !== undefined) return failure(answerError(ending, outcome));
    const read = method.read(completion, begunIn(conversation));
    if (read.ok) {
      const { finish_reason } = completion;
      return success({ output: read.value, tool_calls: [], finish_reason, usage });
    }
    if (asked > repairs) return failure(answerError(read.error, outcome));
    conversation = withCorrection(conversation, completion, read.error, method);
  }
}

export function requestFor(messages: readonly Message[], { request }: AnswerMethod): ModelRequest {
  return { messages, ...request };
}

/** The text of a last turn that the answer goes on from; empty where there is none. */
function begunIn(messages: readonly Message[]): string {
  const last = messages.at(-1);
  if (last?.prefix !== true) return '';
  if (typeof last.content === 'string') return last.content;
  return last.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/**
 * The conversation with the answer and what is wrong with it. The answer takes the place of the turn that it went on
 * from. Each tool call gets its result, without which Mistral takes no further message; an answer without a word or a
 * call is left out, since an empty assistant message is refused.
 */
function withCorrection(
  messages: readonly Message[],
  { text, thinking, tool_calls }: Completion,
  { problems }: AnswerMistake,
  { request, correction }: AnswerMethod,
): readonly Message[] {
  const begun = begunIn(messages);
  const before = messages.at(-1)?.prefix === true ? messages.slice(0, -1) : messages;
  const content = correctionWords(problems, correction);
  if (request.tools !== undefined && tool_calls.length > 0) {
    const { message, calls } = assistantTurn({ text, thinking, tool_calls }, before);
    const results = calls.map(({ told }): Message => ({ role: 'tool', content, tool_call_id: told.id }));
    return [...before, message, ...results];
  }
  const said = text.startsWith(begun) ? text : begun + text;
  const { message } = assistantTurn({ text: said, thinking, tool_calls: [] }, before);
  const answer = said.trim() === '' ? [] : [message];
  return [...before, ...answer, { role: 'user', content }];
}
