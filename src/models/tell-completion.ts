import type { Completion, StreamDelta } from './contract.ts';

/** Tells an answer that is there whole to who reads along, as one that came in one piece. */
export function tellCompletion(
  { thinking, text, tool_calls }: Pick<Completion, 'thinking' | 'text' | 'tool_calls'>,
  tell: (delta: StreamDelta) => void,
): void {
  tell({ type: 'began' });
  if (thinking !== '') tell({ type: 'thinking', text: thinking });
  if (text !== '') tell({ type: 'text', text });
  for (const { name } of tool_calls) tell({ type: 'tool_call', name });
}
