import { readFile, stat } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import { failure, success, type Result } from '../result.ts';
import { formatCount } from '../report/numbers.ts';
import type { TestProgress } from '../report/test-progress.ts';
import type { RecordingChange } from '../run/recordings/change.ts';
import type { SuiteResult } from '../testing/result.ts';
import type { SessionOptions } from '../testing/session.ts';
import type { PlannedTest, TestSuite } from '../testing/suite.ts';
import type { Refusal, Update } from '../testing/update.ts';
import { exit, type ExitCode } from './exit.ts';
import { outputOf, showsFrames } from './reporters.ts';
import type { Interrupts } from './signals.ts';
import type { TestFlags } from './test-flags.ts';
import type { Terminal } from './terminal.ts';

export interface SuiteRun {
  readonly result: SuiteResult;
  /** What to tell beside the report, a line each. */
  readonly notes: readonly string[];
}

/** Why nothing came of it. */
interface Refused {
  readonly diagnostics: readonly Diagnostic[];
  readonly code: ExitCode;
}

type Ran = Result<SuiteRun, Refused>;

/** Runs the tests of one pipeline as the flags say: offline, or recording what is missing, then updating what is expected. */
export async function runSuite(
  terminal: Terminal,
  suite: TestSuite,
  tests: readonly PlannedTest[],
  flags: TestFlags,
  { drain, abort }: Interrupts,
): Promise<Ran> {
  const options = { env: terminal.env, drain, abort };
  const ran =
    flags.record === true
      ? await record(terminal, suite, tests, flags, options)
      : await offline(terminal, suite, tests, options);
  if (!ran.ok || flags.update !== true || ran.value.result.reason !== undefined) return ran;
  return update(terminal, suite, tests, ran.value, options);
}

async function offline(
  terminal: Terminal,
  suite: TestSuite,
  tests: readonly PlannedTest[],
  options: SessionOptions,
): Promise<Ran> {
  const { testOffline } = await import('../testing/session.ts');
  const ran = await testOffline(suite, tests, options);
  if (!ran.ok) return failure({ diagnostics: ran.error, code: exit.usage });
  const { result, unused } = ran.value;
  return success({ result, notes: unusedNotes(terminal, suite, unused ?? 0) });
}

function unusedNotes({ cwd }: Terminal, { recording }: TestSuite, unused: number): readonly string[] {
  if (unused === 0) return [];
  const entries = unused === 1 ? '1 entry' : `${unused} entries`;
  return [
    safe(`${entries} of ${shownPath(recording, cwd)} answer nothing that the tests ask; --record drops them`),
  ];
}

async function record(
  terminal: Terminal,
  suite: TestSuite,
  tests: readonly PlannedTest[],
  flags: TestFlags,
  options: SessionOptions,
): Promise<Ran> {
  const { parseSimulatorOptions } = await import('../simulator/parse-options.ts');
  const simulated = flags.simulate === undefined ? undefined : parseSimulatorOptions(flags.simulate);
  if (simulated?.ok === false) return refuse(simulated.error);
  const { checkStart } = await import('../run/requirements.ts');
  const lacking = [suite.plan, ...suite.graders.values()].flatMap((plan) =>
    checkStart(plan, { env: terminal.env, live: simulated === undefined }),
  );
  if (lacking.length > 0) return failure({ diagnostics: lacking, code: exit.usage });
  const { openRecorder } = await import('../run/recordings/recorder.ts');
  const opened = await openRecorder(suite.recording, { simulated: simulated !== undefined });
  if (!opened.ok) return failure({ diagnostics: opened.error, code: exit.usage });
  const { recorder } = opened.value;
  const { startSimulator } = await import('../simulator/simulator.ts');
  const started = simulated && (await startSimulator(simulated.value));
  if (started?.ok === false) return refuse(started.error.message);
  const { recordTestsInto } = await import('../testing/session.ts');
  const told = await progress(terminal);
  try {
    const simulator = started && { base_url: started.value.url };
    const ran = await recordTestsInto(recorder, suite, tests, {
      ...options,
      on: told.on,
      ...(simulator && { simulator }),
    });
    if (!ran.ok) return failure({ diagnostics: ran.error, code: exit.local });
    const { result, change } = ran.value;
    return success({ result, notes: [changeNote(terminal, change)] });
  } finally {
    told.finish();
    await started?.value.close();
  }
}

async function progress(terminal: Terminal): Promise<TestProgress> {
  const { createTestProgress } = await import('../report/test-progress.ts');
  const { systemClock } = await import('../report/output.ts');
  return createTestProgress({
    output: outputOf(terminal, terminal.stderr),
    clock: systemClock,
    live: showsFrames(terminal),
  });
}

function refuse(message: string): Ran {
  return failure({ diagnostics: [{ severity: 'error', code: 'usage', message }], code: exit.usage });
}

function changeNote({ cwd }: Terminal, { path, ...counts }: RecordingChange): string {
  const { added, replaced, dropped } = counts;
  const isSame = added + replaced + dropped === 0;
  if (isSame && counts.kept === 0) return 'no test asked anything, so nothing is recorded';
  const parts = Object.entries(counts).flatMap(([what, count]) =>
    count > 0 ? [`${formatCount(count)} ${what}`] : [],
  );
  const told = isSame ? 'has every answer already' : parts.join(', ');
  return safe(`${isSame ? '' : 'wrote '}${shownPath(path, cwd)}${isSame ? ' ' : ': '}${told}`);
}

/** Writes what came into the files, and runs the tests that they are now. */
async function update(
  terminal: Terminal,
  suite: TestSuite,
  tests: readonly PlannedTest[],
  run: SuiteRun,
  options: SessionOptions,
): Promise<Ran> {
  const { updatesFor } = await import('../testing/update.ts');
  const { updates, refusals } = updatesFor(run.result);
  const notes = [...run.notes, ...refusals.map((refusal) => refusalNote(terminal, refusal))];
  if (updates.length === 0) return success({ ...run, notes });
  const written = await writeUpdates(terminal, updates);
  if (!written.ok) return failure({ diagnostics: [written.error], code: exit.local });
  const { loadTests } = await import('../testing/load.ts');
  const loaded = await loadTests(suite.path, { cwd: terminal.cwd });
  if (loaded.suite === undefined) return failure({ diagnostics: loaded.diagnostics, code: exit.usage });
  const names = new Set(tests.map(({ name }) => name));
  const again = loaded.suite.tests.filter(({ name }) => names.has(name));
  const ran = await offline(terminal, loaded.suite, again, options);
  return ran.ok ? success({ ...ran.value, notes: [...notes, ...written.value] }) : ran;
}

/** Gives a line for each value that was written, or not. */
async function writeUpdates(
  terminal: Terminal,
  updates: readonly Update[],
): Promise<Result<readonly string[], Diagnostic>> {
  const { updateText } = await import('../testing/update.ts');
  const { replaceFile } = await import('../records/replace-file.ts');
  const notes: string[] = [];
  for (const path of new Set(updates.map(({ place }) => place.source.path))) {
    const own = updates.filter(({ place }) => place.source.path === path);
    const { text, done, refusals } = updateText(await readFile(path, 'utf8'), own);
    notes.push(...done.map((one) => safe(`updated ${placeText(terminal, one)}`)));
    notes.push(...refusals.map((refusal) => refusalNote(terminal, refusal)));
    if (done.length === 0) continue;
    const mode = (await stat(path)).mode & 0o777;
    const mistake = await replaceFile(path, once(text), false, { permissions: { exactly: mode } });
    if (mistake !== undefined) return failure(mistake);
  }
  return success(notes);
}

async function* once(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}

function refusalNote(terminal: Terminal, refusal: Refusal): string {
  return safe(`not updated ${placeText(terminal, refusal)}: ${refusal.why}`);
}

function placeText({ cwd }: Terminal, { place }: Pick<Update, 'place'>): string {
  const { line, column } = place.source.locate(place.pointer).start;
  return `${shownPath(place.source.path, cwd)}:${line}:${column}`;
}

function safe(text: string): string {
  return withoutCommands(printable(text));
}
