import type { Role } from '../models/contract.ts';
import type { ChatMessage } from './request.ts';

/** Why the messages are no conversation that a model can answer, in Mistral's words. */
export interface Disorder {
  readonly type: string;
  readonly message: string;
  readonly code: string | null;
}

/** What may follow a message of each role. A conversation begins with any role but `tool`. */
const followers: { readonly [role in Role]: readonly Role[] } = {
  system: ['system', 'user', 'assistant'],
  user: ['system', 'user', 'assistant'],
  assistant: ['system', 'user', 'assistant', 'tool'],
  tool: ['assistant', 'tool'],
};

/** Undefined where nothing is wrong with the conversation. */
export function checkConversation(messages: readonly ChatMessage[]): Disorder | undefined {
  const disorder = checkStructure(messages);
  if (disorder !== undefined) {
    return { type: 'invalid_request_message_order', message: disorder, code: '3230' };
  }
  return firstOf(messages, checkCalls) ?? firstOf(messages.slice(0, -1), checkEarlier);
}

function checkStructure(messages: readonly ChatMessage[]): string | undefined {
  const last = messages.at(-1);
  if (last === undefined) return 'Conversation must have at least one message';
  return checkOrder(messages) ?? checkLast(last) ?? checkToolResults(messages);
}

function checkOrder(messages: readonly ChatMessage[]): string | undefined {
  let previous: Role | undefined;
  for (const { role } of messages) {
    if (previous === undefined) {
      if (role === 'tool') return `Unexpected role 'tool' as the first message`;
    } else if (!followers[previous].includes(role)) {
      return `Unexpected role '${role}' after role '${previous}'`;
    }
    previous = role;
  }
  return undefined;
}

function checkLast({ role, prefix }: ChatMessage): string | undefined {
  if (role !== 'assistant' || prefix === true) return undefined;
  return 'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant';
}

/** Each tool call has its one result before the conversation goes on. */
function checkToolResults(messages: readonly ChatMessage[]): string | undefined {
  const open = new Set<string>();
  for (const message of messages) {
    if (message.role === 'tool') {
      const id = message.tool_call_id ?? 'None';
      if (!open.delete(id)) return `Unexpected tool call id ${id} in tool results`;
      continue;
    }
    if (open.size > 0) break;
    for (const call of message.tool_calls ?? []) open.add(call.id);
  }
  return open.size > 0 ? 'Not the same number of function calls and responses' : undefined;
}

/** Mistral reads no other ids than those that it writes, and no other names. */
function checkCalls({ tool_calls }: ChatMessage): Disorder | undefined {
  for (const { id, function: called } of tool_calls ?? []) {
    const message = /^[a-zA-Z0-9]{9}$/.test(id)
      ? checkName(called.name)
      : `Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`;
    if (message !== undefined) return { type: 'invalid_function_call', message, code: '3280' };
  }
  return undefined;
}

/** An earlier answer said something, and is over. */
function checkEarlier({ role, content, tool_calls, prefix }: ChatMessage): Disorder | undefined {
  const invalid = { type: 'invalid_request_error', code: null };
  if (role !== 'assistant') return undefined;
  if ((content?.length ?? 0) === 0 && (tool_calls?.length ?? 0) === 0) {
    return {
      ...invalid,
      message: 'Assistant message must have either content or tool_calls, but not none.',
    };
  }
  if (prefix !== true) return undefined;
  return { ...invalid, message: 'Assistant message with prefix True must be last message' };
}

/** What is wrong with the name of a function; undefined where nothing is. */
export function checkName(name: string): string | undefined {
  if (/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return undefined;
  return `Function name was ${name.slice(0, 100)} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.`;
}

function firstOf(
  messages: readonly ChatMessage[],
  check: (message: ChatMessage) => Disorder | undefined,
): Disorder | undefined {
  for (const message of messages) {
    const disorder = check(message);
    if (disorder !== undefined) return disorder;
  }
  return undefined;
}
