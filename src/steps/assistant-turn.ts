import { parseJson } from '../json/exact.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import type { Completion, ContentPart, Message, ToolCall } from '../models/contract.ts';
import { failure, success, type Result } from '../result.ts';

/** An answer as the conversation goes on from it. */
export interface AssistantTurn {
  readonly message: Message;
  /** The answer's tool calls, in order. */
  readonly calls: readonly TurnCall[];
}

export interface TurnCall {
  /** As the model made it. */
  readonly made: ToolCall;
  /** Its arguments, or why they are none. */
  readonly arguments: Result<JsonObject, string>;
  /** As the next request tells the model of it. */
  readonly told: ToolCall;
}

/**
 * The turn of an answer after these messages, in a form that providers take: each call with an id of its own, a name
 * and arguments that can be, and what its provider wants back with it.
 */
export function assistantTurn(
  { text, thinking, tool_calls }: Pick<Completion, 'text' | 'thinking' | 'tool_calls'>,
  before: readonly Message[],
): AssistantTurn {
  const taken = new Set(before.flatMap((message) => (message.tool_calls ?? []).map(({ id }) => id)));
  const calls = tool_calls.map((call) => turnCall(call, freeId(call.id, taken)));
  return {
    message: {
      role: 'assistant',
      content: contentOf(text, thinking),
      ...(calls.length > 0 && { tool_calls: calls.map(({ told }) => told) }),
    },
    calls,
  };
}

function turnCall(made: ToolCall, id: string): TurnCall {
  const read = readArguments(made.arguments);
  return {
    made,
    arguments: read,
    // A history with any other name, or with arguments that are no object, is refused by most providers.
    told: {
      ...made,
      id,
      name: made.name.replaceAll(/[^A-Za-z0-9_-]/gu, '_').slice(0, 64) || '_',
      arguments: read.ok && made.arguments.trim() !== '' ? made.arguments : '{}',
    },
  };
}

/**
 * The provider's own id, whatever its form. Providers refuse a conversation in which an id stands twice, so the second
 * gets another, in Mistral's form (nine letters and digits) and the same each time.
 */
function freeId(given: string, taken: Set<string>): string {
  let id = given;
  for (let number = taken.size; id === '' || taken.has(id); number += 1) {
    id = `call${String(number).padStart(5, '0')}`;
  }
  taken.add(id);
  return id;
}

function readArguments(text: string): Result<JsonObject, string> {
  if (text.trim() === '') return success({});
  const parsed = parseJson(text);
  if (!parsed.ok) return failure(`the arguments cannot be read: ${parsed.error.message}`);
  return isObject(parsed.value) ? success(parsed.value) : failure('the arguments are JSON, but no object');
}

function contentOf(text: string, thinking: string): string | readonly ContentPart[] {
  if (thinking === '') return text;
  return [{ type: 'thinking', thinking }, ...(text === '' ? [] : [{ type: 'text' as const, text }])];
}
