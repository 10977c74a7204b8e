import type { JsonObject, JsonValue } from '../json/json.ts';
import { wireCall, wireFormat, wireNamedChoice, wireTool } from './chat-completion-request.ts';
import type { ContentPart, Message, ModelRequest, ModelSettings } from './contract.ts';
import { choiceWords } from './tool-choice.ts';

/**
 * The JSON of a chat completion request as Mistral documents it
 * (https://docs.mistral.ai/api/endpoint/chat#operation-chat_completion_v1_chat_completions_post). Only what was set is
 * in it: no default of LangChain's or of ours. A stream is asked for by `stream` alone: Mistral's schema forbids the
 * `stream_options` of others, and its streams tell the usage unasked.
 */
export function mistralBody(settings: ModelSettings, request: ModelRequest, stream = false): JsonObject {
  const { parallel_tool_calls } = request;
  return {
    model: settings.name,
    ...settings.parameters,
    ...(parallel_tool_calls !== undefined && { parallel_tool_calls }),
    ...(stream && { stream }),
    messages: request.messages.map(wireMessage),
    ...(request.tools?.length && { tools: request.tools.map(wireTool) }),
    ...(request.tool_choice !== undefined && { tool_choice: wireToolChoice(request.tool_choice) }),
    ...(request.response_format && { response_format: wireFormat(request.response_format) }),
  };
}

function wireMessage(message: Message): JsonObject {
  return {
    role: message.role,
    content: typeof message.content === 'string' ? message.content : message.content.map(wirePart),
    ...(message.tool_calls?.length && { tool_calls: message.tool_calls.map(wireCall) }),
    ...(message.tool_call_id !== undefined && { tool_call_id: message.tool_call_id }),
    ...(message.prefix !== undefined && { prefix: message.prefix }),
  };
}

function wirePart(part: ContentPart): JsonObject {
  if (part.type !== 'thinking') return { ...part };
  return { type: 'thinking', thinking: [{ type: 'text', text: part.thinking }] };
}

function wireToolChoice(choice: string): JsonValue {
  return choiceWords.includes(choice) ? choice : wireNamedChoice(choice);
}
