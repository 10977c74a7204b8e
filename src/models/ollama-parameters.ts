import type { JsonObject } from '../json/json.ts';

/**
 * Ollama's parameters as properties of `model` in the file, in wire names (https://docs.ollama.com/api/chat and
 * https://docs.ollama.com/modelfile#parameter). None has a default here: the model's own file has them.
 */
export const ollamaParameters: { readonly [name: string]: JsonObject } = {
  temperature: {
    type: 'number',
    minimum: 0,
    description:
      'How freely words are chosen: 0 for the most likely answer each time, 0.8 and more for variety.',
    examples: [0, 0.8],
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
    minimum: 0,
    description:
      'Choose only among so many of the most likely words: 1 is always the likeliest, 40 leaves room.',
    examples: [40],
  },
  min_p: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    description: 'Leave out words that are less likely than this share of the most likely one.',
    examples: [0.05],
  },
  num_predict: {
    type: 'integer',
    minimum: -1,
    description:
      'The longest answer, in tokens; -1 for no bound. A longer one is cut off there, with the finish reason `length`.',
    examples: [800],
  },
  num_ctx: {
    type: 'integer',
    minimum: 1,
    description:
      'How many tokens of prompt and answer the model sees. Ollama cuts longer prompts without a word, and its default is small.',
    examples: [8192],
  },
  seed: {
    type: 'integer',
    description: 'Any whole number: the same one makes the same request choose the same words again.',
    examples: [42],
  },
  stop: {
    type: 'array',
    minItems: 1,
    items: { type: 'string', minLength: 1 },
    description:
      'End the answer where one of these texts would come next, which is left out: for answers of one line or one section.',
    examples: [['END', '---']],
  },
  repeat_penalty: {
    type: 'number',
    minimum: 0,
    description:
      'Above 1, words that have come up within `repeat_last_n` come less often; 1 changes nothing.',
    examples: [1.1],
  },
  repeat_last_n: {
    type: 'integer',
    minimum: -1,
    description: 'How many tokens back `repeat_penalty` looks; 0 for none, -1 for all that the model sees.',
    examples: [64],
  },
  presence_penalty: {
    type: 'number',
    description:
      'Above 0, words that have come up at all come less often, so that the answer goes on to something new; below 0 more often.',
    examples: [0.5],
  },
  frequency_penalty: {
    type: 'number',
    description:
      'Above 0, a word comes the less often, the more often it has come up, which ends loops; below 0 the more often.',
    examples: [0.5],
  },
  think: {
    enum: [true, false, 'low', 'medium', 'high'],
    description: 'Whether a model that can think does so before it answers; some take how much.',
    examples: [true],
  },
  keep_alive: {
    anyOf: [{ type: 'string', minLength: 1 }, { type: 'number' }],
    description:
      'How long the model stays in memory after a request: a duration such as `10m`, or seconds; -1 for ever.',
    examples: ['10m'],
  },
};
