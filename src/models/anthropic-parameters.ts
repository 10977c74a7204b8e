import type { JsonObject } from '../json/json.ts';

/** Anthropic's API refuses a request that does not say how long its answer may be. */
export const defaultMaxTokens = 4096;

/**
 * Anthropic's parameters as properties of `model` in the file, in wire names
 * (https://docs.claude.com/en/api/messages). None but `max_tokens`, which the API insists on, has a default here.
 */
export const anthropicParameters: { readonly [name: string]: JsonObject } = {
  max_tokens: {
    type: 'integer',
    minimum: 1,
    default: defaultMaxTokens,
    description:
      'The longest answer, in tokens, thinking included. A longer one is cut off there, with the finish reason `length`. Anthropic refuses requests without it.',
    examples: [800],
  },
  temperature: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    description:
      'How freely words are chosen: 0 for the most likely answer each time, 1 for variety. Set this or `top_p`, not both.',
    examples: [0],
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
  stop_sequences: {
    type: 'array',
    minItems: 1,
    items: { type: 'string', minLength: 1 },
    description:
      'End the answer where one of these texts would come next, which is left out: for answers of one line or one section.',
    examples: [['END', '---']],
  },
  thinking: {
    type: 'object',
    additionalProperties: false,
    required: ['type'],
    properties: {
      type: {
        enum: ['enabled', 'adaptive', 'disabled'],
        enumDescriptions: [
          'Always thinks, with at most `budget_tokens`.',
          'Decides itself whether and how long, for models that can.',
          'Never thinks.',
        ],
        description: 'Who decides whether the model thinks.',
      },
      budget_tokens: {
        type: 'integer',
        minimum: 1024,
        description: 'With `enabled`: tokens to think with, fewer than `max_tokens`.',
      },
      display: {
        enum: ['summarized', 'omitted'],
        enumDescriptions: ['In short.', 'Not at all; it is paid for all the same.'],
        description:
          'Whether the answer tells what was thought, in short. It is kept apart from the output, and changes no result.',
      },
    },
    description: 'Whether the model thinks before it answers. Thinking is paid for as output.',
    examples: [{ type: 'enabled', budget_tokens: 2048 }],
  },
  effort: {
    enum: ['low', 'medium', 'high', 'xhigh', 'max'],
    description: 'How thorough the model is, for models that can be told; sent in `output_config`.',
    examples: ['low'],
  },
  parallel_tool_calls: {
    type: 'boolean',
    description:
      'Whether the model may call several tools in one answer. Anthropic allows it unless this is false, which is sent as `disable_parallel_tool_use`.',
    examples: [false],
  },
  service_tier: {
    enum: ['auto', 'standard_only'],
    enumDescriptions: ['Priority capacity where there is some.', 'Never.'],
    description: 'Whether priority capacity, where the account has some, may serve the request.',
    examples: ['standard_only'],
  },
};
