import { isObject } from '../json/json.ts';
import { mismatch, passed, type AssertionKind } from './assertion.ts';
import { textOf } from './texts.ts';

/** A model finds that the value keeps to a rubric. */
export const judge: AssertionKind = {
  kind: 'judge',
  schema: {
    type: 'object',
    required: ['rubric'],
    properties: {
      rubric: {
        type: 'string',
        minLength: 1,
        description:
          'What a good answer is, in words that can be answered by yes or no. May be a template over `input` and `vars`.',
        examples: ['Answers the question in a friendly tone and promises no refund.'],
      },
      model: {
        type: ['object', 'string'],
        description:
          "The model that judges: a name, or a map of a model's keys. Default: the pipeline's `model`, with a temperature of 0.",
        examples: ['mistral-large-latest'],
      },
    },
    additionalProperties: false,
    description:
      'A model reads the value at `path` and finds that it keeps to a rubric; its reason is told where it does not. Its answer is recorded like any other.',
    examples: [{ rubric: 'Answers in French.' }],
  },
  looks_at: 'value',
  templates: true,
  grader: (expected) => (isObject(expected) ? (expected['model'] ?? null) : null),
  compile: async () => async (seen, expected, services) => {
    const { rubric = '', model = null } = isObject(expected) ? expected : {};
    const wanted = `an answer that keeps to the rubric: ${textOf(rubric)}`;
    const grade = await services.grade({ rubric: textOf(rubric), answer: textOf(seen.value), model });
    if (!grade.ok) {
      return mismatch(wanted, { reason: `the judge gave no verdict: ${grade.error}`, unanswered: true });
    }
    return grade.value.pass ? passed : mismatch(wanted, { reason: `the judge says: ${grade.value.reason}` });
  },
};
