import type { JsonValue } from '../json/json.ts';
import { imageTokens, templateTokens } from '../models/chat-template.ts';
import type { ChatMessage, ChatRequest, ContentChunk } from './request.ts';
import { countTokens } from './word-tokens.ts';

/** The provider caches prompts in blocks of so many tokens. */
const cacheBlock = 64;

/** What a request's conversation and its tools count. Schemas only hold the answer, and count nothing. */
export function countPromptTokens(request: ChatRequest): number {
  const { begin, tools: marks } = templateTokens;
  const tools = (request.tools ?? []) as unknown as readonly JsonValue[];
  const before = begin + (tools.length === 0 ? 0 : marks + countTokens(jsonText(tools)));
  return request.messages.reduce((sum, message) => sum + countMessageTokens(message), before);
}

/**
 * The input tokens that the provider's prompt cache would serve: the leading system messages, which the records of a
 * step share, in whole blocks.
 */
export function countCachedTokens(request: ChatRequest): number {
  let tokens = 0;
  for (const message of request.messages) {
    if (message.role !== 'system') break;
    tokens += countMessageTokens(message);
  }
  return tokens - (tokens % cacheBlock);
}

function countMessageTokens({ role, content, tool_calls, tool_call_id }: ChatMessage): number {
  const calls = tool_calls ?? [];
  let tokens: number = templateTokens.turn[role] + (calls.length === 0 ? 0 : templateTokens.calls);
  if (calls.length > 0) tokens += countTokens(jsonText(calls as unknown as JsonValue));
  tokens += countTokens(tool_call_id ?? '');
  if (typeof content === 'string') return tokens + countTokens(content);
  for (const part of content ?? []) tokens += countChunkTokens(part);
  return tokens;
}

function countChunkTokens(chunk: ContentChunk): number {
  if (chunk.type === 'text') return countTokens(chunk.text);
  // It looks at no image.
  if (chunk.type === 'image_url') return imageTokens.expected;
  return chunk.thinking.reduce((sum, { text = '' }) => sum + countTokens(text), 0);
}

/** Nearly the JSON of a value. Walks without recursion: a request may nest deeper than the stack. */
function jsonText(value: JsonValue): string {
  const waiting: JsonValue[] = [value];
  let text = '';
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (typeof item !== 'object' || item === null) {
      text += typeof item === 'string' ? `"${item}",` : `${String(item)},`;
      continue;
    }
    const isList = Array.isArray(item);
    for (const [name, inner] of Object.entries(item)) {
      if (!isList) text += `"${name}":`;
      waiting.push(inner);
    }
    text += isList ? '[]' : '{}';
  }
  return text;
}
