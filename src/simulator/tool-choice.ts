import { checkName } from './conversation.ts';
import type { ChatRequest } from './request.ts';

/** Why the tools cannot be called as the request wants it; undefined where they can. */
export function checkTools({ tools, tool_choice }: ChatRequest): string | undefined {
  const names = (tools ?? []).map((tool) => tool.function.name);
  const misnamed = names.map(checkName).find((message) => message !== undefined);
  if (misnamed !== undefined) return misnamed;
  if (typeof tool_choice === 'object' && tool_choice !== null) {
    const { name } = tool_choice.function;
    return names.includes(name)
      ? undefined
      : `tool_choice names \`${name.slice(0, 100)}\`, which is none of the tools`;
  }
  const isForced = tool_choice === 'any' || tool_choice === 'required';
  return isForced && names.length === 0
    ? `tool_choice is \`${tool_choice}\`, but there are no tools`
    : undefined;
}
