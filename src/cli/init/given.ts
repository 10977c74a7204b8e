import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../../result.ts';
import { tasks, type Task } from '../../starter/tasks.ts';
import type { InitFlags } from './flags.ts';
import { refused } from './refused.ts';

/** What the flags say of the task. */
export interface Given {
  readonly task: Task | undefined;
  readonly details: readonly string[] | undefined;
}

/** `--facts` alone says that the task is to extract. Fails where two flags want two tasks, or a list is none. */
export function givenTask(flags: InitFlags): Result<Given, Diagnostic> {
  const named = flags.task === undefined ? undefined : tasks.get(flags.task);
  const owners = [...tasks.values()].filter(({ detail }) => detail && flags[detail.flag] !== undefined);
  const [owner, other] = owners;
  const task = named ?? owner;
  const stranger = owners.find((one) => one !== task) ?? other;
  if (task !== undefined && stranger?.detail !== undefined)
    return failure(contradiction(task, stranger, named));
  const typed = owner?.detail && flags[owner.detail.flag];
  if (owner?.detail === undefined || typed === undefined) return success({ task, details: undefined });
  const { flag, usual, shown, read } = owner.detail;
  const details = read(typed);
  if (details.ok) return success({ task, details: details.value });
  return failure(
    refused(`\`--${flag}\` cannot be taken: ${details.error}`, `such as --${flag} '${shown(usual)}'`),
  );
}

function contradiction(task: Task, stranger: Task, named: Task | undefined): Diagnostic {
  const own =
    named === undefined ? `\`--${task.detail?.flag}\` is of ${task.task}` : `the task is ${task.task}`;
  return refused(
    `${own}, but \`--${stranger.detail?.flag}\` is of ${stranger.task}`,
    `a first pipeline has one task: leave one of them out`,
  );
}
