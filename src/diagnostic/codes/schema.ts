import type { CodeTable } from './table.ts';

/** What is wrong with a JSON Schema of the user's own. */
export const schemaCodes = {
  'invalid-schema': ['A JSON Schema is none, or contradicts itself.', 'Write it as the message asks.'],
  'impossible-schema': [
    'No value, or no value that a model can answer, fits the schema.',
    'Remove what forbids the rest.',
  ],
  'empty-schema': [
    'The schema of an answer asks for nothing, so any JSON would do.',
    'Describe the fields of the answer under `properties`.',
  ],
  'undescribed-field': [
    'A required field is not described under `properties`, so any value would do.',
    'Describe it.',
  ],
  'unknown-keyword': [
    'A keyword of a schema is unknown, and would be ignored.',
    'Take the one that is suggested.',
  ],
  'unsupported-keyword': ['A keyword of JSON Schema is not supported here.', 'Say it by another one.'],
  'unknown-format': [
    'A format is not known: of a text in a schema, or of a file of rows.',
    'Take one of those that the message lists; `--input-format` names that of rows.',
  ],
  'invalid-pattern': [
    'A regular expression is none.',
    'Mend it; in double quotes YAML wants each backslash twice.',
  ],
  'unsupported-draft': [
    'A schema is of a draft that is not supported.',
    'Write JSON Schema 2020-12, or draft-07.',
  ],
  'invalid-reference': [
    'A `$ref` is of a form that is not supported.',
    'Write `#/$defs/name`, or a relative path.',
  ],
  'unresolved-reference': ['A `$ref` leads to no schema.', 'Check the names in it.'],
  'remote-reference': [
    'A `$ref` leads to the network, which is never asked.',
    'Keep a copy beside the pipeline.',
  ],
  'reference-outside': ["A `$ref` leads out of the pipeline's folder.", 'Copy the file into it.'],
  'not-strict': [
    '`strict: true` asks for a schema of fixed fields, and this one is not.',
    'Require every field, and say `additionalProperties: false`.',
  ],
} satisfies CodeTable;
