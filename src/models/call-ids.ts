import { isObject } from '../json/json.ts';
import type { JsonValue } from '../json/json.ts';
import type { Message, ToolCall } from './contract.ts';

/** Null where the server gives none, for which Mistral's schema has the text `null`. */
export function readCallId(call: JsonValue): string | null {
  const id = isObject(call) ? call['id'] : undefined;
  return typeof id === 'string' && id !== '' && id !== 'null' ? id : null;
}

/** The id of a call that was given none: in Mistral's form, the same each time. */
export function callIdAt(index: number): string {
  return `call${String(index).padStart(5, '0')}`;
}

/** The call that a tool's message answers; undefined for any other message. */
export function callNamed(id: string | undefined, messages: readonly Message[]): ToolCall | undefined {
  if (id === undefined) return undefined;
  return messages.flatMap(({ tool_calls = [] }) => tool_calls).find((call) => call.id === id);
}
