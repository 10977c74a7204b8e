import type { Role } from '../models/contract.ts';
import type { ChatMessage } from './request.ts';

/** What may follow a message of each role. A conversation begins with any role but `tool`. */
const followers: { readonly [role in Role]: readonly Role[] } = {
  system: ['system', 'user', 'assistant'],
  user: ['system', 'user', 'assistant'],
  assistant: ['system', 'user', 'assistant', 'tool'],
  tool: ['assistant', 'tool'],
};

/** Why the messages are no conversation that a model can answer, in Mistral's words; undefined when they are. */
export function checkConversation(messages: readonly ChatMessage[]): string | undefined {
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
