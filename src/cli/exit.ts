import type { RunFinished, StopReason } from '../run/events.ts';

/** What the process says to the shell; the README's table explains each. */
export const exit = {
  success: 0,
  failures: 1,
  usage: 2,
  provider: 3,
  budget: 4,
  local: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

export function exitCodeOf(finished: RunFinished): ExitCode {
  if (finished.reason === undefined) return finished.failed ? exit.failures : exit.success;
  return exitCodeOfReason(finished.reason);
}

export function exitCodeOfReason({ kind }: Pick<StopReason, 'kind'>): ExitCode {
  switch (kind) {
    case 'provider':
      return exit.provider;
    case 'budget':
      return exit.budget;
    case 'local':
      return exit.local;
    case 'input':
      return exit.usage;
    case 'interrupted':
      return exit.interrupted;
    case 'failures':
      return exit.failures;
  }
}
