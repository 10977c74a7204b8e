import { pathWord } from '../diagnostic/command-words.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { CallError } from '../models/contract.ts';
import { unknownModelRemedy } from '../models/explain.ts';
import type { Plan } from '../plan.ts';
import type { Change } from './changes.ts';
import type { StopReason } from './events.ts';
import { errorCode, inWords } from './file-system.ts';
import { meantModel } from './meant-model.ts';

/** Why a run may stop. */

/** No further call to the model can succeed. `name`: what the file calls it, or the flag; `simulated`: the simulator refused it. */
export function refusedByProvider(
  { code, message }: Pick<CallError, 'code' | 'message'>,
  name: string,
  plan: Pick<Plan, 'overrides' | 'prices'>,
  simulated: boolean,
): StopReason {
  if (code === 'too_many_open_files') return { kind: 'local', code, message };
  if (code !== 'unknown_model') return { kind: 'provider', code, message };
  const meant = meantModel(name, plan.prices);
  const named = plan.overrides.includes(`--model ${name}`) ? '`--model`' : '`model.name`';
  const isFlag = named === '`--model`';
  const hint =
    meant === undefined
      ? `check ${isFlag ? named : '`model.name` and `model.base_url`'}`
      : `did you mean \`${meant}\` by ${named}?`;
  const [what = message] = message.split(unknownModelRemedy);
  if (!simulated) return { kind: 'provider', code, message: what, hint };
  // It knows but some of the models that there are.
  const standIn = 'if the name is right, a price for it under `prices` lets the simulator stand in for it';
  return {
    kind: 'provider',
    code,
    message: what,
    hint: `${hint}${meant === undefined ? ';' : ''} ${standIn}`,
  };
}

export const interrupted: StopReason = {
  kind: 'interrupted',
  code: 'interrupted',
  message: 'the run was interrupted',
};

/** By a signal that a system sends, not the user's keyboard. */
export const terminated: StopReason = {
  kind: 'interrupted',
  code: 'terminated',
  message: 'the run was told to end by SIGTERM',
};

export const hungUp: StopReason = {
  kind: 'interrupted',
  code: 'hung_up',
  message: 'the terminal of the run was closed',
};

export const outputClosed: StopReason = {
  kind: 'interrupted',
  code: 'output_closed',
  message: 'nobody reads the rows on stdout any more',
};

/** It was interrupted, and who was to read did not. */
export const outputUnread: StopReason = {
  kind: 'interrupted',
  code: 'output_unread',
  message: 'what the run wrote to stdout was not read to its end',
};

/** `name`: of the stream that was to be read along. */
export function outputFailed(name: string, error: unknown): StopReason {
  return { kind: 'local', code: 'output_failed', message: `${name} could not be written: ${inWords(error)}` };
}

export const abandoned: StopReason = {
  kind: 'interrupted',
  code: 'abandoned',
  message: 'nobody asked for the further events of the run',
};

/** What an input that comes once breaks off by when nothing is wrong with it itself: it has to come again, or from its beginning. */
const comesAgain = new Map([
  ['spool-incomplete', 'input_incomplete'],
  ['other-input', 'input_changed'],
]);

/** `why`: what the input says of it. */
export function inputBroken(
  taken: number,
  why: Pick<Diagnostic, 'message' | 'hint'> & { readonly code?: string },
): StopReason {
  const { code = '', hint } = why;
  const again = comesAgain.get(code);
  const brokeOff = `the input broke off after ${taken === 1 ? '1 record' : `${taken} records`}`;
  return {
    kind: 'input',
    code: again ?? 'input_broken',
    message: again === undefined ? `${brokeOff}: ${why.message}` : why.message,
    ...(hint !== undefined && { hint }),
  };
}

/** What is read once could not be kept for a resume. */
export function spoolFailed(message: string): StopReason {
  return { kind: 'local', code: 'spool_failed', message };
}

export function tooManyFailures(failures: number): StopReason {
  const message =
    failures === 1
      ? 'a record has failed, and the run was to stop at the first'
      : `${failures} records have failed, and the run was to stop at so many`;
  return { kind: 'failures', code: 'too_many_failures', message };
}

const anotherFolder = 'name a folder that is empty or does not exist';

export function folderInUse(path: string, held: 'run' | 'other'): StopReason {
  const what = held === 'run' ? 'holds a run already' : 'is not empty and holds no run';
  const message = `${path} ${what}, and a run overwrites nothing`;
  const hint = held === 'run' ? `go on with that one, or ${anotherFolder}` : anotherFolder;
  return { kind: 'input', code: 'run_dir_in_use', message, hint };
}

export function folderIsFile(path: string): StopReason {
  const message = `${path} is a file, and a run keeps a folder`;
  return { kind: 'input', code: 'run_dir_in_use', message, hint: anotherFolder };
}

/** What only an edited file can bring about. */
export function journalDisagrees(ended: number, came: number): StopReason {
  const message = `the journal tells of ${ended} records that have ended, and the input has ${came}; begin a new run`;
  return { kind: 'input', code: 'journal_damaged', message };
}

/** What a run is to go on with is not what it was begun with. */
export function runChanged(path: string, changes: readonly Change[]): StopReason {
  const shown = changes.slice(0, 5).map(({ message }) => message);
  const more = changes.length > 5 ? ` (and ${changes.length - 5} more)` : '';
  return {
    kind: 'input',
    code: 'run_changed',
    message: `the run in ${path} was begun with something else: ${shown.join('; ')}${more}`,
    hint: changes.some((change) => change.in === 'command')
      ? 'run it with the files and flags it was begun with, or in another `--run-dir`'
      : `go on with \`pipe resume ${pathWord(path)} --force\`, which asks again only what the change touches, or begin a new run`,
  };
}

/**
 * An input that comes once has come again, and is another; `why`: or could not be read. `isKept`: the run has its own copy of
 * what it was begun with.
 */
export function otherInput(
  path: string,
  input: string,
  { isKept, why }: { readonly isKept: boolean; readonly why?: string },
): StopReason {
  const same = isKept
    ? `\`pipe resume ${pathWord(path)}\` goes on with the run's own copy of it`
    : 'give it the same input again, from its beginning';
  return {
    kind: 'input',
    code: 'run_changed',
    message: why ?? `the run in ${path} was begun with something else: ${input} is not what it was`,
    hint: `${same}; another input wants another \`--run-dir\``,
  };
}

export function notWritten(path: string, error: unknown): StopReason {
  const message = `the run folder ${path} could not be written: ${inWords(error)}`;
  return { kind: 'local', code: 'run_folder_failed', message };
}

/** The remedy where no folder for a run can be made. */
export const elsewhere = 'run elsewhere, or name a folder by `--run-dir`';

/** What was thrown where nothing is expected: the system's refusal, or a mistake of ours. */
export function unexpected(error: unknown): StopReason {
  if (errorCode(error) === undefined) return internalError(error);
  return {
    kind: 'local',
    code: 'system_refused',
    message: `the system refused what a run needs: ${inWords(error)}`,
  };
}

/** Something was thrown that only a mistake of ours can throw. */
export function internalError(error: unknown): StopReason {
  const message = `a mistake in pipe itself, please report it: ${textOf(error)}`;
  return { kind: 'local', code: 'internal_error', message };
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
