import type { Answer } from './answer.ts';
import { created, thinkingPart, type CompletionUsage, type ThinkingPart } from './completion.ts';
import type { ToolCall } from './tool-answer.ts';

/** An answer as server-sent events, each whole with the empty line that ends it. */
export interface EventStream {
  /** What is said, piece by piece; at least one. */
  readonly said: readonly string[];
  /** What tells that all was said: the finish reasons, the usage, and `[DONE]`. */
  readonly end: readonly string[];
}

interface Delta {
  readonly role?: 'assistant';
  readonly content?: string | readonly ThinkingPart[];
  readonly tool_calls?: readonly (Partial<ToolCall> & Pick<ToolCall, 'function' | 'index'>)[];
}

/**
 * The chunks of a stream as Mistral sends them, those of several choices in turn. Its stream of a call is one chunk;
 * here the arguments come in two, as other servers of the same API split them, so that a client has to join them.
 */
export function streamEvents(
  id: string,
  model: string,
  answers: readonly Answer[],
  usage: CompletionUsage,
): EventStream {
  const event = (index: number, delta: Delta, finish_reason: string | null, last = {}): string => {
    const choices = [{ index, delta, finish_reason }];
    return `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, choices, ...last })}\n\n`;
  };
  const deltas = answers.map(deltasOf);
  const rounds = Math.max(...deltas.map(({ length }) => length));
  const said = Array.from({ length: rounds }, (_, round) =>
    deltas.flatMap((of, index) => {
      const delta = of[round];
      return delta === undefined ? [] : [event(index, delta, null)];
    }),
  ).flat();
  const end = answers.map(({ finish_reason }, index) =>
    event(index, { content: '' }, finish_reason, index === answers.length - 1 ? { usage } : {}),
  );
  return { said, end: [...end, 'data: [DONE]\n\n'] };
}

function deltasOf({ thinking, text, tool_calls }: Answer): readonly Delta[] {
  return [
    { role: 'assistant', content: '' },
    ...pieces(thinking ?? '').map((piece) => ({ content: [thinkingPart(piece)] })),
    ...pieces(text).map((piece) => ({ content: piece })),
    ...tool_calls.map((call) => ({ tool_calls: [firstHalf(call)] })),
    ...tool_calls.map((call) => ({ tool_calls: [secondHalf(call)] })),
  ];
}

/** A word with the spaces before it, or a part of a long one: together they are the text. */
function pieces(text: string): readonly string[] {
  return text.match(/\s*\S{1,12}|\s+/gu) ?? [];
}

function halfOf({ length }: string): number {
  return Math.ceil(length / 2);
}

function firstHalf(call: ToolCall): ToolCall {
  const { name, arguments: text } = call.function;
  return { ...call, function: { name, arguments: text.slice(0, halfOf(text)) } };
}

function secondHalf({ index, function: { arguments: text } }: ToolCall) {
  return { index, function: { name: '', arguments: text.slice(halfOf(text)) } };
}
