import { join } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { errorCode, nodeFileSystem, type FileSystem } from '../run/file-system.ts';
import { journalName } from '../run/journal/journal.ts';
import { isHeld } from '../run/lock.ts';
import { fileLines } from '../run/journal/scan-lines.ts';
import { readSummary } from '../run/read-summary.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { contentsOf } from '../run/whole-file.ts';
import type { ComparedRow, Outcome, Side, SideItem } from './side.ts';
import { skippedRecords } from './skipped-records.ts';

/** A run by its folder: its results, its failed records and those that it skipped. */
export async function openRunSide(
  folder: string,
  name: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<Result<Side, Diagnostic>> {
  const { summary, isKilled } = await readState(folder, fileSystem);
  if (!summary.ok) {
    const { message, hint } = summary.error;
    return failure({ severity: 'error', code: 'not-a-run', message, ...(hint !== undefined && { hint }) });
  }
  for (const file of ['results.jsonl', 'errors.jsonl']) {
    const missing = await fileSystem.look(join(folder, file)).then(
      () => undefined,
      (error: unknown) => {
        const state = isKilled ? 'killed' : summary.value.state;
        return noResults(name, file, state, error);
      },
    );
    if (missing !== undefined) return failure(missing);
  }
  if (!(await isAsWritten(fileSystem, join(folder, 'results.jsonl'), summary.value)))
    return failure(otherResults(name));
  const hasSkipped = (summary.value.counts?.skipped ?? 0) > 0;
  const skippedUnknown = hasSkipped && !(await isThere(fileSystem, join(folder, journalName)));
  const rows = async function* () {
    yield* read(join(folder, 'results.jsonl'), resultOf);
    yield* read(join(folder, 'errors.jsonl'), failureOf);
    if (hasSkipped && !skippedUnknown) yield* skippedRecords(folder, fileSystem);
  };

  async function* read(
    path: string,
    outcomeOf: (line: JsonObject) => Outcome | undefined,
  ): AsyncIterable<SideItem> {
    let line = 0;
    for await (const bytes of fileLines(fileSystem, path)) {
      line += 1;
      const value = parsed(bytes);
      const outcome = value && outcomeOf(value);
      if (outcome === undefined || typeof value?.['key'] !== 'string') {
        yield { broken: damaged(path, line) };
        return;
      }
      yield { key: value['key'], line, outcome };
    }
  }

  const run = { folder, summary: summary.value, isKilled, skippedUnknown };
  return success({ name, tabular: false, run, rows });
}

/** What its run.json says, and whether a process is at work on a run that is told as running. */
async function readState(
  folder: string,
  fileSystem: FileSystem,
): Promise<{ readonly summary: Awaited<ReturnType<typeof readSummary>>; readonly isKilled: boolean }> {
  const read = () => readSummary(fileSystem, join(folder, 'run.json'));
  const summary = await read();
  if (!summary.ok || summary.value.state !== 'running' || (await isHeld(folder)))
    return { summary, isKilled: false };
  // It may have ended since run.json was read.
  const again = await read();
  return { summary: again, isKilled: again.ok && again.value.state === 'running' };
}

/** Whether it has the bytes that the run wrote, where these are known. */
async function isAsWritten(
  fileSystem: FileSystem,
  path: string,
  { results_crc32 }: RunSummary,
): Promise<boolean> {
  if (typeof results_crc32 !== 'number') return true;
  const contents = await contentsOf(fileSystem, path).catch(() => undefined);
  // What cannot be read is told when it is read.
  return contents === undefined || contents.crc32 === results_crc32;
}

async function isThere(fileSystem: FileSystem, path: string): Promise<boolean> {
  return fileSystem.look(path).then(
    () => true,
    () => false,
  );
}

function parsed(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A line of results.jsonl; undefined for any other object. */
export function resultOf({ output }: JsonObject): ComparedRow['outcome'] | undefined {
  return output === undefined ? undefined : { output };
}

function failureOf({ step = null, error }: JsonObject): ComparedRow['outcome'] | undefined {
  if (!isObject(error) || typeof error['code'] !== 'string') return undefined;
  if (step !== null && typeof step !== 'string') return undefined;
  return { step, code: error['code'] };
}

const remedy = 'the journal has every result: `pipe resume` of the run makes the file anew';

function otherResults(name: string): Diagnostic {
  const message = `\`results.jsonl\` of the run \`${name}\` is not what the run wrote`;
  return { severity: 'error', code: 'results-damaged', message, hint: remedy };
}

function damaged(path: string, line: number): Diagnostic {
  return {
    severity: 'error',
    code: 'results-damaged',
    message: 'this line is not one that a run wrote',
    hint: remedy,
    place: { path, line },
  };
}

function noResults(
  name: string,
  file: string,
  state: RunSummary['state'] | 'killed',
  error: unknown,
): Diagnostic {
  const why = errorCode(error) === 'ENOENT' ? 'is not there' : 'cannot be read';
  const ended =
    state === 'running'
      ? ': the run is running'
      : state === 'killed'
        ? ': the run has not come to an end'
        : '';
  return {
    severity: 'error',
    code: 'no-results',
    message: `\`${file}\` of the run \`${name}\` ${why}${ended}`,
    hint:
      state === 'running'
        ? 'wait until it has ended, which writes it'
        : `\`pipe resume ${name}\` finishes the run, and writes it`,
  };
}
