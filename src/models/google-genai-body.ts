import { isObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';
import { textOr } from './answer-parts.ts';
import { callNamed } from './call-ids.ts';
import type {
  ContentPart,
  Message,
  ModelRequest,
  ModelSettings,
  ToolCall,
  ToolDefinition,
} from './contract.ts';
import { readDataUrl } from './data-url.ts';
import { parsedArguments } from './tool-arguments.ts';
import { wireTurns } from './turns.ts';

/** The parameters that are told within `thinkingConfig`. */
const thinkingNames = new Set(['thinking_budget', 'thinking_level', 'include_thoughts']);

/**
 * The JSON of a request to generate content as Google documents it (https://ai.google.dev/api/generate-content). Only
 * what was set is in it. The model and whether a stream is wanted stand in the URL.
 *
 * Thinking in the history is left out; what Google wants back of it is the signature of a call, which travels with the
 * call. Parallel calls cannot be switched off.
 */
export function googleBody(settings: ModelSettings, request: ModelRequest): JsonObject {
  const named = Object.entries(settings.parameters);
  const thinkingConfig = camelCased(named.filter(([name]) => thinkingNames.has(name)));
  const generationConfig = {
    ...camelCased(named.filter(([name]) => !thinkingNames.has(name))),
    ...wireFormat(request.response_format),
    ...(Object.keys(thinkingConfig).length > 0 && { thinkingConfig }),
  };
  const system = request.messages.filter(({ role }) => role === 'system').flatMap(wireContent);
  const choice = wireToolChoice(request.tool_choice);
  return {
    ...(system.length > 0 && { systemInstruction: { parts: system } }),
    contents: wireTurns(request.messages, {
      turn: (message) => ({
        role: message.role === 'assistant' ? 'model' : 'user',
        parts: wireParts(message),
      }),
      result: (message) => wireResult(message, request.messages),
      results: (results) => ({ role: 'user', parts: results }),
    }),
    ...(request.tools?.length && { tools: [{ functionDeclarations: request.tools.map(wireTool) }] }),
    ...(choice !== undefined && { toolConfig: { functionCallingConfig: choice } }),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
  };
}

function camelCased(parameters: readonly (readonly [string, JsonObject[string]])[]): JsonObject {
  return Object.fromEntries(
    parameters.map(([name, value]) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function wireParts(message: Message): readonly JsonObject[] {
  const calls = message.tool_calls ?? [];
  const said = wireContent(message);
  // A turn must have a part, and an empty text beside a call would be one too many.
  return calls.length === 0 && said.length === 0 ? [{ text: '' }] : [...said, ...calls.map(wireCall)];
}

function wireContent({ content }: Message): readonly JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }];
  return content.flatMap(wirePart);
}

function wirePart(part: ContentPart): readonly JsonObject[] {
  if (part.type === 'thinking') return [];
  if (part.type === 'text') return [{ text: part.text }];
  const data = readDataUrl(part.image_url);
  return data === undefined
    ? [{ fileData: { fileUri: part.image_url } }]
    : [{ inlineData: { mimeType: data.type, data: data.base64 } }];
}

function wireCall(call: ToolCall): JsonObject {
  const { id, signature } = echoOf(call);
  return {
    functionCall: { ...(id !== undefined && { id }), name: call.name, args: parsedArguments(call.arguments) },
    ...(signature !== undefined && { thoughtSignature: signature }),
  };
}

/** Google matches results to calls by name and order, and by the id where it gave one. */
function wireResult({ tool_call_id, content }: Message, all: readonly Message[]): JsonObject {
  const call = callNamed(tool_call_id, all);
  const { id } = call === undefined ? {} : echoOf(call);
  const text =
    typeof content === 'string'
      ? content
      : content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return {
    functionResponse: { ...(id !== undefined && { id }), name: call?.name ?? '', response: { result: text } },
  };
}

function echoOf({ echo }: ToolCall): { readonly id?: string; readonly signature?: string } {
  if (!isObject(echo)) return {};
  const id = textOr(echo['id'], undefined);
  const signature = textOr(echo['thoughtSignature'], undefined);
  return { ...(id !== undefined && { id }), ...(signature !== undefined && { signature }) };
}

function wireTool({ name, description, parameters }: ToolDefinition): JsonObject {
  return {
    name,
    ...(description !== undefined && { description }),
    parametersJsonSchema: typeof parameters === 'boolean' ? { type: 'object' } : parameters,
  };
}

function wireToolChoice(choice: string | undefined): JsonObject | undefined {
  if (choice === undefined) return undefined;
  if (choice === 'auto') return { mode: 'AUTO' };
  if (choice === 'none') return { mode: 'NONE' };
  if (choice === 'any' || choice === 'required') return { mode: 'ANY' };
  return { mode: 'ANY', allowedFunctionNames: [choice] };
}

function wireFormat(format: ModelRequest['response_format']): JsonObject {
  if (format === undefined) return {};
  const responseMimeType = 'application/json';
  if (format.type === 'json_object') return { responseMimeType };
  return { responseMimeType, responseJsonSchema: format.schema === true ? {} : format.schema };
}
