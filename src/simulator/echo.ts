import type { ChatMessage } from './request.ts';

/** Begins every text that is made up. It is ours, not the model's, so it costs no token and is never cut. */
export const simulatedMark = '[simulated] ';

/** Characters of a message that an answer repeats. */
const longestEcho = 280;

/**
 * What an answer is about: the results of tools where they are the last word, else the beginning of the last user
 * message. So the answers to different records can be told apart.
 */
export function echoOf(messages: readonly ChatMessage[]): string {
  const results = trailingResults(messages);
  if (results.length > 0) return shortened(results.map(textOf).join('\n'));
  const asked = messages.findLast((message) => message.role === 'user') ?? messages.at(-1);
  return shortened(asked === undefined ? '' : textOf(asked));
}

/** The words of what an answer is about. */
export function wordsOf(messages: readonly ChatMessage[]): readonly string[] {
  return echoOf(messages).split(/\s+/u).filter(Boolean);
}

/** The tool messages after which nothing more was said. */
export function trailingResults(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.slice(messages.findLastIndex((message) => message.role !== 'tool') + 1);
}

export function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  return (content ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' ');
}

/** At most so many characters, and never half of a surrogate pair. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

function shortened(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= longestEcho ? trimmed : `${cut(trimmed, longestEcho - 1)}…`;
}
