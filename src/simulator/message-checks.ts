import {
  boolean,
  dictionary,
  integer,
  listOf,
  optional,
  shape,
  tagged,
  text,
  textOr,
  word,
} from './checks.ts';

const textChunk = shape({ type: text, text }, ['text']);

const thinkingChunk = shape(
  {
    type: text,
    thinking: listOf(
      tagged('type', {
        text: textChunk,
        reference: shape({ type: text, reference_ids: listOf(integerOrText()) }, ['reference_ids']),
      }),
    ),
    signature: optional(text),
    closed: optional(boolean),
  },
  ['thinking'],
);

const imageChunk = shape(
  {
    type: text,
    image_url: textOr(shape({ url: text, detail: optional(word('low', 'auto', 'high')) }, ['url'])),
  },
  ['image_url'],
);

function integerOrText() {
  return textOr(integer(0));
}

const instruction = textOr(listOf(tagged('type', { text: textChunk, thinking: thinkingChunk })));

const content = textOr(
  listOf(tagged('type', { text: textChunk, image_url: imageChunk, thinking: thinkingChunk })),
);

const toolCall = shape(
  {
    id: text,
    type: optional(word('function')),
    index: optional(integer(0)),
    function: shape({ name: text, arguments: textOr(dictionary) }, ['name', 'arguments']),
  },
  ['id', 'function'],
);

/** A message of the chat completion endpoint. */
export const message = tagged('role', {
  system: shape({ role: text, content: instruction }, ['content']),
  user: shape({ role: text, content: optional(content) }, ['content']),
  assistant: shape(
    {
      role: text,
      content: optional(content),
      tool_calls: optional(listOf(toolCall)),
      prefix: optional(boolean),
    },
    [],
  ),
  tool: shape({ role: text, content: optional(content), tool_call_id: text, name: optional(text) }, [
    'content',
    'tool_call_id',
  ]),
});
