import type { JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { listText, parseList } from './list.ts';
import { memberPath, yamlLiteral, yamlTemplate, yamlText } from './yaml-words.ts';

/** The model of a first pipeline: a small one, which costs little while prompts are tried. */
export const starterModel = 'mistral-small-latest';

export interface TaskInput {
  /** The path of the field that the prompt reads, such as `input.text`. */
  readonly text: string;
  /** The answer to the task's own question, in parts. */
  readonly details: readonly string[];
}

/** A first pipeline's only step. */
export interface TaskStep {
  readonly id: string;
  /** Lines of YAML below the step's id, not indented. */
  readonly lines: readonly string[];
  /** Lines of YAML of the pipeline's `vars`; none where it has none. */
  readonly vars: readonly string[];
  /** Columns that the answer adds to a result row, each with its template. */
  readonly results: readonly (readonly [string, string])[];
  readonly test: TaskTest;
}

/** What a first test of the step may expect. */
export interface TaskTest {
  /** Of a record, after "a record": `gets one of the labels`. */
  readonly says: string;
  /** Answers as the model could give them, to be taken in turn. */
  readonly mocks: readonly JsonValue[];
  /** Of a column that the answer adds: kinds of assertions as they stand after the path. */
  readonly expected: readonly (readonly [string, string])[];
  /** The same, for the user to begin with. */
  readonly proposed: readonly [string, string];
}

/** What is asked beside the field. */
export interface TaskDetail {
  /** Of the command line, which answers it as well. */
  readonly flag: 'labels' | 'facts' | 'language';
  readonly question: string;
  /** Some lines for who asks what is meant. */
  readonly explained: readonly string[];
  /** What holds where nobody answers: an example that the user is told to edit. */
  readonly usual: readonly string[];
  /** An answer in parts, one at least. Fails with a sentence. */
  readonly read: (text: string) => Result<readonly string[], string>;
  /** The parts as they are typed. */
  readonly shown: (parts: readonly string[]) => string;
}

/** What a first pipeline may do. */
export interface Task {
  readonly task: string;
  readonly description: string;
  /** Between the task and the field that it is about: `classify by comment`. */
  readonly joint: string;
  readonly detail?: TaskDetail;
  step(input: TaskInput): TaskStep;
}

const chat: Task = {
  task: 'chat',
  description: 'write a text about each record',
  joint: ' about ',
  step: ({ text }) => ({
    id: 'answer',
    lines: [
      'type: chat',
      '# what the model is to do: write your own',
      'system: Answer in at most two sentences.',
      `prompt: ${yamlTemplate(`{{${text}}}`)}`,
    ],
    vars: [],
    results: [['answer', '{{steps.answer.output}}']],
    test: {
      says: 'gets an answer of some sentences',
      mocks: ['This stands for an answer of the model.'],
      expected: [['answer', 'min_length: 1, max_length: 600']],
      proposed: ['answer', 'contains: a word that it must have'],
    },
  }),
};

const classify: Task = {
  task: 'classify',
  description: 'choose one of a few labels for each record',
  joint: ' by ',
  detail: {
    flag: 'labels',
    question: 'Labels, separated by commas',
    explained: [
      'The model chooses one of them for each record, and can answer nothing else.',
      'A label with a comma in it stands in quotes: a, "b, c"',
    ],
    usual: ['positive', 'neutral', 'negative'],
    read(text) {
      const labels = parseList(text, 'label');
      if (!labels.ok || labels.value.length > 1) return labels;
      return failure(`\`${labels.value.join('')}\` alone leaves nothing to choose: name two labels at least`);
    },
    shown: listText,
  },
  step: ({ text, details }) => ({
    id: 'classify',
    lines: [
      'type: structured # the answer is an object that fits the schema below',
      'system: Choose the label that fits the text best. Answer in JSON.',
      `prompt: ${yamlTemplate(`{{${text}}}`)}`,
      'schema:',
      '  type: object',
      '  additionalProperties: false',
      '  required: [label, certain]',
      '  properties:',
      `    label: { enum: [${details.map(yamlText).join(', ')}] }`,
      '    certain: { type: boolean, description: Whether no other label could be meant. }',
      'repair: 1 # an answer that does not fit is asked for once more',
    ],
    vars: [],
    results: [
      ['label', '{{steps.classify.output.label}}'],
      ['certain', '{{steps.classify.output.certain}}'],
    ],
    test: {
      says: 'gets one of the labels',
      mocks: details.map((label) => ({ label, certain: true })),
      expected: [['label', `one_of: [${details.map(yamlLiteral).join(', ')}]`]],
      proposed: ['label', `equals: ${yamlLiteral(details[0] ?? '')}`],
    },
  }),
};

const extract: Task = {
  task: 'extract',
  description: 'take some facts out of each record',
  joint: ' from ',
  detail: {
    flag: 'facts',
    question: 'Facts to extract, separated by commas',
    explained: [
      'Each becomes a column of the answers, empty where the text does not say it.',
      'A word or two each: city, date of purchase',
    ],
    usual: ['summary', 'language', 'person'],
    read: (text) => parseList(text, 'fact', factName),
    shown: listText,
  },
  step({ text, details }) {
    const names = details.map(factName);
    return {
      id: 'extract',
      lines: [
        'type: structured # the answer is an object that fits the schema below',
        'system: Extract these facts from the text. What it does not say is null. Answer in JSON.',
        `prompt: ${yamlTemplate(`{{${text}}}`)}`,
        'schema:',
        '  type: object',
        '  additionalProperties: false',
        `  required: [${names.map(yamlText).join(', ')}]`,
        '  properties: # a description tells the model what is meant',
        ...names.map((name) => `    ${yamlText(name)}: { type: [string, 'null'] }`),
        'repair: 1 # an answer that does not fit is asked for once more',
      ],
      vars: [],
      results: names.map((name) => [name, `{{${memberPath('steps.extract.output', name)}}}`]),
      test: {
        says: 'gives its facts',
        mocks: [Object.fromEntries(names.map((name, at) => [name, at === 0 ? 'a fact' : null]))],
        expected: names.slice(0, 1).map((name) => [name, 'min_length: 1']),
        proposed: [names[0] ?? '', 'contains: a word that it must have'],
      },
    };
  },
};

const translate: Task = {
  task: 'translate',
  description: 'translate each record',
  joint: ' ',
  detail: {
    flag: 'language',
    question: 'Into which language',
    explained: ['In words, as for a person: German, or Brazilian Portuguese.'],
    usual: ['English'],
    read: (text) => (text.trim() === '' ? failure('it names no language') : success([text.trim()])),
    shown: (parts) => parts.join(', '),
  },
  step: ({ text, details }) => ({
    id: 'translate',
    lines: [
      'type: chat',
      "system: 'Translate the text to {{vars.language}}. Answer with the translation alone.'",
      `prompt: ${yamlTemplate(`{{${text}}}`)}`,
    ],
    vars: [`language: ${yamlText(details.join(', '))} # --var language=German overrides it for a run`],
    results: [['translation', '{{steps.translate.output}}']],
    test: {
      says: 'is translated',
      mocks: ['This stands for a translation by the model.'],
      expected: [['translation', 'min_length: 1']],
      proposed: ['translation', 'contains: a word that it must have'],
    },
  }),
};

/** A fact's name as a key that templates read without quotes. */
function factName(text: string): string {
  const name = text
    .trim()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
  return /^\p{L}/u.test(name) ? name : `fact_${name}`;
}

/** Every task by its name, the likeliest first. */
export const tasks: ReadonlyMap<string, Task> = new Map(
  [classify, extract, translate, chat].map((task) => [task.task, task]),
);
