import type { JsonObject } from '../json/json.ts';

/**
 * Gemini's parameters as properties of `model` in the file, in the names of its API's definition; the JSON has them in
 * camel case (https://ai.google.dev/api/generate-content#generationconfig). None has a default here.
 */
export const googleParameters: { readonly [name: string]: JsonObject } = {
  temperature: {
    type: 'number',
    minimum: 0,
    maximum: 2,
    description:
      'How freely words are chosen: 0 for the most likely answer each time, 1 and more for variety. Google advises against less than 1 for Gemini 3.',
    examples: [0, 1],
  },
  top_p: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    description:
      'Choose only among the most likely words that together have this share of the probability: 0.1 is nearly one word, 1 all of them. Another way than `temperature` to make answers steadier.',
    examples: [0.9],
  },
  top_k: {
    type: 'integer',
    minimum: 1,
    description:
      'Choose only among so many of the most likely words: 1 is always the likeliest, 40 leaves room.',
    examples: [40],
  },
  max_output_tokens: {
    type: 'integer',
    minimum: 1,
    description:
      'The longest answer, in tokens, thinking included. A longer one is cut off there, with the finish reason `length`.',
    examples: [800],
  },
  stop_sequences: {
    type: 'array',
    minItems: 1,
    maxItems: 5,
    items: { type: 'string', minLength: 1 },
    description:
      'End the answer where one of these texts would come next, which is left out: for answers of one line or one section.',
    examples: [['END', '---']],
  },
  seed: {
    type: 'integer',
    description:
      'Any whole number: the same one makes the same request choose the same words again, as far as the provider can.',
    examples: [42],
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
  thinking_budget: {
    type: 'integer',
    minimum: -1,
    description:
      'Tokens that Gemini 2.5 may think with before it answers: 0 for none, -1 for as many as it likes. Thinking is paid for as output.',
    examples: [0, 2048],
  },
  thinking_level: {
    enum: ['minimal', 'low', 'medium', 'high'],
    description: 'How long Gemini 3 thinks before it answers. Thinking is paid for as output.',
    examples: ['low'],
  },
  include_thoughts: {
    type: 'boolean',
    description:
      'Whether the answer tells what was thought, in short. It is kept apart from the output, and changes no result.',
    examples: [true],
  },
};
