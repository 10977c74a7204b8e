import type { JsonObject, JsonValue } from '../json/json.ts';
import { wireCall, wireFormat, wireNamedChoice, wireTool } from './chat-completion-request.ts';
import type { ContentPart, Message, ModelRequest, ModelSettings } from './contract.ts';

/**
 * The JSON of a chat completion request as OpenAI documents it
 * (https://platform.openai.com/docs/api-reference/chat/create). Only what was set is in it. A stream is asked to tell
 * its usage: without that, OpenAI does not say what it cost.
 *
 * Thinking in the history is left out: OpenAI keeps its models' reasoning to itself, and has no place for it. `prefix`
 * is sent as it stands: OpenAI refuses it, in words, and the servers that can go on from a text know it.
 */
export function openaiBody(settings: ModelSettings, request: ModelRequest, stream = false): JsonObject {
  const { parallel_tool_calls: allowed, ...parameters } = settings.parameters;
  const parallel = request.parallel_tool_calls ?? allowed;
  return {
    model: settings.name,
    ...parameters,
    ...(stream && { stream, stream_options: { include_usage: true } }),
    messages: request.messages.map(wireMessage),
    ...(request.tools?.length && {
      tools: request.tools.map(wireTool),
      // Refused where there are no tools.
      ...(parallel !== undefined && { parallel_tool_calls: parallel }),
    }),
    ...(request.tool_choice !== undefined && { tool_choice: wireToolChoice(request.tool_choice) }),
    ...(request.response_format && { response_format: wireFormat(request.response_format) }),
  };
}

function wireMessage(message: Message): JsonObject {
  return {
    role: message.role,
    content: typeof message.content === 'string' ? message.content : message.content.flatMap(wirePart),
    ...(message.tool_calls?.length && { tool_calls: message.tool_calls.map(wireCall) }),
    ...(message.tool_call_id !== undefined && { tool_call_id: message.tool_call_id }),
    ...(message.prefix !== undefined && { prefix: message.prefix }),
  };
}

function wirePart(part: ContentPart): readonly JsonObject[] {
  if (part.type === 'thinking') return [];
  if (part.type === 'text') return [{ type: 'text', text: part.text }];
  return [{ type: 'image_url', image_url: { url: part.image_url } }];
}

function wireToolChoice(choice: string): JsonValue {
  if (choice === 'any') return 'required';
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  return wireNamedChoice(choice);
}
