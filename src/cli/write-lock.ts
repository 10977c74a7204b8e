import { pathWord } from '../diagnostic/command-words.ts';
import { shownPath } from '../diagnostic/placed.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { KnownRun, Learned } from '../lockfile/learn.ts';
import type { Lock } from '../lockfile/lock.ts';
import type { Plan } from '../plan.ts';
import { failure, success, type Result } from '../result.ts';
import { count } from './check-records.ts';
import { knownRuns } from './known-runs.ts';
import type { Terminal } from './terminal.ts';

/** Writes the lock of a plan beside its file; what there is to say of it. `chosen`: the run that tells who answers. */
export async function writeLock(
  terminal: Terminal,
  plan: Plan,
  chosen: KnownRun | undefined,
): Promise<Result<readonly string[], readonly Diagnostic[]>> {
  const [
    { learnModels, isMadeUp, isOf, tellsOf, whyUntold },
    { lockOf, lockPathOf },
    { formatLock },
    { readLock, notOurs },
    { driftsOf },
  ] = await Promise.all([
    import('../lockfile/learn.ts'),
    import('../lockfile/lock.ts'),
    import('../lockfile/text.ts'),
    import('../lockfile/read.ts'),
    import('../lockfile/drift.ts'),
  ]);
  const [pipeline] = plan.files;
  if (pipeline === undefined) throw new Error('a pipeline file is no file of its plan');
  const path = lockPathOf(pipeline.path);
  const shown = shownPath(path, terminal.cwd);
  const foreign = await notOurs(pipeline.path, shown);
  if (foreign !== undefined) return failure([foreign]);
  const untold = chosen && whyUntold(plan, chosen[1]);
  if (chosen !== undefined && untold !== undefined) {
    return failure([untellingRun(shownPath(chosen[0], terminal.cwd), shown, untold)]);
  }

  const read = await readLock(pipeline.path, shownPath(pipeline.path, terminal.cwd));
  const newer = read.ok ? undefined : read.error.find(({ code }) => code === 'newer-lock');
  if (newer !== undefined) return failure([newer]);
  const before = read.ok ? read.value : undefined;
  const kept = chosen === undefined ? await knownRuns(terminal.cwd, (run) => isOf(plan, run)) : [chosen];
  const runs = chosen === undefined ? kept.filter(([, run]) => tellsOf(plan, run)) : kept;
  const onlyMadeUp = kept.length > 0 && kept.every(([, run]) => isMadeUp(run));
  const learned = learnModels(plan, runs);
  // All that could tell asked somebody else than the pipeline says.
  const elsewhere = runs.length > 0 ? undefined : kept.find(([, run]) => !isMadeUp(run));
  const toldElsewhere = learnModels(plan, elsewhere === undefined ? [] : [elsewhere]);
  // What nobody here has asked since was known to whoever wrote the lock.
  const knownBefore = (identity: string) => before?.lock.models[identity]?.resolved ?? null;
  const now = lockOf(plan, (identity) => learned.get(identity)?.resolved ?? knownBefore(identity));
  const text = formatLock(now);
  const models = modelLines(now, before?.lock, { learned, onlyMadeUp, toldElsewhere }, terminal.cwd);
  const pinned = `${count(Object.keys(now.files).length, 'file')}, ${count(models.length, 'model')}`;
  if (before?.source.text === text) return success([`${shown}: nothing has changed, ${pinned}`, ...models]);

  const { replaceFile } = await import('../records/replace-file.ts');
  const failed = await replaceFile(path, pieces(text), false, { permissions: { mode: 0o666 } });
  if (failed !== undefined) return failure([failed]);
  const drifts = before === undefined ? [] : driftsOf(before, plan);
  const changes = drifts.filter(({ severity }) => severity === 'error').map(({ message }) => `  ${message}`);
  return success([`${shown}: written, ${pinned}`, ...models, ...changes]);
}

interface Known {
  readonly learned: ReadonlyMap<string, Learned>;
  /** Whether there are runs of the pipeline, and no model has answered any. */
  readonly onlyMadeUp: boolean;
  /** What the newest run says that asked another server; empty where one asked that of the pipeline. */
  readonly toldElsewhere: ReadonlyMap<string, Learned>;
}

function untellingRun(run: string, lock: string, why: string): Diagnostic {
  const message = `\`${run}\` does not tell who answers for ${lock}: ${why}`;
  return { severity: 'error', code: 'no-run', message, hint: untellingHint };
}

const untellingHint = 'name a run of this pipeline that a provider has answered';

function modelLines(
  now: Lock,
  before: Lock | undefined,
  { learned, onlyMadeUp, toldElsewhere }: Known,
  cwd: string,
): readonly string[] {
  return Object.entries(now.models).map(([identity, { resolved }]) => {
    const other = toldElsewhere.get(identity)?.run;
    if (resolved === null && other !== undefined) {
      const run = shownPath(other, cwd);
      return `  ${identity}: which model answers is not known: the newest real run, ${run}, asked another server; \`--from ${pathWord(run)}\` takes it from there all the same`;
    }
    if (resolved === null) {
      const but = onlyMadeUp ? ' (simulated and replayed ones do not count)' : '';
      return `  ${identity}: which model answers is not known before a run${but}; lock it again after one`;
    }
    const run = learned.get(identity)?.run;
    const was = before?.models[identity]?.resolved ?? resolved;
    const source = run === undefined ? 'as it was locked before' : `in ${shownPath(run, cwd)}`;
    return `  ${identity}: answered by ${resolved}${was === resolved ? '' : `, no longer by ${was}`} ${source}`;
  });
}

async function* pieces(text: string): AsyncIterable<string> {
  yield text;
}
