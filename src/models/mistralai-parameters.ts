import type { JsonObject } from '../json/json.ts';

/**
 * Mistral's sampling parameters as properties of `model` in the file, in wire names. None has a default here: a
 * parameter that the file does not set is not sent, so that the model's own default holds.
 */
export const mistralParameters: { readonly [name: string]: JsonObject } = {
  temperature: {
    type: 'number',
    minimum: 0,
    maximum: 1.5,
    description:
      'How freely words are chosen: 0 for the most likely answer each time, 0.7 and more for variety. Set this or `top_p`, not both.',
    examples: [0, 0.7],
  },
  top_p: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
    description:
      'Choose only among the most likely words that together have this share of the probability: 0.1 is nearly one word, 1 all of them. Another way than `temperature` to make answers steadier.',
    examples: [0.9],
  },
  max_tokens: {
    type: 'integer',
    minimum: 1,
    description:
      'The longest answer, in tokens (a word is 1 to 2). A longer one is cut off there, with the finish reason `length`; a structured one fails then. It bounds what a call can cost, and a `budget` needs it.',
    examples: [800],
  },
  random_seed: {
    type: 'integer',
    minimum: 0,
    description:
      'Any whole number: the same one makes the same request choose the same words again, as far as the provider can.',
    examples: [42],
  },
  stop: {
    anyOf: [
      { type: 'string', minLength: 1 },
      { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
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
  safe_prompt: {
    type: 'boolean',
    description:
      'Whether Mistral puts its own safety instructions before the conversation. They are input tokens that are paid for, and may make an answer more careful than the task wants.',
    examples: [true],
  },
  parallel_tool_calls: {
    type: 'boolean',
    description:
      'Whether the model may call several tools in one answer. Mistral allows it unless this is false.',
    examples: [false],
  },
  reasoning_effort: {
    enum: ['high', 'none'],
    enumDescriptions: ['Thinks as long as it takes.', 'Answers at once.'],
    description:
      'Whether a model that can reason does so before it answers. Reasoning is paid for as output.',
    examples: ['high'],
  },
  prompt_cache_key: {
    type: 'string',
    minLength: 1,
    description:
      'A name for prompts that begin alike: Mistral then charges a tenth for the beginning that it has seen before.',
    examples: ['ticket-triage'],
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
