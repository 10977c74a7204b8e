import { readsTexts, type Proposal, type ProposedField } from './proposal.ts';
import type { TaskStep } from './tasks.ts';
import { commentText, fieldPath, yamlField, yamlTemplate, yamlText, yamlTypes } from './yaml-words.ts';

export interface PipelineTextInput {
  readonly name: string;
  /** What editors take the format's schema from. */
  readonly schemaPath: string;
  readonly model: string;
  /** The file of the records, for comments. */
  readonly rows: string;
  /** How many of them the proposal was made from, in words. */
  readonly seen: string;
  readonly proposal: Proposal;
  readonly step: TaskStep;
}

/** Of more fields, a result row has the key and the text alone. */
const mostCarried = 8;

/** A first pipeline as YAML, with comments where they teach. */
export function pipelineText(input: PipelineTextInput): string {
  const { name, schemaPath, model, step, proposal } = input;
  const lines = [
    `# yaml-language-server: $schema=${schemaPath}`,
    'version: 1',
    `name: ${yamlText(name)}`,
    '',
    ...(step.vars.length === 0 ? [] : ['vars:', ...indented(step.vars, 2), '']),
    'input:',
    ...indented(inputLines(input), 2),
    '',
    'model:',
    `  name: ${yamlText(model)}`,
    '  temperature: 0',
    '  max_tokens: 300 # the longest answer',
    '',
    '# budget: { usd: 5 } # what a run may cost at most, resumes included',
    '',
    'steps: # a step may read the output of another: {{steps.<id>.output}}',
    `  ${step.id}:`,
    ...indented(step.lines, 4),
    '',
    'output: # a result row; `default` stands for what a record may lack',
    ...indented(outputLines(proposal, step), 2),
  ];
  return `${lines.join('\n')}\n`;
}

function inputLines({ proposal, rows, seen }: PipelineTextInput): readonly string[] {
  const { key, textMayLack, fields, open } = proposal;
  const required = fields.filter((field) => field.required).map(({ name }) => yamlText(name));
  return [
    ...(key === undefined
      ? ['# key: id # a field that names a record; without it, a hash of the record does']
      : [`key: ${yamlText(key)} # names a record in results, errors and diffs`]),
    ...(textMayLack
      ? [`when: ${yamlTemplate(guardOf(proposal))} # some records have no text: they are skipped`]
      : []),
    `schema: # of a record, proposed from ${commentText(seen)} of ${commentText(rows)}: mend what it has guessed wrong`,
    '  type: object',
    ...(required.length === 0 ? [] : [`  required: [${required.join(', ')}]`]),
    '  properties:',
    ...indented(
      fields.flatMap((field) => yamlField(field.name, fieldSchema(field))),
      4,
    ),
    ...(open ? ['  additionalProperties: true # there are more fields than are listed here'] : []),
  ];
}

/** A prompt of white space alone says as little as none. */
function guardOf(proposal: Proposal): string {
  const text = `(default ${fieldPath(proposal.text)} '')`;
  return `{{ne ${readsTexts(proposal) ? `(trim ${text})` : text} ''}}`;
}

function fieldSchema({ types, filled }: ProposedField): string {
  if (types.length === 0) return '{}';
  const type = `type: ${yamlTypes(types)}`;
  return filled && types.join('') === 'string' ? `{ ${type}, minLength: 1 }` : `{ ${type} }`;
}

function outputLines(proposal: Proposal, step: TaskStep): readonly string[] {
  const { ofRecord, ofAnswer } = resultColumns(proposal, step);
  const columns = [...ofRecord.map((name) => [name, optional(name, proposal.fields)] as const), ...ofAnswer];
  return columns.flatMap(([name, template]) => yamlField(name, yamlTemplate(template)));
}

export interface ResultColumns {
  /** Fields that are carried over, under their names. */
  readonly ofRecord: readonly string[];
  /** What the answer adds, in the step's order, each with its template. */
  readonly ofAnswer: readonly (readonly [string, string])[];
}

/** The record's fields and the answer's, none twice. */
export function resultColumns({ fields, key, text }: Proposal, { results }: TaskStep): ResultColumns {
  const names = fields.map(({ name }) => name).filter((name) => !/[[\]\p{Cc}]/u.test(name));
  const carried = names.length <= mostCarried ? names : names.filter((name) => name === key || name === text);
  const free = (name: string): string => (carried.includes(name) ? free(`answer_${name}`) : name);
  return { ofRecord: carried, ofAnswer: results.map(([name, template]) => [free(name), template] as const) };
}

/** A field that a record may lack would fail it. Of a field of texts alone, an empty one stays what it is. */
function optional(name: string, fields: readonly ProposedField[]): string {
  const path = fieldPath(name);
  const field = fields.find((one) => one.name === name);
  if (field?.required === true) return `{{${path}}}`;
  return `{{default ${path} ${field?.types.join('') === 'string' ? "''" : 'null'}}}`;
}

export function indented(lines: readonly string[], columns: number): readonly string[] {
  return lines.map((line) => ' '.repeat(columns) + line);
}
