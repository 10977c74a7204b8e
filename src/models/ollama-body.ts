import type { JsonObject, JsonValue } from '../json/json.ts';
import { callNamed } from './call-ids.ts';
import { wireTool } from './chat-completion-request.ts';
import type { Message, ModelRequest, ModelSettings, ToolDefinition } from './contract.ts';
import { readDataUrl } from './data-url.ts';
import { parsedArguments } from './tool-arguments.ts';

/** Stand beside the options; every other parameter is one of those. */
const topLevel = new Set(['think', 'keep_alive']);

/**
 * The JSON of a chat request as Ollama documents it (https://docs.ollama.com/api/chat). Only what was set is in it, and
 * `stream`, which is on where it is absent.
 *
 * Ollama leaves the choice of a tool to the model: with `none` it is told of no tool, with a name only of that one, and
 * `any` and `required` cannot be said. Its messages have one text: the texts of several parts stand on lines of their own.
 */
export function ollamaBody(settings: ModelSettings, request: ModelRequest, stream = false): JsonObject {
  const named = Object.entries(settings.parameters);
  const options = Object.fromEntries(named.filter(([name]) => !topLevel.has(name)));
  const tools = toolsFor(request);
  return {
    model: settings.name,
    ...Object.fromEntries(named.filter(([name]) => topLevel.has(name))),
    messages: request.messages.map((message) => wireMessage(message, request.messages)),
    ...(tools.length > 0 && { tools: tools.map(wireLooseTool) }),
    ...(request.response_format && { format: wireFormat(request.response_format) }),
    ...(Object.keys(options).length > 0 && { options }),
    stream,
  };
}

/** Images go as bytes; an address would be taken for them. */
export function refusedByOllama({ messages }: ModelRequest): string | undefined {
  const images = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.filter((part) => part.type === 'image_url'),
  );
  return images.every(({ image_url }) => readDataUrl(image_url) !== undefined)
    ? undefined
    : 'Ollama fetches no images: name a local file in the place of the URL';
}

function wireMessage(message: Message, all: readonly Message[]): JsonObject {
  const { role, content, tool_calls = [], tool_call_id } = message;
  const parts = typeof content === 'string' ? [{ type: 'text', text: content } as const] : content;
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const thoughts = parts.flatMap((part) => (part.type === 'thinking' ? [part.thinking] : []));
  const images = parts.flatMap((part) =>
    part.type === 'image_url' ? [readDataUrl(part.image_url)?.base64 ?? part.image_url] : [],
  );
  const tool_name = callNamed(tool_call_id, all)?.name;
  return {
    role,
    content: texts.join('\n'),
    ...(thoughts.length > 0 && { thinking: thoughts.join('') }),
    ...(images.length > 0 && { images }),
    ...(tool_calls.length > 0 && {
      tool_calls: tool_calls.map((call) => ({
        id: call.id,
        function: { name: call.name, arguments: parsedArguments(call.arguments) },
      })),
    }),
    ...(tool_name !== undefined && { tool_name }),
    ...(tool_call_id !== undefined && { tool_call_id }),
  };
}

function toolsFor({ tools = [], tool_choice: choice }: ModelRequest): readonly ToolDefinition[] {
  if (choice === 'none') return [];
  const named = tools.filter(({ name }) => name === choice);
  return named.length > 0 ? named : tools;
}

/** Ollama holds no model to a tool's parameters. */
function wireLooseTool(tool: ToolDefinition): JsonObject {
  const { strict: _, ...said } = tool;
  return wireTool(said);
}

function wireFormat(format: NonNullable<ModelRequest['response_format']>): JsonValue {
  if (format.type === 'json_object') return 'json';
  return typeof format.schema === 'boolean' ? {} : format.schema;
}
