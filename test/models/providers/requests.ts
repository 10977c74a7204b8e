import type { JsonSchema } from '../../../src/json/json.ts';
import type { ModelRequest, ToolDefinition } from '../../../src/models/contract.ts';

const ticket: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['topic'],
  properties: { topic: { enum: ['order', 'billing'] } },
};

export const add: ToolDefinition = {
  name: 'add',
  description: 'Adds numbers.',
  parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
};

export const now: ToolDefinition = { name: 'now', parameters: true };

const png = 'data:image/png;base64,iVBORw0KGgo=';

/** Requests of every shape that steps make. The golden files have what each provider is sent for them. */
export const requests: { readonly [name: string]: ModelRequest } = {
  'one question': { messages: [{ role: 'user', content: 'Hi.' }] },
  'system and few-shot turns': {
    messages: [
      { role: 'system', content: 'Translate to German.' },
      { role: 'user', content: 'Yes.' },
      { role: 'assistant', content: 'Ja.' },
      { role: 'user', content: 'No.' },
    ],
  },
  'two system messages': {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'system', content: [{ type: 'text', text: 'Be polite.' }] },
      { role: 'user', content: 'Hi.' },
    ],
  },
  'text and an image': {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: png },
        ],
      },
    ],
  },
  'a beginning to go on from': {
    messages: [
      { role: 'user', content: 'Name a colour.' },
      { role: 'assistant', content: 'Blue is', prefix: true },
    ],
  },
  'thinking in the history': {
    messages: [
      { role: 'user', content: 'What is 1 + 2?' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'One more than two.' },
          { type: 'text', text: '3' },
        ],
      },
      { role: 'user', content: 'And one more?' },
    ],
  },
  tools: { messages: [{ role: 'user', content: 'What is 1 + 2?' }], tools: [add, now] },
  'a strict tool': {
    messages: [{ role: 'user', content: 'What is 1 + 2?' }],
    tools: [{ ...add, strict: true }],
  },
  'the results of two tools': {
    messages: [
      { role: 'user', content: 'What is 1 + 2, and when?' },
      {
        role: 'assistant',
        content: 'I shall see.',
        tool_calls: [
          { id: 'D681PevKs', name: 'add', arguments: '{"a":1,"b":2}' },
          { id: 'D681PevKt', name: 'now', arguments: '{}' },
        ],
      },
      { role: 'tool', content: '3', tool_call_id: 'D681PevKs' },
      { role: 'tool', content: 'noon', tool_call_id: 'D681PevKt' },
    ],
    tools: [add, now],
  },
  'a call without a text': {
    messages: [
      { role: 'user', content: 'What is 1 + 2?' },
      { role: 'assistant', content: '', tool_calls: [{ id: 'a', name: 'add', arguments: '{"a":1,"b":2}' }] },
      { role: 'tool', content: '3', tool_call_id: 'a' },
    ],
    tools: [add],
  },
  ...Object.fromEntries(
    ['auto', 'any', 'required', 'none', 'add'].map((tool_choice): [string, ModelRequest] => [
      `the tool choice ${tool_choice}`,
      { messages: [{ role: 'user', content: 'What is 1 + 2?' }], tools: [add, now], tool_choice },
    ]),
  ),
  'one call at a time': {
    messages: [{ role: 'user', content: 'What is 1 + 2?' }],
    tools: [add],
    parallel_tool_calls: false,
  },
  'one call at a time, of a tool that is named': {
    messages: [{ role: 'user', content: 'What is 1 + 2?' }],
    tools: [add],
    tool_choice: 'add',
    parallel_tool_calls: false,
  },
  'JSON mode': {
    messages: [{ role: 'user', content: 'Answer in JSON.' }],
    response_format: { type: 'json_object' },
  },
  'a JSON Schema': {
    messages: [{ role: 'user', content: 'Classify.' }],
    response_format: { type: 'json_schema', name: 'ticket', schema: ticket },
  },
  'a strict JSON Schema': {
    messages: [{ role: 'user', content: 'Classify.' }],
    response_format: { type: 'json_schema', name: 'ticket', schema: ticket, strict: true },
  },
};
