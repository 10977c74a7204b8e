import type { JsonObject } from '../../json/json.ts';
import { duration, section } from './section.ts';

/** The sections that say how a run is done, and nothing of what a model is asked. */

export const retry = section(
  'When to try a failed call again: after connection faults, time-outs, unusable answers and the statuses 408, 409, 425 and 5xx. A 429 uses no attempt: it pauses the model, for as long as `Retry-After` says. `--set retry.attempts=2` changes it for a run.',
  {
    attempts: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 5,
      description:
        'How often to try a call, the first attempt included. `1` never tries again, so that a moment without network fails a record.',
      examples: [5],
    },
    max_delay: duration(
      'The longest wait between two attempts. Waits are random, of half a second at most at first and up to twice as long each time.',
      '60s',
    ),
    outage: duration(
      "How long a model may answer nothing but errors, to anybody's request, before the run stops with exit code 3. Until then records wait instead of failing. `pipe resume` goes on from there.",
      '5m',
    ),
  },
  { examples: [{ attempts: 5, max_delay: '60s' }] },
);

export const limits = section(
  'How fast the pipeline may go. `concurrency` is of all calls together; the other limits hold for each model by itself, over all steps that ask it. Without them the pace is found by what the provider tells and refuses, so set what your plan allows where others share it.',
  {
    concurrency: {
      type: 'integer',
      minimum: 1,
      maximum: 10_000,
      default: 16,
      description:
        'Calls under way at a time, over all records and steps. More is faster until the provider answers with 429s; each holds its record in memory. `--concurrency` overrides it for a run.',
      examples: [16],
    },
    requests_per_second: {
      type: 'number',
      // Timers wait for three weeks at most; a pace of one request a quarter of an hour is meant by nobody who means less.
      minimum: 0.001,
      description:
        'Requests that a model is sent in a second, evenly spread; `0.5` is one every two seconds. The least is `0.001`.',
      examples: [5],
    },
    requests_per_minute: {
      type: 'integer',
      minimum: 1,
      description:
        'Requests that a model is sent in a minute, evenly spread: 600 are one every tenth of a second, not 600 at once.',
      examples: [600],
    },
    tokens_per_minute: {
      type: 'integer',
      minimum: 1,
      description:
        'Tokens of input and output together that a model uses in a minute. Before a call they are estimated, after it counted. One call should fit, prompt and answer: a limit that `max_tokens` alone reaches is a warning.',
      examples: [500_000],
    },
  },
  { examples: [{ concurrency: 32, requests_per_minute: 600, tokens_per_minute: 500_000 }] },
);

export const budget = section(
  'What a run may use at most, with all its resumes. Before each call as much is set aside as it could use, so that the budget is never overshot; a run whose budget is used up stops with exit code 4, and `pipe resume` goes on with a larger one. Each step that asks a model needs `max_tokens`, or what its provider calls it.',
  {
    usd: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1_000_000,
      description:
        'US dollars, above 0. The price of each model must be known: `prices` says it where it is not. `--budget-usd` overrides it for a run.',
      examples: [5],
    },
    tokens: {
      type: 'integer',
      minimum: 1,
      description:
        'Tokens of input and output together, of all steps and records, failed and repaired calls included.',
      examples: [2_000_000],
    },
  },
  { examples: [{ usd: 5 }] },
);

export const cache = {
  type: 'boolean',
  default: true,
  description:
    'Whether an answer to the same question is taken from the cache (`.pipe/cache`), at no cost: after an edit, only what it touches is asked again. A step may say otherwise by its own `cache`. `--no-cache` asks the model every time, in every step.',
  examples: [false],
} satisfies JsonObject;

const dollars = { type: 'number', minimum: 0 };

export const prices: JsonObject = {
  type: 'object',
  description:
    'What models cost, by name, where the built-in prices lack one or are out of date: US dollars for a million tokens. Without a known price a cost is null, and `budget.usd` is refused.',
  properties: {
    date: {
      type: 'string',
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      patternErrorMessage: 'write it as 2026-08-01',
      description:
        'The day on which these prices were read, as `YYYY-MM-DD`. `pipe plan` tells it: the older date, where built-in prices are used too.',
      examples: ['2026-08-01'],
    },
  },
  additionalProperties: section(
    'What one model costs, in US dollars for a million tokens.',
    {
      input: {
        ...dollars,
        description: 'US dollars for a million input tokens: instructions, prompts, schemas and tools.',
        examples: [0.15],
      },
      output: {
        ...dollars,
        description: 'US dollars for a million output tokens, what a model thinks included.',
        examples: [0.6],
      },
      cached_input: {
        ...dollars,
        description:
          "US dollars for a million input tokens that the provider's own prompt cache served. Default: as much as `input`.",
        examples: [0.015],
      },
    },
    {
      title: 'The price of a model',
      required: ['input', 'output'],
      examples: [{ input: 0.15, output: 0.6 }],
    },
  ),
  examples: [{ 'mistral-small-latest': { input: 0.15, output: 0.6 } }],
};

export const fail = section(
  'How many failed records a run may have and still end well. Without it, one is enough for exit code 1.',
  {
    error_rate: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0,
      description:
        'The share of failed records, from 0 to 1, above which `pipe run` exits with 1: with `0.02`, up to 2 in 100 may fail. They stand in `errors.jsonl` either way.',
      examples: [0.02],
    },
  },
  { examples: [{ error_rate: 0.02 }] },
);
