import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { RecordSource } from '../../records/open.ts';
import { failure, success, type Result } from '../../result.ts';
import { exampleProposal } from '../../starter/example.ts';
import { propose, type Proposal } from '../../starter/proposal.ts';
import { surveyRecords, type RecordSurvey } from '../../starter/survey.ts';
import { tasks, type Task } from '../../starter/tasks.ts';
import { openInput } from '../prepare.ts';
import type { Terminal } from '../terminal.ts';
import type { InitFlags } from './flags.ts';
import type { Questions } from './questions.ts';

/** What the pipeline is to be made of. */
export interface Choices {
  /** As it was given; undefined: example rows are written. */
  readonly input: string | undefined;
  readonly survey: RecordSurvey | undefined;
  readonly task: Task;
  readonly details: readonly string[];
  readonly proposal: Proposal;
  readonly model: string;
}

interface Asking {
  readonly terminal: Terminal;
  readonly flags: InitFlags;
  /** Absent where nobody is to be asked: what is proposed holds then. */
  readonly questions: Questions | undefined;
}

/** What the flags say, what the user answers, and what is usual. `broken-off`: the user wants nothing to be written. */
export async function choose(asking: Asking): Promise<Result<Choices, Diagnostic | 'broken-off'>> {
  const { flags, questions } = asking;
  const rows = await chooseRows(asking);
  if (!rows.ok) return rows;
  const { input, survey } = rows.value;
  const task = await chooseTask(flags, questions);
  if (task === undefined) return failure('broken-off');
  const first = survey === undefined ? exampleProposal : propose(survey, flags.text);
  if (first === undefined)
    return failure(refused(`\`${input}\` has no field that a prompt could read`, 'check its first rows'));
  const text = await chooseText(first, asking);
  if (text === undefined) return failure('broken-off');
  const proposal = survey === undefined ? first : (propose(survey, text) ?? first);
  const details = await chooseDetails(task, proposal, asking);
  if (details === undefined) return failure('broken-off');
  const { starterModel } = await import('../../starter/tasks.ts');
  const model =
    flags.model ?? (questions ? await questions.ask('Model', starterModel, () => undefined) : starterModel);
  if (model === undefined) return failure('broken-off');
  return success({ input, survey, task, details, proposal, model });
}

interface Rows {
  readonly input: string | undefined;
  readonly survey: RecordSurvey | undefined;
}

const noRows = 'example rows';

async function chooseRows({
  terminal,
  flags,
  questions,
}: Asking): Promise<Result<Rows, Diagnostic | 'broken-off'>> {
  if (flags.input !== undefined || questions === undefined)
    return flags.input === undefined
      ? success({ input: undefined, survey: undefined })
      : surveyOf(terminal, flags.input);
  let found: Result<Rows, Diagnostic> = success({ input: undefined, survey: undefined });
  const proposed = (await dataFiles(terminal.cwd))[0] ?? noRows;
  const answer = await questions.ask('Your rows (CSV, TSV, JSONL or JSON)', proposed, async (path) => {
    if (path === noRows) return undefined;
    found = await surveyOf(terminal, path);
    return found.ok ? undefined : found.error.message;
  });
  return answer === undefined ? failure('broken-off') : found;
}

async function surveyOf(terminal: Terminal, path: string): Promise<Result<Rows, Diagnostic>> {
  if (path === '-')
    return failure(refused('`--input -` comes once, and the pipeline is run later', 'name a file'));
  const opened: Result<RecordSource, Diagnostic> = await openInput(terminal, path, {});
  if (!opened.ok) return opened;
  const survey = await surveyRecords(opened.value);
  await opened.value.close();
  if (!survey.ok) return survey;
  if (survey.value.fields.length === 0)
    return failure(refused(`\`${path}\` has no record with a field`, 'name a file with some rows'));
  return success({ input: path, survey: survey.value });
}

/** Files beside which a pipeline is wanted, most likely. */
async function dataFiles(cwd: string): Promise<readonly string[]> {
  const names = await readdir(cwd).catch(() => []);
  return names.filter((name) => /\.(?:csv|tsv|jsonl|ndjson)(?:\.gz)?$/i.test(name)).toSorted();
}

async function chooseTask(flags: InitFlags, questions: Questions | undefined): Promise<Task | undefined> {
  const named = (name: string) => tasks.get(name);
  const usual = [...tasks.values()][0];
  if (flags.task !== undefined) return named(flags.task);
  if (questions === undefined || usual === undefined) return usual;
  const answer = await questions.ask(
    `What is the model to do?\n${[...tasks.values()]
      .map(({ task, description }) => `  ${task.padEnd(10)}${description}\n`)
      .join('')}Task`,
    usual.task,
    (task) => (tasks.has(task) ? undefined : `choose one of ${[...tasks.keys()].join(', ')}`),
  );
  return answer === undefined ? undefined : named(answer);
}

async function chooseText(
  { text, texts }: Proposal,
  { flags, questions }: Asking,
): Promise<string | undefined> {
  if (flags.text !== undefined || questions === undefined || texts.length < 2) return text;
  const { printable } = await import('../../diagnostic/printable.ts');
  const shown = texts.slice(0, 6).map((name) => printable(name));
  return questions.ask(`Which field is the text (${shown.join(', ')})`, text, (name) =>
    texts.includes(name) ? undefined : 'the rows have no such field of texts',
  );
}

async function chooseDetails(
  { detail }: Task,
  { labels }: Proposal,
  { flags, questions }: Asking,
): Promise<readonly string[] | undefined> {
  if (detail === undefined) return [];
  const given = { labels: flags.labels, facts: flags.facts, language: flags.language }[detail.flag];
  const usual = (detail.flag === 'labels' ? labels : undefined) ?? detail.usual;
  if (given !== undefined || questions === undefined) return given === undefined ? usual : parts(given);
  const answer = await questions.ask(detail.question, usual.join(', '), (text) =>
    parts(text).length === 0 ? 'name one at least' : undefined,
  );
  return answer === undefined ? undefined : parts(answer);
}

/** What stands between commas, each once. */
export function parts(text: string): readonly string[] {
  const all = text.split(',').map((part) => part.trim());
  return [...new Set(all)].filter((part) => part !== '');
}

/** A name that folders of runs can have. */
export function nameFor(path: string): string {
  const bare = basename(path).replace(/(?:\.[A-Za-z0-9]+){0,2}$/, '');
  const safe = bare
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  return safe === '' ? 'pipeline' : safe;
}

function refused(message: string, hint: string): Diagnostic {
  return { severity: 'error', code: 'usage', message, hint };
}
