import { bounded, printable } from '../diagnostic/printable.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import type { Message } from '../models/contract.ts';
import { failure, success, type Result } from '../result.ts';
import type { Scope } from '../template/template.ts';
import { stopped } from '../tools/deadline.ts';
import type { ToolError, ToolOutcome } from '../tools/tool.ts';
import type { TurnCall } from './assistant-turn.ts';
import type { StepServices, ToolCallResult, ToolIdentity } from './step.ts';
import type { CompiledTool, OnError } from './tool-specs.ts';

/** The tools of a step by their names, and what becomes of a call that names none of them. */
export interface Toolbox {
  readonly tools: ReadonlyMap<string, CompiledTool>;
  readonly onError: OnError;
}

/** A tool call of an answer, read: its tool can be run, or it is known why not. */
export interface ReadCall {
  /** As the conversation has it. */
  readonly id: string;
  readonly name: string;
  /** An object, or the text that could not be read as one. */
  readonly arguments: JsonValue;
  readonly onError: OnError;
  readonly identity: ToolIdentity | null;
  readonly ready: Result<{ readonly tool: CompiledTool; readonly arguments: JsonObject }, ToolError>;
}

export interface FinishedCall {
  readonly call: ReadCall;
  readonly outcome: ToolOutcome;
}

/**
 * How many calls of one answer are run. A model that repeats itself writes calls until its answer is full, and each may
 * cost something outside; seldom does a task need more before any result is seen.
 */
export const mostCalls = 32;

/** In characters: what a model needs to see its mistake; a mistake in a megabyte of arguments may be as long. */
const longestMessage = 1000;
const longestExcerpt = 200;

/** Reads the calls of one answer. */
export function readCalls(calls: readonly TurnCall[], toolbox: Toolbox): readonly ReadCall[] {
  return calls.map((call) => readCall(call, toolbox));
}

function readCall({ made, arguments: read, told }: TurnCall, { tools, onError }: Toolbox): ReadCall {
  const { name } = made;
  const tool = tools.get(name);
  return {
    id: told.id,
    name,
    arguments: read.ok ? read.value : made.arguments,
    onError: tool?.onError ?? onError,
    identity: tool?.identity ?? null,
    ready:
      tool === undefined
        ? failure(unknownTool(name, tools))
        : read.ok
          ? fitting(tool, read.value)
          : failure(unreadable(read.error, made.arguments)),
  };
}

function unreadable(why: string, text: string): ToolError {
  const excerpt = bounded(printable(text.trimStart()), longestExcerpt);
  return badArguments(`${why}. They begin with: ${excerpt}`);
}

function fitting(tool: CompiledTool, given: JsonObject): ReadCall['ready'] {
  const mistakes = tool.parameters.validate(given);
  return mistakes.length === 0
    ? success({ tool, arguments: given })
    : failure(badArguments(`the arguments do not fit the tool's parameters: ${mistakes.join('; ')}`));
}

function badArguments(message: string): ToolError {
  return { code: 'bad_arguments', message: bounded(message, longestMessage) };
}

function unknownTool(name: string, tools: Toolbox['tools']): ToolError {
  const names = [...tools.keys()].map(toolText).join(', ');
  const message = `there is no tool ${toolText(name)}; the tools are ${names}`;
  return { code: 'unknown_tool', message: bounded(message, longestMessage) };
}

/** The calls of one answer, those beyond the most not to be run. */
export function withinMost(calls: readonly ReadCall[]): readonly ReadCall[] {
  return calls.map((call, at) => (at < mostCalls ? call : { ...call, ready: failure(tooMany) }));
}

const tooMany: ToolError = {
  code: 'too_many_calls',
  message: `an answer may make ${mostCalls} tool calls, and this one came after them, so it was not run: make it in another answer`,
};

/** The name of a tool in a message: a model can name anything. */
export function toolText(name: string): string {
  return `\`${bounded(printable(name), 64)}\``;
}

/**
 * Runs the calls of one answer side by side and waits for all of them; one that fails the record ends the others. A call
 * that cannot be run goes through `services.tool` too, so that it is counted.
 */
export async function runCalls(
  calls: readonly ReadCall[],
  scope: Scope,
  services: StepServices,
): Promise<readonly FinishedCall[]> {
  const round = new AbortController();
  const end = (): void => round.abort();
  const { signal } = services;
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  const perform = async (call: ReadCall): Promise<FinishedCall> => {
    const outcome = await services.tool({
      id: call.id,
      name: call.name,
      arguments: call.arguments,
      identity: call.identity,
      run: (toolServices) => {
        if (round.signal.aborted) return Promise.resolve(failure(stopped));
        if (!call.ready.ok) return Promise.resolve(call.ready);
        const { tool, arguments: given } = call.ready.value;
        return tool.program.run({ arguments: given, scope }, { ...toolServices, signal: round.signal });
      },
    });
    if (failsRecord({ call, outcome })) end();
    return { call, outcome };
  };
  try {
    return await Promise.all(calls.map(perform));
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Whether the model is not told of the call's error, and the record fails instead. */
export function failsRecord({ call, outcome }: FinishedCall): boolean {
  if (outcome.ok || outcome.error.code === 'aborted') return false;
  return call.onError === 'fail' || outcome.error.fatal === true;
}

/** What templates read of a call. */
export function resultOf({ call, outcome }: FinishedCall): ToolCallResult {
  return {
    id: call.id,
    name: call.name,
    arguments: call.arguments,
    result: outcome.ok ? outcome.value : null,
    error: outcome.ok ? null : outcome.error.message,
  };
}

/** A call that is not run: it comes to nothing, or to the error for which it could not have been run. */
export function collect(call: ReadCall): FinishedCall {
  return { call, outcome: call.ready.ok ? success(null) : call.ready };
}

/** What the model is told of a call: a text as it is, any other result as JSON, an error as `{"error": …}`. */
export function toolMessage({ call, outcome }: FinishedCall): Message {
  const said: JsonValue = outcome.ok ? outcome.value : { error: outcome.error.message };
  return {
    role: 'tool',
    content: typeof said === 'string' ? said : JSON.stringify(said),
    tool_call_id: call.id,
  };
}
