import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';
import type { Columns } from '../pipeline/columns.ts';
import type { Plan } from '../plan.ts';
import type { RecordSource } from '../records/open.ts';
import type { TestFiles } from '../testing/files.ts';
import { checkRecords, count, fieldsOf } from './check-records.ts';
import { checkTests, hasTests } from './check-tests.ts';
import { inputHint, isNamedLikeRows } from './excess-hint.ts';
import { filesFolder, refusedFiles } from './image-folder.ts';
import { headerOf, load, openInput, type PipelineFlags } from './prepare.ts';
import type { Terminal } from './terminal.ts';

export interface CheckFlags extends PipelineFlags {
  readonly locked?: boolean;
}

/** What came of a check. */
export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** A line for each pipeline that has no mistake. */
  readonly sound: readonly string[];
  /** Every path that was looked at, absolute, those included where nothing is: for who waits for a change. */
  readonly paths: readonly string[];
}

interface Input {
  readonly source: RecordSource;
  /** The fields that its records have, as far as that can be told. */
  readonly columns: Columns | undefined;
}

/** Checks pipelines with their tests, and the input against each of them. */
export async function checkFiles(
  terminal: Terminal,
  files: readonly string[],
  flags: CheckFlags,
): Promise<Checked> {
  const { cwd } = terminal;
  const opened =
    (await refusedFiles(flags)) ??
    (flags.input === undefined ? undefined : await openInput(terminal, flags.input, flags));
  const source = opened?.ok === true ? opened.value : undefined;
  const paths = new Set<string>(flags.input === undefined ? [] : [resolve(cwd, flags.input)]);
  if (source?.replayable === false && files.length > 1) {
    await source.close();
    const message = `${source.path} can be read only once`;
    const hint = 'check one pipeline against it, or name a file';
    return { diagnostics: [{ severity: 'error', code: 'usage', message, hint }], sound: [], paths: [] };
  }
  const diagnostics: Diagnostic[] = opened?.ok === false ? [opened.error] : [];
  const columns = source && (headerOf(source) ?? (await fieldsOf(source)));
  const sound: string[] = [];
  const { possibleTestFiles, testFilesOf, withoutPipeline } = await import('../testing/files.ts');
  const checked = new Set<string>();
  for (const file of files) {
    if (flags.input === undefined && isNamedLikeRows(file)) {
      diagnostics.push(rowsForPipeline(file));
      paths.add(resolve(cwd, file));
      continue;
    }
    const found = await testFilesOf(file, cwd);
    // A pipeline and its tests are checked together, whichever of them is named.
    if (checked.has(found.pipeline)) continue;
    checked.add(found.pipeline);
    for (const path of [found.pipeline, ...possibleTestFiles(found.pipeline)]) paths.add(path);
    const lone = await withoutPipeline(file, found, cwd);
    if (lone !== undefined) {
      diagnostics.push(lone);
      continue;
    }
    const one = await checkPipeline(terminal, file, found, flags, source && { source, columns });
    diagnostics.push(...one.diagnostics);
    sound.push(...one.sound);
    for (const path of one.paths) paths.add(path);
  }
  return { diagnostics, sound, paths: [...paths] };
}

function rowsForPipeline(file: string): Diagnostic {
  const message = `\`${file}\` is named like rows, and what is checked is a pipeline`;
  return { severity: 'error', code: 'usage', message, hint: inputHint(file) };
}

async function checkPipeline(
  terminal: Terminal,
  file: string,
  found: TestFiles,
  flags: CheckFlags,
  input: Input | undefined,
): Promise<Checked> {
  const { isTestFile } = await import('../testing/files.ts');
  const shown = isTestFile(file) ? shownPath(found.pipeline, terminal.cwd) : file;
  const {
    plan,
    source: text,
    diagnostics: mistakes,
    files,
  } = await load(terminal, shown, flags, input?.columns);
  const tests = hasTests(text, found) ? await checkTests(terminal, file) : undefined;
  const held = plan !== undefined && flags.locked === true ? await lockDrifts(plan, shown) : undefined;
  const records = input && (await checkRecords(plan, input.source, filesFolder(flags)));
  const checked = {
    diagnostics: [
      ...mistakes,
      ...(tests?.diagnostics ?? []),
      ...(held?.diagnostics ?? []),
      ...(records?.mistakes ?? []),
    ],
    paths: [...files, ...(tests?.files ?? []), ...(held?.paths ?? [])],
  };
  const isHeld = held?.diagnostics.every(({ severity }) => severity === 'warning') ?? true;
  if (plan === undefined || records?.bad === true || tests?.bad === true || !isHeld) {
    return { ...checked, sound: [] };
  }
  const parts = [
    count(plan.steps.length, 'step'),
    ...(tests === undefined ? [] : [count(tests.checked, 'test')]),
    ...(records === undefined ? [] : [count(records.checked, 'record')]),
    ...(held === undefined ? [] : ['as locked']),
  ];
  return { ...checked, sound: [`${shown}: ok, ${parts.join(', ')}\n`] };
}

async function lockDrifts(plan: Plan, file: string): Promise<Pick<Checked, 'diagnostics' | 'paths'>> {
  const { holdLock } = await import('../lockfile/hold.ts');
  const { lockPathOf } = await import('../lockfile/lock.ts');
  const [pipeline] = plan.files;
  const paths = pipeline === undefined ? [] : [lockPathOf(pipeline.path)];
  return { diagnostics: (await holdLock(plan, file)).diagnostics, paths };
}
