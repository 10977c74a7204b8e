import type { JsonObject, JsonValue } from '../json/json.ts';
import { indented, resultColumns } from './pipeline-text.ts';
import type { Proposal } from './proposal.ts';
import type { TaskStep } from './tasks.ts';
import {
  commentText,
  fieldPath,
  memberPath,
  yamlField,
  yamlTemplate,
  yamlText,
  yamlValue,
} from './yaml-words.ts';

export interface TestTextInput {
  /** What editors take the format of tests from. */
  readonly schemaPath: string;
  /** As the user types it, a word of a shell. */
  readonly pipeline: string;
  /** The file of the records, for comments; absent where they are invented. */
  readonly rows?: string;
  readonly proposal: Proposal;
  readonly step: TaskStep;
  /** One at least. */
  readonly samples: readonly JsonObject[];
  /** A record of `rows` without a text; absent where none is known. */
  readonly lacking?: JsonObject;
}

/** First tests of a first pipeline: they pass without a key, and say where the user's own expectations go. */
export function testText(input: TestTextInput): string {
  const { schemaPath, pipeline, samples, proposal } = input;
  const [first] = samples;
  const lines = [
    `# yaml-language-server: $schema=${schemaPath}`,
    `# \`pipe test ${commentText(pipeline)}\` runs these. They need no key, since \`mocks\` answers in the model's place.`,
    '# To test what the model answers: delete the `mocks`, say under `assert` what you expect, and add --record once,',
    '# which asks the model and keeps its answers in a file beside this one, for every test from then on.',
    'version: 1',
    'tests:',
    ...indented(
      samples.flatMap((record, at) => recordLines(record, at, input)),
      2,
    ),
    ...(first !== undefined && proposal.textMayLack ? indented(skippedLines(first, input), 2) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function recordLines(record: JsonObject, at: number, input: TestTextInput): readonly string[] {
  const { proposal, step, rows } = input;
  const { says, mocks } = step.test;
  const mock = mocks[at % mocks.length];
  const named = at === 0 ? 'a record' : 'another record';
  return [
    `- name: ${named} ${says}`,
    `  input:${rows === undefined || at > 0 ? '' : ` # a record of ${commentText(rows)}`}`,
    ...indented(fieldLines(record), 4),
    ...(mock === undefined ? [] : ['  mocks:', `    ${step.id}: ${yamlValue(mock)}`]),
    `  assert:${at > 0 ? '' : ' # of a result row; an editor proposes the kinds'}`,
    ...indented(assertionLines(proposal, step), 4),
  ];
}

function assertionLines(proposal: Proposal, step: TaskStep): readonly string[] {
  const { ofAnswer } = resultColumns(proposal, step);
  const { expected, proposed } = step.test;
  const pathOf = (result: string) => {
    const at = step.results.findIndex(([name]) => name === result);
    return yamlText(memberPath('output', ofAnswer[at]?.[0] ?? result));
  };
  const { key } = proposal;
  return [
    ...(key === undefined
      ? []
      : [
          `- { path: ${yamlText(memberPath('output', key))}, equals: ${yamlTemplate(`{{${fieldPath(key)}}}`)} }`,
        ]),
    ...expected.map(([name, kinds]) => `- { path: ${pathOf(name)}, ${kinds} }`),
    `# - { path: ${pathOf(proposed[0])}, ${commentText(proposed[1])} }`,
  ];
}

/** A record of the rows, or else another without its text. */
function skippedLines(record: JsonObject, { proposal, lacking, rows }: TestTextInput): readonly string[] {
  return [
    '- name: a record without text is skipped',
    `  input:${lacking === undefined || rows === undefined ? '' : ` # a record of ${commentText(rows)}`}`,
    ...indented(fieldLines(lacking ?? withoutText(record, proposal)), 4),
    '  outcome: skipped',
  ];
}

function withoutText(record: JsonObject, proposal: Proposal): JsonObject {
  const { [proposal.text]: _, ...others } = record;
  const none = lackingText(proposal);
  return none === undefined ? others : { ...others, [proposal.text]: none };
}

/** What stands for no text by the schema; undefined where only an absent field does. */
function lackingText({ fields, text }: Proposal): JsonValue | undefined {
  const types = fields.find(({ name }) => name === text)?.types ?? [];
  if (types.length === 0 || types.includes('string')) return '';
  return types.includes('null') ? null : undefined;
}

function fieldLines(record: JsonObject): readonly string[] {
  const lines = Object.entries(record).flatMap(([name, value]) => yamlField(name, yamlValue(value)));
  return lines.length === 0 ? ['{}'] : lines;
}
