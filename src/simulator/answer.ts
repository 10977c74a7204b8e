import { success, type Result } from '../result.ts';
import { echoOf, simulatedMark } from './echo.ts';
import type { Instances } from './instance/instance.ts';
import { draftJson } from './json-answer.ts';
import type { ChatRequest } from './request.ts';
import { draftText } from './text-answer.ts';
import { draftCalls, toolsToCall, type ToolCall } from './tool-answer.ts';
import { withinTokens } from './word-tokens.ts';

/** What a model says: a text, or calls of tools. */
export interface Answer {
  /** Null where the model was not asked to reason. */
  readonly thinking: string | null;
  readonly text: string;
  readonly tool_calls: readonly ToolCall[];
  readonly finish_reason: 'stop' | 'length' | 'tool_calls';
  /** What it costs, thoughts included. */
  readonly tokens: number;
}

/** The answer to a request, drawn from the print. The error tells what cannot be made up. */
export function answer(request: ChatRequest, print: string, instances: Instances): Result<Answer, string> {
  const room = createRoom(request.max_tokens);
  const thinking = request.reasoning_effort === 'high' ? think(request, room) : null;
  const tools = toolsToCall(request, print);
  if (tools.length > 0) {
    const drafted = draftCalls(tools, request, print, instances);
    if (!drafted.ok) return drafted;
    const tool_calls = drafted.value.flatMap((call) => fitCall(call, room));
    return success({ thinking, text: '', tool_calls, ...endOf(room, 'tool_calls') });
  }
  const drafted = draftJson(request, print, instances) ?? success(draftText(request));
  if (!drafted.ok) return drafted;
  const { lead, said } = drafted.value;
  const text = lead + room.take(said);
  return success({ thinking, text, tool_calls: [], ...endOf(room, 'stop') });
}

function think({ messages }: ChatRequest, room: Room): string {
  return simulatedMark + room.take(`What is asked: ${echoOf(messages)}`);
}

/** The call with as much of its arguments as there is room for. A call that nothing is left for is not begun. */
function fitCall(call: ToolCall, room: Room): readonly ToolCall[] {
  const { name, arguments: text } = call.function;
  if (room.take(name) !== name) return [];
  return [{ ...call, function: { name, arguments: room.take(text) } }];
}

function endOf(room: Room, reason: Answer['finish_reason']): Pick<Answer, 'finish_reason' | 'tokens'> {
  return { finish_reason: room.isShort() ? 'length' : reason, tokens: room.tokens() };
}

/** What `max_tokens` leaves to be said. */
interface Room {
  /** As much of the text as there is room for. */
  take(text: string): string;
  /** Whether something had to be cut. */
  isShort(): boolean;
  tokens(): number;
}

function createRoom(max_tokens: number | null | undefined): Room {
  let left = max_tokens ?? Infinity;
  let tokens = 0;
  let short = false;
  return {
    take(text) {
      const { taken, tokens: cost } = withinTokens(text, left);
      left -= cost;
      tokens += cost;
      if (taken.length < text.length) short = true;
      return taken;
    },
    isShort: () => short,
    tokens: () => tokens,
  };
}
