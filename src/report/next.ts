import { pathWord } from '../diagnostic/command-words.ts';
import type { RunFinished, RunStarted, StopReason } from '../run/events.ts';
import type { ReplayReport } from '../run/totals.ts';
import { outputUnread } from '../run/reasons.ts';
import type { Failures } from './failures.ts';
import { largerThan, telling } from './larger-budget.ts';
import { formatAmount, formatCount } from './numbers.ts';
import { outputUnwritable } from './paths.ts';

/** What there is to do after a run. */
export interface Next {
  /** Words of a command line, ready for a shell; none where no command would help. */
  readonly command: readonly string[];
  /** What the command does or, without one, what to do. */
  readonly effect: string;
}

export interface NextInput {
  readonly started: Pick<RunStarted, 'folder' | 'total'> | undefined;
  readonly finished: Pick<
    RunFinished,
    'state' | 'reason' | 'counts' | 'usage' | 'budget' | 'replay' | 'unwritten'
  >;
  readonly failures: Failures;
  readonly inputPath: string;
  /** The file of `--output`; `-` for stdout, which a run does not remember. */
  readonly outputPath?: string;
  /** What the user types to start pipe, such as `npx pipe`; default: `pipe`. */
  readonly command?: string;
  readonly anew?: Anew;
}

/** How the run would be begun once more. */
export interface Anew {
  /** In another folder, with a model that the server knows, where the flag or a name near the wrong one tells it. */
  readonly otherModel: Next;
  /** Recording in the place of replaying; undefined where no single file is replayed. */
  readonly recording?: readonly string[];
  /**
   * Gone on with in the same folder, given the whole of an input that comes once; undefined where the folder keeps all of
   * it, so that a resume needs no more.
   */
  readonly wholeInput?: (folder: string) => readonly string[] | undefined;
}

/** How to finish what the run has left to do; undefined where that is nothing, or nothing was kept of it. */
export function nextOf(input: NextInput): Next | undefined {
  const { started, finished, failures, inputPath, outputPath, command = 'pipe', anew } = input;
  if (started?.folder === undefined || finished.unwritten?.gone === true) return undefined;
  const { reason, counts } = finished;
  if (finished.state === 'completed' && finished.replay !== undefined)
    return afterReplay(finished.replay, anew);
  // A resume keeps the model.
  if (finished.reason?.code === 'unknown_model' && anew !== undefined) return anew.otherModel;
  const alike = failures.alike();
  const atFault = Math.min(alike.count, counts.failed);
  const withInput = finished.state === 'completed' ? undefined : anew?.wholeInput?.(started.folder);
  const isToStdout = outputPath === '-';
  const rest = restInWords(finished, started.total, { isCut: withInput !== undefined, isToStdout });
  const steps = [
    ...rest,
    ...(counts.failed > atFault
      ? [`runs the ${inWords(counts.failed, 'failed', rest.length > 0 ? 'one' : 'record')} again`]
      : []),
  ];
  const resume = [`${command} resume`, pathWord(started.folder), ...(isToStdout ? ['--output -'] : [])];
  if (steps.length === 0)
    return atFault === 0 ? undefined : correct(atFault, alike.inSteps > 0, inputPath, resume);
  const cut = Math.min(alike.cut, counts.failed - atFault);
  if (finished.state === 'completed' && cut === counts.failed) return raise(counts, resume);
  const larger = reason?.kind === 'budget' ? largerThan(finished, started.total) : [];
  const isMoved = reason?.code === 'model_moved';
  // What is corrected is another pipeline.
  const wrong = wrongSettings.get(reason?.code ?? '');
  if (wrong !== undefined && withInput !== undefined)
    return { command: [], effect: `${wrong.mend}, and run the whole input into another folder` };
  // What is corrected is another input.
  const isCutOrWrong = withInput !== undefined && reason?.code === 'input_broken';
  const effect = [
    steps.join(' and '),
    ...(withInput === undefined ? [] : ['given the whole input from its beginning']),
    ...(isCutOrWrong ? ['if it was cut off'] : []),
    ...(larger.length > 0 ? ['with a larger budget'] : []),
    ...(isMoved ? ['whichever model answers'] : []),
    ...(wrong === undefined ? [] : [`once ${wrong.mended}`]),
    ...(wrong === undefined && hasToGo(reason, withInput !== undefined) ? ['once the reason is gone'] : []),
  ].join(', ');
  return {
    command: isMoved
      ? withoutLock(resume, withInput)
      : wrong === undefined
        ? replaced(withInput ?? resume, larger)
        : [...resume, '--force'],
    effect: [
      effect,
      ...(isCutOrWrong ? ['if it has to be corrected, run the corrected one into another folder'] : []),
      ...(atFault === 0 ? [] : [failAlike(atFault, alike.inSteps > 0)]),
      ...(cut === 0
        ? []
        : [
            `${formatAmount(cut, 'answer')} will be cut off alike until \`max_tokens\` is raised, with \`--force\``,
          ]),
      // A few calls say little of what many records take.
      ...(larger.length > 0 && counts.total === counts.pending && counts.pending > telling
        ? [`no record has ended yet: \`${command} plan\` reckons what all of them take`]
        : []),
    ].join('; '),
  };
}

/** What has to be otherwise before any call can succeed, in the file or by it. */
const wrongSettings: ReadonlyMap<string, { readonly mend: string; readonly mended: string }> = new Map([
  ['redirected', { mend: 'correct `model.base_url`', mended: '`model.base_url` is corrected' }],
  ['tool_not_ready', { mend: 'install or correct the tool', mended: 'the tool is installed or corrected' }],
  ['key_required', { mend: 'set `model.api_key_env`', mended: '`model.api_key_env` is set' }],
]);

/** A replay comes to the same each time: to run it again is of no use. */
function afterReplay({ misses }: ReplayReport, anew: Anew | undefined): Next | undefined {
  if (misses === 0) return undefined;
  const what = misses === 1 ? 'the call that was' : `the ${formatCount(misses)} calls that were`;
  if (anew?.recording !== undefined)
    return { command: anew.recording, effect: `asks the model, and records ${what} never recorded` };
  return { command: [], effect: `record ${what} never recorded: run it with --record in place of --replay` };
}

/** What was not run at all. Where the number of records is not known, more may come than is pending. */
function restInWords(
  { state, reason, counts: { pending } }: NextInput['finished'],
  total: number | null,
  { isCut, isToStdout }: { readonly isCut: boolean; readonly isToStdout: boolean },
): readonly string[] {
  if (state === 'completed') return [];
  const records = pending === 0 ? [] : [`the ${inWords(pending, 'pending', 'record')}`];
  const isUnread = reason?.code === outputUnread.code;
  const isLost = isUnread || reason?.code === outputUnwritable;
  const rest = total === null && !(isLost && !isCut) ? ['the rest of the input'] : [];
  const what = [...records, ...rest].join(' and ');
  if (what !== '') return [`goes on with ${what}`];
  // All records are through, but what they came to is not where it belongs.
  if (isUnread) return isToStdout ? ['writes the rows to stdout again'] : [];
  return reason?.kind === 'local' ? ['writes what could not be written'] : [];
}

/** `failed record`, `12 failed records`. */
function inWords(count: number, which: string, noun: string): string {
  return count === 1 ? `${which} ${noun}` : `${formatCount(count)} ${which} ${noun}s`;
}

/** To run these again would come to the same. */
function failAlike(rows: number, inSteps: boolean): string {
  if (inSteps)
    return rows === 1
      ? '1 row fails alike until it, or the pipeline, is corrected'
      : `${formatCount(rows)} rows fail alike until they, or the pipeline, are corrected`;
  return rows === 1
    ? '1 row is at fault itself and will fail again'
    : `${formatCount(rows)} rows are at fault themselves and will fail again`;
}

/**
 * An input or a pipeline that has changed is resumed only where that is said; an input that came by stdin is kept as it
 * came.
 */
function correct(rows: number, inSteps: boolean, inputPath: string, resume: readonly string[]): Next {
  const isOnce = inputPath === '-';
  const [failed, fault, them, they] =
    rows === 1
      ? ['the failed row', 'is at fault itself', 'it', 'it is']
      : [`the ${formatCount(rows)} failed rows`, 'are at fault themselves', 'them', 'they are'];
  if (isOnce && !inSteps)
    return { command: [], effect: `${failed} ${fault}: correct ${them} at the source, and run ${them} anew` };
  const again = `runs ${failed} again`;
  const atSource = `or run ${them} anew, corrected at the source`;
  return {
    command: [...resume, '--force'],
    effect: inSteps
      ? `${again}, which will fail alike as ${they}: correct ${isOnce ? `the pipeline first, ${atSource}` : `${them} in ${inputPath}, or the pipeline, first`}`
      : `${again}, which ${fault}: correct ${them} in ${inputPath} first`,
  };
}

/** To ask for the same length again would be paid for the same cut. */
function raise({ failed, succeeded }: NextInput['finished']['counts'], resume: readonly string[]): Next {
  const whose = failed === 1 ? 'whose answer' : 'whose answers';
  // Other parameters are another request, so what has been answered is asked as well.
  const more = succeeded === 0 ? '' : `, which asks for the ${formatCount(succeeded)} others anew as well`;
  return {
    command: [...resume, '--force'],
    effect: `runs the ${inWords(failed, 'failed', 'record')} again, ${whose} will be cut off alike: raise \`max_tokens\` first${more}`,
  };
}

/** Whether the same would stop the run at once: an interrupt is over, and a budget or a lock is seen to by the command. */
function hasToGo(reason: StopReason | undefined, isInputGiven: boolean): boolean {
  if (reason === undefined || reason.code === 'model_moved') return false;
  return ['provider', 'local', ...(isInputGiven ? [] : ['input'])].includes(reason.kind);
}

/** The model that answers now is another than the one of the lock. */
function withoutLock(resume: readonly string[], withInput: readonly string[] | undefined): readonly string[] {
  return withInput?.filter((word) => word !== '--locked') ?? [...resume, '--no-locked'];
}

/** Flags in place of those of the same name, or at the end. */
function replaced(words: readonly string[], flags: readonly string[]): readonly string[] {
  const named = (word: string) => word.slice(0, word.search(/[^ =]*$/));
  const names = new Set(flags.map(named));
  return [...words.filter((word) => !names.has(named(word))), ...flags];
}
