import type { ChatMessage, ChatRequest } from './request.ts';
import { charactersPerToken, countTokens } from './tokens.ts';

/** Begins the text of every answer. It is ours, not the model's, so it costs no token and is never cut. */
export const simulatedMark = '[simulated] ';

/** Characters of the last user message that an answer repeats. */
const longestEcho = 280;

export interface Answer {
  readonly content: string;
  readonly finish_reason: 'stop' | 'length';
  readonly tokens: number;
}

/** Repeats the beginning of the last user message, so that the answers to different records can be told apart. */
export function answerText(request: ChatRequest): Answer {
  const echo = cutAtStop(echoOf(request.messages), request.stop);
  const room = (request.max_tokens ?? Infinity) * charactersPerToken;
  const said = cut(echo, room);
  const last = request.messages.at(-1);
  // As Mistral does, the answer to a prefix begins with the prefix.
  const prefix = last?.role === 'assistant' && last.prefix === true ? textOf(last) : '';
  return {
    content: prefix + simulatedMark + said,
    finish_reason: said.length < echo.length ? 'length' : 'stop',
    tokens: countTokens(said),
  };
}

function echoOf(messages: readonly ChatMessage[]): string {
  const asked = messages.findLast((message) => message.role === 'user') ?? messages.at(-1);
  const text = asked === undefined ? '' : textOf(asked).trim();
  return text.length <= longestEcho ? text : `${cut(text, longestEcho - 1)}…`;
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  return (content ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' ');
}

function cutAtStop(text: string, stop: ChatRequest['stop']): string {
  const stops = typeof stop === 'string' ? [stop] : (stop ?? []);
  const ends = stops.filter((sequence) => sequence !== '').map((sequence) => text.indexOf(sequence));
  return text.slice(0, Math.min(text.length, ...ends.filter((end) => end >= 0)));
}

/** At most so many characters, and never half of a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
