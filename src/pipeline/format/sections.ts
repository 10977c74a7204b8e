import type { JsonObject } from '../../json/json.ts';
import { budget, cache, fail, limits, prices, retry } from './run-sections.ts';
import { name, ownKeys, schemaOrPath, section } from './section.ts';

/**
 * The sections of a pipeline file as JSON Schema 2020-12, with the words that the editor, the error messages and the
 * format reference show. `errorMessage` and `patternErrorMessage` are the remedies where the general ones say too little.
 */

export const heading = {
  version: {
    type: 'integer',
    const: 1,
    description:
      'The version of the file format, always `1`: it keeps a file from being read by rules that came after it.',
    errorMessage: 'write `version: 1`, the only one that this version of pipe reads',
  },
  name: {
    type: 'string',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
    patternErrorMessage: 'use letters, digits, `.`, `_` and `-`, since folders of runs are named after it',
    maxLength: 100,
    description:
      "The pipeline's name: its runs are kept in folders that begin with it (`runs/ticket-triage-…`), and reports show it. Up to 100 letters, digits, `.`, `_` and `-`. Default: the file's name without its extension.",
    examples: ['ticket-triage'],
  },
  description: {
    type: 'string',
    description: 'What the pipeline does, in a sentence for those who read the file. No model sees it.',
    examples: ['Translate every ticket to English.'],
  },
} satisfies JsonObject;

export const vars = {
  type: 'object',
  propertyNames: name,
  additionalProperties: true,
  description:
    'Values that templates read as `{{vars.<name>}}`, of any type and the same for every record: what may change from run to run without an edit of the prompts. `--var output_language=German` overrides one for a run. Their texts are no templates themselves.',
  examples: [{ output_language: 'English' }],
} satisfies JsonObject;

const input = section(
  'What the pipeline expects of each record of its input. Without it any record will do, and a misspelt `{{input.txt}}` is found only when `pipe check` is given the rows, too.',
  {
    key: {
      type: 'string',
      minLength: 1,
      description:
        'The field that names a record in results, errors and `pipe diff`. Each value may occur once; a record without one, or with one that came before, fails. Default: a hash of the whole record, so that a record with any change is another one.',
      examples: ['id'],
    },
    when: {
      type: 'string',
      minLength: 1,
      description:
        'Which records to take: a template of exactly one expression. Where it is false, null, empty or absent the record is skipped: it costs nothing, and counts neither as succeeded nor as failed. The texts `"true"` and `"false"` of a CSV are refused: type the column as boolean in `schema`. `--limit`, `--sample` and the other flags that select records count before it is asked.',
      examples: ["{{ne input.lang 'en'}}"],
      errorMessage: `write an expression, such as "{{ne input.lang 'en'}}"`,
    },
    schema: schemaOrPath(
      'The JSON Schema (2020-12; draft-07 by its `$schema`) of one record, or the path of one relative to this file. Each record is checked before anything is paid for; paths such as `{{input.text}}` are checked against it; and cells of a CSV, which are texts without it, are read as the numbers and booleans that it asks for.',
      { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } } },
    ),
  },
  { examples: [{ key: 'id', schema: './ticket.schema.json' }] },
);

const partials: JsonObject = {
  type: 'string',
  minLength: 1,
  description:
    'A folder, relative to this file. Each `<name>.hbs` in it is a piece of template that prompts include as `{{> name}}`: for what several prompts share, or a long prompt in a file of its own. Without it no partial is known.',
  examples: ['./partials'],
};

const output: JsonObject = {
  type: 'object',
  minProperties: 1,
  additionalProperties: true,
  description:
    "The fields of a result row, templates at any depth. A value that is exactly one expression keeps its type (a number stays a number); any other is text. Default: the record's fields, then one field a step with its output.",
  examples: [{ id: '{{input.id}}', translation: '{{steps.translate.output}}' }],
};

/** The steps, each as `step` says. */
function stepsSection(step: JsonObject): JsonObject {
  return {
    type: 'object',
    minProperties: 1,
    propertyNames: name,
    patternProperties: ownKeys,
    additionalProperties: step,
    description:
      'The steps by their ids, which templates and results use: letters, digits, `_` and `-`, a letter first. A step begins when those that it reads have ended, and steps that do not read each other run side by side, so the order in the file is free.',
    examples: [{ translate: { type: 'chat', prompt: 'Translate to English: {{input.text}}' } }],
  };
}

/**
 * The file as a whole. `model` and a step are given, since what they may hold depends on a key in them, and `tests`, which are
 * checked one by one.
 */
export function fileSection(model: JsonObject, step: JsonObject, tests: JsonObject): JsonObject {
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
      budget,
      cache,
      prices,
      partials,
      steps: stepsSection(step),
      output,
      fail,
      tests,
    },
    patternProperties: ownKeys,
    additionalProperties: false,
  };
}
