import { durationPattern } from '../../duration.ts';
import type { JsonObject } from '../../json/json.ts';

/**
 * The sections of a pipeline file as JSON Schema 2020-12, with the words that the editor, the error messages and the
 * format reference show. `errorMessage` and `patternErrorMessage` are the remedies where the general ones say too little.
 */

/** Keys that start so are the user's own, wherever keys are fixed: notes, YAML anchors. */
export const ownKeys: JsonObject = { '^x-': true };

/** A name that a template can write after a dot. It starts with a letter, since objects move keys like `1` to the front. */
const name = {
  pattern: '^(?!(this|true|false|null|undefined)$)[A-Za-z][A-Za-z0-9_-]*$',
  patternErrorMessage: 'start with a letter, then use letters, digits, `_` and `-`',
};

export function section(description: string, properties: JsonObject, other: JsonObject = {}): JsonObject {
  return {
    type: 'object',
    description,
    properties,
    patternProperties: ownKeys,
    additionalProperties: false,
    ...other,
  };
}

export function duration(description: string, value: string): JsonObject {
  return {
    type: 'string',
    pattern: durationPattern,
    description,
    default: value,
    examples: [value],
    errorMessage: `write a number with ms, s, m or h, such as ${value}`,
    patternErrorMessage: `write a number with ms, s, m or h, such as ${value}`,
  };
}

/** A place where the file holds a JSON Schema of the user's own, or the path of one. */
export function schemaOrPath(description: string, example: JsonObject): JsonObject {
  return { type: ['object', 'string'], description, examples: [example] };
}

const heading = {
  version: {
    type: 'integer',
    const: 1,
    description: 'The version of the file format: `1`.',
    errorMessage: 'write `version: 1`, the only one that this version of pipe reads',
  },
  name: {
    type: 'string',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
    patternErrorMessage: 'use letters, digits, `.`, `_` and `-`, since folders of runs are named after it',
    maxLength: 100,
    description:
      "The pipeline's name, in run folders and reports. Letters, digits, `.`, `_` and `-`. Default: the file's name without its extension.",
    examples: ['ticket-triage'],
  },
  description: {
    type: 'string',
    description: 'What the pipeline does, for its readers.',
    examples: ['Translate every ticket to English.'],
  },
} satisfies JsonObject;

const vars: JsonObject = {
  type: 'object',
  propertyNames: name,
  additionalProperties: true,
  description:
    'Values that templates read as `{{vars.<name>}}`, of any type. `--var <name>=<value>` overrides one for a run.',
  examples: [{ output_language: 'English' }],
};

const input = section(
  'What the pipeline expects of each record of its input.',
  {
    key: {
      type: 'string',
      minLength: 1,
      description:
        'The field that names a record in results and errors; each value may occur once. Default: a hash of the whole record.',
      examples: ['id'],
    },
    when: {
      type: 'string',
      minLength: 1,
      description:
        'Which records to take: a template of exactly one expression. Where it is false, null, empty or absent the record is skipped, and counted as skipped. `--limit`, `--sample` and the other flags that select records count before it is asked.',
      examples: ["{{ne input.lang 'en'}}"],
      errorMessage: `write an expression, such as "{{ne input.lang 'en'}}"`,
    },
    schema: schemaOrPath(
      'The JSON Schema (2020-12; draft-07 by its `$schema`) of one record, or the path of one relative to this file. Each record is checked before anything is paid for, paths such as `{{input.text}}` are checked against it, and cells of a CSV are read as the numbers and booleans that it asks for.',
      { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } } },
    ),
  },
  { examples: [{ key: 'id', schema: './ticket.schema.json' }] },
);

const retry = section(
  'When to try a failed call again: after connection faults and the statuses 408, 409, 425 and 5xx. A 429 uses no attempt: it pauses the model, for as long as `Retry-After` says.',
  {
    attempts: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 5,
      description: 'How often to try a call, the first attempt included. `1` never tries again.',
      examples: [5],
    },
    max_delay: duration('The longest wait between two attempts.', '60s'),
  },
  { examples: [{ attempts: 5, max_delay: '60s' }] },
);

const limits = section(
  'How fast the pipeline may go.',
  {
    concurrency: {
      type: 'integer',
      minimum: 1,
      maximum: 10_000,
      default: 16,
      description: 'Calls in flight at a time. `--concurrency` overrides it for a run.',
      examples: [16],
    },
  },
  { examples: [{ concurrency: 32 }] },
);

const dollars = { type: 'number', minimum: 0 };

const prices: JsonObject = {
  type: 'object',
  description:
    'What models cost, by name, where the built-in prices lack one or are out of date: US dollars for a million tokens.',
  properties: {
    date: {
      type: 'string',
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      patternErrorMessage: 'write it as 2026-08-01',
      description: 'The day these prices were read, as `YYYY-MM-DD`.',
      examples: ['2026-08-01'],
    },
  },
  additionalProperties: section(
    'What one model costs.',
    {
      input: { ...dollars, description: 'A million input tokens.', examples: [0.15] },
      output: { ...dollars, description: 'A million output tokens.', examples: [0.6] },
      cached_input: {
        ...dollars,
        description:
          "A million input tokens that the provider's prompt cache served. Default: as much as `input`.",
        examples: [0.015],
      },
    },
    { required: ['input', 'output'], examples: [{ input: 0.15, output: 0.6 }] },
  ),
  examples: [{ 'mistral-small-latest': { input: 0.15, output: 0.6 } }],
};

const partials: JsonObject = {
  type: 'string',
  minLength: 1,
  description:
    'A folder, relative to this file. Each `<name>.hbs` in it is a piece of template that prompts include as `{{> name}}`.',
  examples: ['./partials'],
};

const output: JsonObject = {
  type: 'object',
  minProperties: 1,
  additionalProperties: true,
  description:
    "The fields of a result row, templates at any depth. A value that is exactly one expression keeps its type: a number stays a number. Default: the record's fields, then one field a step with its output.",
  examples: [{ id: '{{input.id}}', translation: '{{steps.translate.output}}' }],
};

const fail = section(
  'When a run counts as failed.',
  {
    error_rate: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0,
      description: 'The share of failed records above which `pipe run` exits with 1, from 0 to 1.',
      examples: [0.02],
    },
  },
  { examples: [{ error_rate: 0.02 }] },
);

/** The steps, each as `step` says. */
function stepsSection(step: JsonObject): JsonObject {
  return {
    type: 'object',
    minProperties: 1,
    propertyNames: name,
    patternProperties: ownKeys,
    additionalProperties: step,
    description:
      'The steps by their ids, which templates and results use. A step runs when those that it reads have ended, so the order in the file is free.',
    examples: [{ translate: { type: 'chat', prompt: 'Translate to English: {{input.text}}' } }],
  };
}

/** The file as a whole. `model` and a step are given, since what they may hold depends on a key in them. */
export function fileSection(model: JsonObject, step: JsonObject): JsonObject {
  return {
    type: 'object',
    errorMessage: 'begin it with `version: 1`, then say `model` and `steps`',
    required: ['version', 'steps'],
    properties: {
      ...heading,
      vars,
      input,
      model,
      retry,
      limits,
      prices,
      partials,
      steps: stepsSection(step),
      output,
      fail,
    },
    patternProperties: ownKeys,
    additionalProperties: false,
  };
}
