import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { didYouMean } from '../../diagnostic/suggest.ts';
import { failure, success, type Result } from '../../result.ts';
import { exampleProposal } from '../../starter/example.ts';
import { propose, type Proposal } from '../../starter/proposal.ts';
import type { RecordSurvey } from '../../starter/survey.ts';
import { starterModel, type Task } from '../../starter/tasks.ts';
import type { Terminal } from '../terminal.ts';
import type { InitFlags } from './flags.ts';
import { givenTask, type Given } from './given.ts';
import {
  detailsOf,
  detailsQuestion,
  modelQuestion,
  noRows,
  rowsQuestion,
  taskOf,
  taskQuestion,
  textQuestion,
} from './open-questions.ts';
import type { Question, Questions } from './questions.ts';
import { refused } from './refused.ts';
import { dataFiles, surveyOf } from './rows.ts';
import { nameQuestion } from './targets.ts';

/** What the pipeline is to be made of. */
export interface Choices {
  /** Of the pipeline or its file, as it was given; undefined: it is named after the rows. */
  readonly name: string | undefined;
  /** As it was given; undefined: example rows are written. */
  readonly input: string | undefined;
  readonly survey: RecordSurvey | undefined;
  readonly task: Task;
  /** Whether the user has chosen it, by a flag or on the terminal. */
  readonly isTaskChosen: boolean;
  readonly details: readonly string[];
  /** Where these come from: the user, a column, or nowhere, so that they are to be edited. */
  readonly origin: 'user' | 'example' | { readonly column: string };
  readonly proposal: Proposal;
  readonly model: string;
}

interface Asking {
  readonly terminal: Terminal;
  readonly name: string | undefined;
  readonly flags: InitFlags;
  /** Absent where nobody is to be asked: what is proposed holds then. */
  readonly questions: Questions | undefined;
}

/** A question, by what it is about. */
interface Open {
  readonly about: string;
  readonly question: Question;
}

type Answers = ReadonlyMap<string, string>;

/** What the flags say, what the user answers, and what is usual. `broken-off`: the user wants nothing to be written. */
export async function choose(asking: Asking): Promise<Result<Choices, Diagnostic | 'broken-off'>> {
  const { questions, flags, terminal } = asking;
  const given = givenTask(flags);
  if (!given.ok) return given;
  const surveys = new Map<string, ReturnType<typeof surveyOf>>();
  const survey = (path: string) => {
    const known = surveys.get(path) ?? surveyOf(terminal, path);
    surveys.set(path, known);
    return known;
  };
  const answers = new Map<string, string>();
  // What was typed before the user went back, to be proposed again.
  const typed = new Map<string, string>();
  for (;;) {
    const next = await furtherWith(answers, asking, given.value, survey);
    if (!next.ok) return next;
    if (!('question' in next.value)) return success(next.value);
    const { about, question } = next.value;
    if (questions === undefined) {
      answers.set(about, question.proposed);
      continue;
    }
    const answer = await questions.ask(await withTyped(question, typed.get(about)));
    if (answer.ok) {
      answers.set(about, answer.value);
      if (answer.value !== question.proposed) typed.set(about, answer.value);
      continue;
    }
    if (answer.error === 'broken-off') return failure(answer.error);
    const last = [...answers.keys()].at(-1);
    if (last === undefined) questions.say('  this is the first question');
    else answers.delete(last);
  }
}

async function withTyped(question: Question, typed: string | undefined): Promise<Question> {
  if (typed === undefined || (await question.wrong(typed)) !== undefined) return question;
  const { note: _, ...others } = question;
  return { ...others, proposed: typed };
}

/** The first question that neither a flag nor an answer has closed, or else what comes of them all. */
async function furtherWith(
  answers: Answers,
  { terminal, name, flags, questions }: Asking,
  given: Given,
  surveyOfPath: (path: string) => ReturnType<typeof surveyOf>,
): Promise<Result<Choices | Open, Diagnostic>> {
  const isAsked = questions !== undefined;
  const path = flags.input ?? answers.get('rows');
  if (path === undefined && isAsked)
    return success(open('rows', rowsQuestion((await dataFiles(terminal.cwd))[0], surveyOfPath)));
  const input = path === undefined || (flags.input === undefined && path === noRows) ? undefined : path;
  const surveyed = input === undefined ? success(undefined) : await surveyOfPath(input);
  if (!surveyed.ok) return surveyed;
  const survey = surveyed.value;
  const proposed = proposalFor(input, survey, flags.text);
  if (!proposed.ok) return proposed;
  const renamed = answers.get('name');
  const rename =
    renamed === undefined && isAsked && flags.force !== true
      ? await nameQuestion(terminal.cwd, name, input)
      : undefined;
  if (rename !== undefined) return success(open('name', rename));
  const task = given.task ?? taskOf(answers.get('task'));
  if (task === undefined) return success(open('task', taskQuestion(proposed.value)));
  const text = flags.text ?? answers.get('text');
  if (text === undefined && isAsked && proposed.value.texts.length > 1)
    return success(open('text', textQuestion(proposed.value)));
  const proposal = survey === undefined ? proposed.value : (propose(survey, text) ?? proposed.value);
  const { detail } = task;
  const question = detail && detailsQuestion(detail, proposal);
  const about = `details of ${task.task}`;
  const answer = answers.get(about);
  if (question !== undefined && given.details === undefined && answer === undefined)
    return success(open(about, question));
  const model = flags.model ?? answers.get('model');
  if (model === undefined && isAsked) return success(open('model', modelQuestion()));
  return success({
    name: renamed ?? name,
    input,
    survey,
    task,
    isTaskChosen: given.task !== undefined || isAsked,
    details: given.details ?? detailsOf(detail, answer),
    origin:
      answer === undefined || answer !== question?.proposed ? 'user' : originOf(task, proposal, isAsked),
    proposal,
    model: model ?? starterModel,
  });
}

function open(about: string, question: Question): Open {
  return { about, question };
}

function proposalFor(
  input: string | undefined,
  survey: RecordSurvey | undefined,
  text: string | undefined,
): Result<Proposal, Diagnostic> {
  const proposal = survey === undefined ? exampleProposal : propose(survey, text);
  if (proposal === undefined)
    return failure(refused(`\`${input}\` has no field that a prompt could read`, 'check its first rows'));
  if (text === undefined || proposal.text === text) return success(proposal);
  const names = survey === undefined ? proposal.texts : proposal.fields.map(({ name }) => name);
  const meant = didYouMean(text, names);
  const hint =
    meant === undefined
      ? `it has ${names.map((name) => `\`${name}\``).join(', ')}`
      : `did you mean \`${meant}\`?`;
  return failure(refused(`${input ?? 'the example'} has no field of texts \`${text}\``, hint));
}

/** An example that was proposed, and taken, is the user's choice. */
function originOf({ detail }: Task, { labels }: Proposal, isAsked: boolean): Choices['origin'] {
  if (detail?.flag !== 'labels' || labels === undefined) return isAsked ? 'user' : 'example';
  return labels.column === undefined ? 'user' : { column: labels.column };
}
