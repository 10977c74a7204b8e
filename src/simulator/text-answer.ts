import { echoOf, simulatedMark, textOf } from './echo.ts';
import type { ChatRequest } from './request.ts';

/** A text as it would be without a limit. */
export interface Draft {
  /** Costs no token and is never cut. */
  readonly lead: string;
  readonly said: string;
}

/** Repeats what was asked, or what the tools said. */
export function draftText({ messages, stop }: ChatRequest): Draft {
  const last = messages.at(-1);
  // As Mistral does, the answer to a prefix begins with the prefix.
  const prefix = last?.role === 'assistant' && last.prefix === true ? textOf(last) : '';
  return { lead: prefix + simulatedMark, said: cutAtStop(echoOf(messages), stop) };
}

export function cutAtStop(text: string, stop: ChatRequest['stop']): string {
  const stops = typeof stop === 'string' ? [stop] : (stop ?? []);
  const ends = stops.filter((sequence) => sequence !== '').map((sequence) => text.indexOf(sequence));
  return text.slice(0, Math.min(text.length, ...ends.filter((end) => end >= 0)));
}
