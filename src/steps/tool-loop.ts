import type { Completion, Message, ModelRequest } from '../models/contract.ts';
import { choiceWords } from '../models/tool-choice.ts';
import { failure, success, type Result } from '../result.ts';
import type { Scope } from '../template/template.ts';
import { addUsage, zeroUsage } from '../usage/add.ts';
import type { Usage } from '../usage/usage.ts';
import { answerError, endingMistake } from './answer-mistake.ts';
import { assistantTurn } from './assistant-turn.ts';
import type { ToolError } from '../tools/tool.ts';
import type { StepError, StepErrorCode, StepServices, ToolCallResult } from './step.ts';
import {
  collect,
  failsRecord,
  readCalls,
  resultOf,
  runCalls,
  toolMessage,
  toolText,
  withinMost,
  type FinishedCall,
  type Toolbox,
} from './tool-calls.ts';

/** The tools, and how long the model may go on calling them. */
export interface LoopRules extends Toolbox {
  /** Rounds of tool calls; 0: the calls of the first answer are collected, and none of them is run. */
  readonly maxRounds: number;
}

/** How the loop ended: with an answer that calls no tool, or whose calls are only collected. */
export interface LoopEnd {
  /** The request that was answered. */
  readonly request: ModelRequest;
  readonly completion: Completion;
  readonly calls: readonly ToolCallResult[];
  /** Of all requests. */
  readonly usage: Usage;
}

type Mistake = Pick<StepError, 'code' | 'message'>;

/** Asks the model and runs the tools that it calls, round by round, until it answers without a call. */
export async function runToolLoop(
  first: ModelRequest,
  rules: LoopRules,
  scope: Scope,
  services: StepServices,
): Promise<Result<LoopEnd, StepError>> {
  const calls: ToolCallResult[] = [];
  let request = first;
  let usage = zeroUsage;
  for (let round = 0; ; round += 1) {
    const outcome = await services.call(request);
    usage = addUsage(usage, outcome.usage);
    if (!outcome.ok) return failure(outcome.error);
    const { completion } = outcome;
    const fail = (mistake: Mistake) => failure(answerError(mistake, outcome));
    const mistake = mistakeOf(completion, request.tool_choice);
    if (mistake !== undefined) return fail(mistake);
    const collects = rules.maxRounds === 0;
    if (completion.tool_calls.length > 0 && !collects && round === rules.maxRounds) {
      return fail(tooManyRounds(completion, rules.maxRounds));
    }
    const turn = assistantTurn(completion, request.messages);
    const asked = readCalls(turn.calls, rules);
    const finished = collects ? asked.map(collect) : await runCalls(withinMost(asked), scope, services);
    const stop = stopOf(finished);
    if (stop?.code === 'replay_miss') return failure(notMade(stop));
    if (stop !== undefined) return fail(stop);
    calls.push(...finished.map(resultOf));
    if (asked.length === 0 || collects) return success({ request, completion, calls, usage });
    request = nextRequest(request, turn.message, finished);
  }
}

/** What is wrong with an answer before its calls are looked at. A text that was cut off is an answer, a call is none. */
function mistakeOf(completion: Completion, choice: string | undefined): Mistake | undefined {
  const ending = endingMistake(completion);
  if (ending !== undefined && (ending.code !== 'cut_answer' || completion.tool_calls.length > 0))
    return ending;
  return choiceMistake(completion, choice);
}

/** Providers hold the model to `tool_choice`; a server that does not know it lets the model do as it likes. */
function choiceMistake(completion: Completion, choice: string | undefined): Mistake | undefined {
  const { tool_calls } = completion;
  if (choice === undefined || choice === 'auto') return undefined;
  if (choice === 'none') {
    if (tool_calls.length === 0) return undefined;
    const message = `the model called ${namesOf(completion)}, though it was to call no tool`;
    return { code: 'wrong_tool', message };
  }
  const named = choiceWords.includes(choice) ? undefined : choice;
  const wanted = named === undefined ? 'a tool call' : `a call of \`${named}\``;
  if (tool_calls.length === 0) {
    const message = `the model answered with a text where \`tool_choice\` asks for ${wanted}`;
    return { code: 'no_tool_call', message };
  }
  if (named === undefined || tool_calls.some(({ name }) => name === named)) return undefined;
  const message = `the model called ${namesOf(completion)} where \`tool_choice\` asks for ${wanted}`;
  return { code: 'wrong_tool', message };
}

function tooManyRounds(completion: Completion, rounds: number): Mistake {
  const had = rounds === 1 ? 'after the one round' : `after all ${rounds} rounds`;
  const message = `the model called ${namesOf(completion)} ${had} of tool calls that it had; raise \`max_rounds\`, or tell it in the prompt when to answer`;
  return { code: 'max_rounds', message };
}

/** The tools of an answer's calls, each once; a model can name anything, and often. */
function namesOf({ tool_calls }: Completion): string {
  const names = [...new Set(tool_calls.map(({ name }) => toolText(name)))];
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and others` : shown;
}

/** Why no further round is asked for: the first call in order that fails the record, or that the run ended. */
function stopOf(finished: readonly FinishedCall[]): Mistake | undefined {
  const told = finished.find(failsRecord) ?? finished.find(wasEnded);
  if (told === undefined || told.outcome.ok) return undefined;
  const { call, outcome } = told;
  const { code, message } = outcome.error;
  if (code === 'aborted' || code === 'replay_miss') return { code, message };
  return {
    code: modelsFaults[code] ?? 'tool_failed',
    message: `the tool ${toolText(call.name)} failed: ${message}`,
  };
}

/** Nothing was sent, and no answer is at fault. */
function notMade(mistake: Mistake): StepError {
  return { ...mistake, status: null, attempts: 0, request_id: null, scope: 'record' };
}

/** What is at fault in the answer, and not in a tool: another answer may do better, the same call would not. */
const modelsFaults: { readonly [code in ToolError['code']]?: StepErrorCode } = {
  unknown_tool: 'wrong_tool',
  bad_arguments: 'bad_tool_arguments',
  too_many_calls: 'too_many_calls',
};

function wasEnded({ outcome }: FinishedCall): boolean {
  return !outcome.ok && outcome.error.code === 'aborted';
}

/** The conversation with the answer and what came of its calls. A call that was asked for has been made by then. */
function nextRequest(
  request: ModelRequest,
  answer: Message,
  finished: readonly FinishedCall[],
): ModelRequest {
  return {
    ...request,
    messages: [...request.messages, answer, ...finished.map(toolMessage)],
    ...(request.tool_choice !== undefined && { tool_choice: 'auto' }),
  };
}
