import { printable } from '../diagnostic/printable.ts';
import { workflowCommand, type AnnotationPlace } from '../diagnostic/workflow-command.ts';
import type { RunFinished, RunStarted } from '../run/events.ts';
import { placeOf, type Failures, type StepFailures } from './failures.ts';
import { formatAmount, formatCount } from './numbers.ts';
import { errorsPathOf } from './paths.ts';
import { clip } from './text.ts';

const longestMessage = 400;
const longestName = 60;

/** GitHub shows ten errors and ten warnings of a step of a job: these, and two that tell of the whole run. */
const groupsAtMost = 7;

/** Where GitHub shows annotations: paths are as seen from the repository's root. */
export interface GithubPlaces {
  /** The lines of the pipeline file in which its steps begin, by id. */
  readonly steps: { readonly [id: string]: AnnotationPlace };
  /** The input's file; absent where it is none. */
  readonly input?: string;
}

interface AnnotationInput {
  readonly started: RunStarted | undefined;
  readonly finished: RunFinished;
  readonly failures: Failures;
  readonly inputPath: string;
  readonly github: GithubPlaces;
}

/**
 * Workflow commands of GitHub Actions for how a run failed, a line each; empty when nothing did: records that failed
 * alike, beside the step that was at fault or the first of the rows that were; how many there were in all; and why the run
 * stopped.
 */
export function annotationsOf(input: AnnotationInput): string {
  const { started, finished, failures } = input;
  const { counts, reason } = finished;
  // Failures that `fail.error_rate` allows are no reason to fail the job.
  const level = finished.failed || finished.state !== 'completed' ? 'error' : 'warning';
  const title = `pipe run ${clip(started?.pipeline ?? '', longestName)}`.trimEnd();
  const commands = failures
    .ofSteps()
    .slice(0, groupsAtMost)
    .map((group) =>
      workflowCommand(level, { ...groupPlace(group, input), title: group.code }, groupText(group, input)),
    );
  if (counts.failed > 0) {
    const where = started?.folder === undefined ? '' : `, see ${errorsPathOf(started.folder)}`;
    const text = `${formatCount(counts.failed)} of ${formatAmount(counts.total, 'record')} failed${where}`;
    commands.push(workflowCommand(level, { title }, printable(text)));
  }
  if (reason !== undefined) {
    const left = `${formatCount(counts.pending)} of ${formatAmount(counts.total, 'record')} pending`;
    const text = `${finished.state}: ${clip(reason.message, longestMessage)}`;
    commands.push(workflowCommand('error', { title }, counts.pending > 0 ? `${text} (${left})` : text));
  }
  return commands.join('');
}

function groupPlace({ step, example }: StepFailures, { github }: AnnotationInput): AnnotationPlace {
  if (step !== null) return Object.hasOwn(github.steps, step) ? (github.steps[step] ?? {}) : {};
  return github.input === undefined ? {} : { file: github.input, line: example.file_line ?? example.line };
}

/** `12 records failed in the step translate: no whole answer within 60 s (rows.jsonl:9, key a-8)`. */
function groupText({ step, count, example }: StepFailures, { inputPath }: AnnotationInput): string {
  const where = step === null ? '' : ` in the step ${step}`;
  const first = `${count > 1 ? 'first ' : ''}${placeOf(example, inputPath)}, key ${clip(example.key, longestName)}`;
  const failed = `${formatAmount(count, 'record')} failed${where}`;
  return printable(`${failed}: ${clip(example.error.message, longestMessage)} (${first})`);
}
