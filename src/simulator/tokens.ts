import type { JsonValue } from '../json/json.ts';
import type { ChatMessage, ChatRequest, ContentChunk } from './request.ts';

/** Characters of one token: a rule of thumb for English, which is all that a simulation needs. */
export const charactersPerToken = 4;

/** What the chat template puts around one message. */
const tokensPerMessage = 4;

/** A flat count, since the simulator looks at no image. */
const tokensPerImage = 512;

/** The provider caches prompts in blocks of so many tokens. */
const cacheBlock = 64;

export function countTokens(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}

export function countPromptTokens(request: ChatRequest): number {
  const tools = countJsonTokens((request.tools ?? []) as unknown as JsonValue);
  return request.messages.reduce((sum, message) => sum + countMessageTokens(message), tools);
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

function countMessageTokens(message: ChatMessage): number {
  const { content, tool_calls } = message;
  const around = tokensPerMessage + countJsonTokens((tool_calls ?? []) as unknown as JsonValue);
  if (typeof content === 'string') return around + countTokens(content);
  let tokens = around;
  for (const part of content ?? []) tokens += countChunkTokens(part);
  return tokens;
}

function countChunkTokens(chunk: ContentChunk): number {
  if (chunk.type === 'text') return countTokens(chunk.text);
  if (chunk.type === 'image_url') return tokensPerImage;
  return chunk.thinking.reduce((sum, { text = '' }) => sum + countTokens(text), 0);
}

/** Walks without recursion: a request may nest deeper than the stack. */
function countJsonTokens(value: JsonValue): number {
  const waiting: JsonValue[] = [value];
  let characters = 0;
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (typeof item !== 'object' || item === null) {
      characters += String(item).length;
      continue;
    }
    for (const [name, inner] of Object.entries(item)) {
      characters += name.length;
      waiting.push(inner);
    }
  }
  return Math.ceil(characters / charactersPerToken);
}
