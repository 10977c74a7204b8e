import { assertionKinds } from '../../assertions/registry.ts';
import type { AssertionKind } from '../../assertions/assertion.ts';
import type { JsonObject } from '../../json/json.ts';
import { ownKeys, section } from './section.ts';
import { heading, vars } from './sections.ts';

/** The tests of a pipeline as JSON Schema: under `tests` of the pipeline itself, or in a file of their own beside it. */

const kinds: readonly AssertionKind[] = [...assertionKinds.values()];

/** A name in a path: with spaces, or a number, it stands in brackets. */
const name = '(?:[^\\s.{}()\\[\\]"\']+|\\[[^\\[\\]]+\\])';

/** What can be looked at, as `{{…}}` would write it. */
const path = {
  type: 'string',
  pattern: `^${name}(?:\\.${name})*$`,
  patternErrorMessage:
    'write a path alone, such as output.topic, steps.classify.output.topic or output.tags.[0]',
} satisfies JsonObject;

export const assertionSection: JsonObject = section(
  'What one place of the answers is held against. Several kinds side by side are an assertion each.',
  {
    path: {
      ...path,
      description:
        'What to look at: `output` is the result row (`output.topic`), `steps.<id>.output` what a step answered (`.finish_reason`, `.tool_calls` and `.usage` are there too), `usage` what the whole case took (`usage.output_tokens`), `input` the record. For a case that is to fail, `error` has `code`, `message` and `step`.',
      examples: ['output.topic', 'steps.classify.output.topic', 'usage.output_tokens'],
    },
    ...Object.fromEntries(kinds.map(({ kind, schema }) => [kind, schema])),
  },
  {
    anyOf: kinds.map(({ kind }) => ({ required: [kind] })),
    dependentRequired: Object.fromEntries(
      kinds.filter(({ looks_at }) => looks_at === 'value').map(({ kind }) => [kind, ['path']]),
    ),
    examples: [{ path: 'output.topic', equals: 'order' }],
    errorMessage:
      'say what is expected, such as `equals: order`, `contains: parcel` or `one_of: [order, other]`',
  },
);

const outcomes = ['succeeded', 'failed', 'skipped'];

const outcomeWords = [
  'Every step that was to run has an output.',
  'The record or a step is at fault; `error` says by which code.',
  'The `when` of the input is not true of the record.',
];

const rows = {
  type: 'string',
  minLength: 1,
  examples: ['./data/tickets.csv'],
} satisfies JsonObject;

/** A share from 0 to 1 that must be reached. */
function share(description: string): JsonObject {
  return { type: 'number', minimum: 0, maximum: 1, description, examples: [0.9] };
}

const ofClass = {
  precision: share('Of the records that were given this class, the share that have it.'),
  recall: share('Of the records that have this class, the share that were given it.'),
  f1: share('The harmonic mean of precision and recall.'),
};

const classify = section(
  'Holds a classifier against a row file that carries the right answers: accuracy, precision, recall and F1 of each class and on average, and which classes are taken for which.',
  {
    rows: {
      ...rows,
      description: 'The labelled rows, relative to this file: .jsonl, .csv, .tsv or .json.',
    },
    label: {
      type: 'string',
      minLength: 1,
      description: 'The field of a row that has the right answer. No prompt should read it.',
      examples: ['topic'],
    },
    prediction: {
      ...path,
      description: 'Where the answer stands that is held against the label: a path as in an assertion.',
      examples: ['output.topic', 'steps.classify.output.topic'],
    },
    at_least: section(
      'The shares that must be reached. Without any, the table is shown, and the test passes if no record failed.',
      {
        accuracy: share(
          'The share of all records, from 0 to 1, that were given their class. It says little where one class is most of them: see `f1`.',
        ),
        precision: share(
          'The mean precision of the classes, from 0 to 1, each with the same weight: how often an answer is right.',
        ),
        recall: share(
          'The mean recall of the classes, from 0 to 1, each with the same weight: how much of a class is found.',
        ),
        f1: share(
          'The mean F1 of the classes, from 0 to 1, each with the same weight: low where any class is poorly found, or too often.',
        ),
        classes: {
          type: 'object',
          minProperties: 1,
          additionalProperties: section('What one class must reach, by its label.', ofClass, {
            minProperties: 1,
          }),
          description:
            'The same for single classes, by their label: a rare class may be wrong each time and hardly lower the accuracy.',
          examples: [{ order: { recall: 0.95 } }],
        },
      },
      { examples: [{ accuracy: 0.9, f1: 0.8 }] },
    ),
  },
  {
    required: ['rows', 'label', 'prediction'],
    examples: [
      { rows: './data/tickets.csv', label: 'topic', prediction: 'output.topic', at_least: { accuracy: 0.9 } },
    ],
  },
);

/** One test. Its assertions are checked one by one: `assertion` stands for the schema of each. */
export function testSection(assertion: JsonObject): JsonObject {
  return section(
    'A case: one record, or each row of a file, and what is expected of the answers. Or with `classify`, how often the right class is found.',
    {
      name: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'What the test is called in reports, and what `--grep` looks at. Each name stands once.',
        examples: ['a late parcel is an order'],
      },
      input: {
        type: 'object',
        description:
          'The record that the pipeline is given, as one of the input: it must fit `input.schema`. One of `input`, `rows` and `classify` is needed.',
        examples: [{ id: 't1', text: 'Where is my parcel?' }],
      },
      rows: {
        ...rows,
        description:
          'A row file, relative to this file: each of its records is a case, and `{{input.<field>}}` in what is expected is a field of its row.',
      },
      classify,
      vars: {
        ...vars,
        description: 'Variables of the pipeline that have another value here, of the same type.',
        examples: [{ output_language: 'German' }],
      },
      mocks: {
        type: 'object',
        minProperties: 1,
        additionalProperties: true,
        description:
          'The outputs of steps that are not asked here, by the ids of the steps: only the others call a model. They must fit the schema of the step.',
        examples: [{ translate: 'Where is my parcel?' }],
      },
      outcome: {
        anyOf: [
          { type: 'string', enum: outcomes, enumDescriptions: outcomeWords },
          { type: 'array', minItems: 1, uniqueItems: true, items: { enum: outcomes } },
        ],
        default: 'succeeded',
        description:
          'How the record is to end: `failed` by its own fault or a step’s, or `skipped` by `input.when`. A list says that each of these will do: `output` is then looked at where the record succeeded, `error` where it failed.',
        examples: ['failed', ['succeeded', 'skipped']],
      },
      error: {
        type: 'string',
        minLength: 1,
        description:
          'With `outcome: failed`: the code of the error, as in `errors.jsonl`. Without it, any failure will do, the wrong one included.',
        examples: ['invalid_record', 'schema_mismatch'],
      },
      assert: {
        type: 'array',
        minItems: 1,
        items: assertion,
        description:
          'What is expected of the answers. Without it, the case passes where the record ends as `outcome` says.',
        examples: [[{ path: 'output.topic', equals: 'order' }]],
      },
    },
    {
      required: ['name'],
      oneOf: ['input', 'rows', 'classify'].map((key) => ({ required: [key] })),
      examples: [{ name: 'a late parcel', input: { text: 'Where is it?' } }],
      errorMessage: 'begin it with a `name`, then say `input` and `assert`',
    },
  );
}

export const testsDescription =
  'Cases for `pipe test`, which needs no key: models answer from the recording beside the pipeline. They may stand in a file of their own beside it instead, `<pipeline>.test.yaml`.';

/** The list of tests, with what stands for each. */
export function testsSection(test: JsonObject): JsonObject {
  return {
    type: 'array',
    minItems: 1,
    items: test,
    description: testsDescription,
    examples: [
      [
        {
          name: 'a late parcel is an order',
          input: { id: 't1', text: 'Where is my parcel?' },
          assert: [{ path: 'output.topic', equals: 'order' }],
        },
      ],
    ],
  };
}

/** A file of tests as a whole. */
export function testFileSection(test: JsonObject): JsonObject {
  return {
    type: 'object',
    errorMessage: 'begin it with `version: 1`, then say `tests`',
    required: ['version', 'tests'],
    properties: {
      version: heading.version,
      description: {
        ...heading.description,
        description: 'What the tests are about, in a sentence for those who read the file.',
      },
      tests: testsSection(test),
    },
    patternProperties: ownKeys,
    additionalProperties: false,
  };
}
