import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import { isObject } from '../json/json.ts';
import type { Message, ToolCall } from './contract.ts';

/** A conversation in LangChain's classes: what traces and callbacks show. The wire has its own form, byte by byte. */
export function langChainMessages(messages: readonly Message[]): BaseMessage[] {
  return messages.map(langChainMessage);
}

function langChainMessage(message: Message): BaseMessage {
  const content =
    typeof message.content === 'string' ? message.content : message.content.map((part) => ({ ...part }));
  if (message.role === 'system') return new SystemMessage({ content });
  if (message.role === 'user') return new HumanMessage({ content });
  if (message.role === 'tool') return new ToolMessage({ content, tool_call_id: message.tool_call_id ?? '' });
  return new AIMessage({ content, ...langChainCalls(message.tool_calls ?? []) });
}

/** LangChain keeps parsed arguments; what the model wrote otherwise stays beside them, as it was written. */
function langChainCalls(calls: readonly ToolCall[]): Pick<AIMessage, 'tool_calls' | 'invalid_tool_calls'> {
  const parsed = calls.map((call) => ({ call, args: parseArguments(call.arguments) }));
  return {
    tool_calls: parsed.flatMap(({ call: { id, name }, args }) =>
      args ? [{ type: 'tool_call' as const, id, name, args }] : [],
    ),
    invalid_tool_calls: parsed.flatMap(({ call: { id, name, arguments: text }, args }) =>
      args ? [] : [{ type: 'invalid_tool_call' as const, id, name, args: text, error: 'not a JSON object' }],
    ),
  };
}

function parseArguments(text: string): { [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
