import type { ContentPart, Message } from '../../models/contract.ts';

/** What a message says, as one text to compare with another: parts and tool calls a line each. */
export function messageText({ content, tool_calls = [] }: Message): string {
  const parts = typeof content === 'string' ? [content] : content.map(partText);
  const calls = tool_calls.map((call) => `${call.name}(${call.arguments})`);
  return [...parts, ...calls].join('\n');
}

function partText(part: ContentPart): string {
  if (part.type === 'text') return part.text;
  return part.type === 'image_url' ? `[image ${part.image_url}]` : part.thinking;
}
