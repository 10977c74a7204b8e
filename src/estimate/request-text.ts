import { templateTokens } from '../models/chat-template.ts';
import { wireTool } from '../models/chat-completion-request.ts';
import type { ContentPart, Message, ModelRequest, ToolCall } from '../models/contract.ts';

/** What there is to count in a request. */
export interface RequestText {
  readonly texts: readonly string[];
  /** Tokens of the template around them. */
  readonly marks: number;
  readonly images: number;
  /**
   * The schema of the answer: some providers put it before the model as text, some only hold the answer to it. Null where
   * there is none.
   */
  readonly schema: string | null;
}

export function textOf({ messages, tools, response_format }: ModelRequest): RequestText {
  const texts: string[] = [];
  let marks: number = templateTokens.begin;
  let images = 0;
  for (const message of messages) {
    marks += marksOf(message);
    images += addContent(message.content, texts);
    for (const call of message.tool_calls ?? []) texts.push(callText(call));
    if (message.tool_call_id !== undefined) texts.push(message.tool_call_id);
  }
  if (tools !== undefined && tools.length > 0) {
    marks += templateTokens.tools;
    texts.push(toolsText(tools));
  }
  const schema = response_format?.type === 'json_schema' ? JSON.stringify(response_format.schema) : null;
  return { texts, marks, images, schema };
}

function marksOf({ role, tool_calls }: Message): number {
  const calls = tool_calls === undefined || tool_calls.length === 0 ? 0 : templateTokens.calls;
  return templateTokens.turn[role] + calls;
}

/** Adds the texts of a message; gives how many images it shows. */
function addContent(content: string | readonly ContentPart[], texts: string[]): number {
  if (typeof content === 'string') {
    texts.push(content);
    return 0;
  }
  let images = 0;
  for (const part of content) {
    if (part.type === 'image_url') images += 1;
    else texts.push(part.type === 'text' ? part.text : part.thinking);
  }
  return images;
}

function callText({ id, name, arguments: text }: ToolCall): string {
  return JSON.stringify([{ name, arguments: text, id }]);
}

type Tools = NonNullable<ModelRequest['tools']>;

/** The tools of a step are the same for every record. */
const known = new WeakMap<Tools, string>();

function toolsText(tools: Tools): string {
  const text = known.get(tools) ?? JSON.stringify(tools.map(wireTool));
  known.set(tools, text);
  return text;
}
