import type { JsonObject } from '../json/json.ts';

/**
 * OpenAI's sampling parameters as properties of `model` in the file, in wire names
 * (https://platform.openai.com/docs/api-reference/chat/create). None has a default here: what is not set is not sent.
 */
export const openaiParameters: { readonly [name: string]: JsonObject } = {
  temperature: {
    type: 'number',
    minimum: 0,
    maximum: 2,
    description:
      'How freely words are chosen: 0 for the most likely answer each time, 1 and more for variety. Set this or `top_p`, not both. Reasoning models take none.',
    examples: [0, 0.7],
  },
  top_p: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    description:
      'Choose only among the most likely words that together have this share of the probability: 0.1 is nearly one word, 1 all of them. Another way than `temperature` to make answers steadier.',
    examples: [0.9],
  },
  max_tokens: {
    type: 'integer',
    minimum: 1,
    description:
      "The longest answer, in tokens. For most servers that speak OpenAI's API; OpenAI's own newer models want `max_completion_tokens`.",
    examples: [800],
  },
  max_completion_tokens: {
    type: 'integer',
    minimum: 1,
    description:
      'The longest answer, in tokens, reasoning included. A longer one is cut off there, with the finish reason `length`.',
    examples: [800],
  },
  seed: {
    type: 'integer',
    description:
      'Any whole number: the same one makes the same request choose the same words again, as far as the provider can.',
    examples: [42],
  },
  stop: {
    anyOf: [
      { type: 'string', minLength: 1 },
      { type: 'array', minItems: 1, maxItems: 4, items: { type: 'string', minLength: 1 } },
    ],
    description:
      'End the answer where one of these texts would come next, which is left out: for answers of one line or one section.',
    examples: ['\n\n', ['END', '---']],
  },
  presence_penalty: {
    type: 'number',
    minimum: -2,
    maximum: 2,
    description:
      'Above 0, words that have come up at all come less often, so that the answer goes on to something new; below 0 more often.',
    examples: [0.5],
  },
  frequency_penalty: {
    type: 'number',
    minimum: -2,
    maximum: 2,
    description:
      'Above 0, a word comes the less often, the more often it has come up, which ends loops; below 0 the more often.',
    examples: [0.5],
  },
  parallel_tool_calls: {
    type: 'boolean',
    description:
      'Whether the model may call several tools in one answer. OpenAI allows it unless this is false.',
    examples: [false],
  },
  reasoning_effort: {
    enum: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
    description:
      'How long a reasoning model thinks before it answers. Reasoning is paid for as output. Which of these a model takes is its own matter.',
    examples: ['low'],
  },
  verbosity: {
    enum: ['low', 'medium', 'high'],
    description: 'How much the model writes, for models that can be told.',
    examples: ['low'],
  },
  prompt_cache_key: {
    type: 'string',
    minLength: 1,
    description: 'A name for prompts that begin alike, so that what the provider has seen before costs less.',
    examples: ['ticket-triage'],
  },
  service_tier: {
    enum: ['auto', 'default', 'flex', 'priority'],
    enumDescriptions: [
      'What the project of the key is set to.',
      'The usual speed and price.',
      'Slower and cheaper.',
      'Faster and dearer.',
    ],
    description: 'How fast, and at which price, OpenAI serves the request.',
    examples: ['flex'],
  },
  prediction: {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'content'],
    properties: {
      type: {
        const: 'content',
        description: 'The kind of prediction: `content`, the only one that there is.',
      },
      content: { type: 'string', description: 'The text that most of the answer is expected to repeat.' },
    },
    description:
      'A text that the answer will mostly repeat, such as a file to edit: the answer comes sooner.',
    examples: [{ type: 'content', content: 'Dear customer,' }],
  },
};
