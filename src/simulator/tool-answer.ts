import { failure, success, type Result } from '../result.ts';
import { draw } from './chance.ts';
import { wordsOf } from './echo.ts';
import type { Instances } from './instance/instance.ts';
import type { ChatRequest, Tool } from './request.ts';

/** A call as Mistral's API tells it. */
export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
  readonly index: number;
}

/** Calls in one answer, however many tools there are. */
const mostCalls = 3;

/**
 * The tools that the answer calls; none where it is a text. With `auto` these are all of the tools (or one of them,
 * without parallel calls) when the user has spoken last, so that the results of the tools are answered in text.
 */
export function toolsToCall(request: ChatRequest, print: string): readonly Tool[] {
  const { tool_choice: choice, parallel_tool_calls: parallel, messages } = request;
  const tools = request.tools ?? [];
  if (choice === 'none' || tools.length === 0) return [];
  if (typeof choice === 'object' && choice !== null) {
    return tools.filter((tool) => tool.function.name === choice.function.name).slice(0, 1);
  }
  const isForced = choice === 'any' || choice === 'required';
  if (!isForced && messages.at(-1)?.role !== 'user') return [];
  if (parallel !== false) return tools.slice(0, mostCalls);
  const one = Math.floor(draw(print, 'tool') * tools.length);
  return tools.slice(one, one + 1);
}

/** Calls with arguments that the tools allow. */
export function draftCalls(
  tools: readonly Tool[],
  request: ChatRequest,
  print: string,
  instances: Instances,
): Result<readonly ToolCall[], string> {
  const calls: ToolCall[] = [];
  for (const [index, tool] of tools.entries()) {
    const { name, parameters } = tool.function;
    const made = instances(parameters, `${print} ${index}`, wordsOf(request.messages));
    if (!made.ok) return failure(`with a call of the tool \`${name}\`, by its parameters: ${made.error}`);
    calls.push({
      id: callId(print, index),
      type: 'function',
      function: { name, arguments: JSON.stringify(made.value) },
      index,
    });
  }
  return success(calls);
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Nine letters and digits: Mistral's API takes no other id back. */
function callId(print: string, index: number): string {
  return Array.from({ length: 9 }, (_, nth) =>
    letters.charAt(Math.floor(draw(print, `call ${index}`, nth) * letters.length)),
  ).join('');
}
