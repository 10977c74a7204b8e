import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failure, success } from '../../../src/result.ts';
import { holdRun } from '../../../src/run/earlier-run.ts';
import { nodeFileSystem, type FileSystem } from '../../../src/run/file-system.ts';
import { createRunFolder, type RunFolder } from '../../../src/run/folder.ts';
import type { RunOptions } from '../../../src/run/options.ts';
import { openRecordings } from '../../../src/run/recordings/open.ts';
import { openRecorder } from '../../../src/run/recordings/recorder.ts';
import { answerError } from '../../../src/steps/answer-mistake.ts';
import type { StepProgram } from '../../../src/steps/step.ts';
import type { RunMeta } from '../../../src/run/run-summary.ts';
import { drive } from '../support/drive.ts';
import { answer, failed, fakeModels, instantModels } from '../support/fake-models.ts';
import { plan, recordsOf, settings, step as fakeStep, type StepOptions } from '../support/plans.ts';
import { jsonLines } from '../support/run-folders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const step = (id: string, options: StepOptions = {}) =>
  fakeStep(id, { model: { ...settings, provider: 'mistralai' }, ...options });
const chain = plan([step('one'), step('two', { after: ['one'] })], { concurrency: 3 });
const shouting = instantModels((prompt) => answer(prompt.toUpperCase()));

const metaOf = (others: Partial<RunMeta> = {}): RunMeta => ({
  plan: chain,
  input: { path: '/rows.jsonl', sha256: 'a'.repeat(64), format: 'jsonl' },
  simulated: false,
  ...others,
});

async function begun(): Promise<RunFolder> {
  const folder = await createRunFolder(join(temporaryFolder(), 'run'), metaOf());
  if (!folder.ok) throw new Error(folder.error.message);
  return folder.value;
}

async function resumed(path: string, fileSystem?: FileSystem): Promise<RunFolder> {
  const held = await holdRun(path, { ...(fileSystem && { fileSystem }) });
  if (!held.ok || held.value === undefined) throw new Error('nothing was begun there');
  const folder = await held.value.resume(metaOf(), { force: false });
  if (!folder.ok) throw new Error(folder.error.message);
  return folder.value;
}

/** What a process leaves that is killed now. */
async function killed(folder: RunFolder): Promise<string> {
  const copy = join(temporaryFolder(), 'copy');
  await mkdir(copy);
  for (const name of ['journal.jsonl', 'run.json']) await copyFile(join(folder.path, name), join(copy, name));
  // A process may be killed before it has recorded anything.
  const lines = await readFile(join(folder.path, 'recording.jsonl')).catch(() => undefined);
  if (lines !== undefined) await writeFile(join(copy, 'recording.jsonl'), lines);
  return copy;
}

const newFile = async () => join(temporaryFolder(), 'r.jsonl');

async function recordInto(file: string, options: Partial<RunOptions>) {
  const opened = await openRecorder(file);
  if (!opened.ok) throw new Error('not opened');
  const record = { recorder: opened.value.recorder, finish: { prune: true } };
  return drive(chain, recordsOf(6), { openModel: shouting, total: 6, ...options, record });
}

/** The bytes of a recording whose run nothing has disturbed; `before`: what the file had. */
async function undisturbed(before = ''): Promise<string> {
  const file = await newFile();
  await writeFile(file, before);
  await (
    await recordInto(file, {})
  ).finished;
  return readFile(file, 'utf8');
}

describe('a run that records and is killed', () => {
  it.each([0, 1, 4, 7, 11])('ends with the same file after %i answers', async (calls) => {
    // Half of what is asked was recorded before, and something that no record asks any more.
    const old = await undisturbed();
    const stale = old.split('\n')[0]?.replaceAll(/"[0-9a-f]{32}"/g, `"${'e'.repeat(32)}"`) ?? '';
    const before = [stale, ...old.split('\n').filter((_, at) => at % 3 === 1), ''].join('\n');
    const file = await newFile();
    await writeFile(file, before);
    const folder = await begun();
    const models = fakeModels();
    const abort = new AbortController();
    const going = await recordInto(file, { openModel: models.openModel, folder, abort: abort.signal });
    for (let call = 0; call < Math.min(calls, 8); call += 1) {
      const next = await models.nextCall();
      next.reply(next.prompt.toUpperCase());
    }
    const copy = await killed(folder);
    abort.abort();
    await going.finished;

    const restored = await newFile();
    await writeFile(restored, before);
    const run = await recordInto(restored, { folder: await resumed(copy) });
    const finished = await run.finished;
    expect(finished).toMatchObject({ state: 'completed', counts: { succeeded: 6 } });
    expect(await readFile(restored, 'utf8')).toBe(await undisturbed(before));
    // The whole run is told of, not its last session alone.
    expect(finished.recording).toMatchObject({ added: 8, replaced: 0, kept: 4, dropped: 1 });
  });

  it('ends with the same file where its end was orderly, and had written the file', async () => {
    const file = await newFile();
    const folder = await begun();
    const models = fakeModels();
    const abort = new AbortController();
    const going = await recordInto(file, { openModel: models.openModel, folder, abort: abort.signal });
    for (let call = 0; call < 5; call += 1) {
      const next = await models.nextCall();
      next.reply(next.prompt.toUpperCase());
    }
    abort.abort();
    const stopped = await going.finished;
    expect(stopped.state).toBe('interrupted');
    expect((await jsonLines(file)).length).toBe(stopped.recording?.added);
    const run = await recordInto(file, { folder: await resumed(folder.path) });
    // What stands in the file as it was recorded is not replaced.
    const kept = stopped.recording?.added ?? 0;
    expect((await run.finished).recording).toMatchObject({ added: 12 - kept, replaced: 0, kept, dropped: 0 });
    expect(await readFile(file, 'utf8')).toBe(await undisturbed());
  });

  it('loses a line that was torn, and is refused where one is damaged within', async () => {
    const folder = await begun();
    await (
      await recordInto(await newFile(), { folder })
    ).finished;
    const log = join(folder.path, 'recording.jsonl');
    await writeFile(log, `${await readFile(log, 'utf8')}{"crc":"0000`);
    const again = await newFile();
    await (
      await recordInto(again, { folder: await resumed(folder.path) })
    ).finished;
    expect(await readFile(again, 'utf8')).toBe(await undisturbed());

    await writeFile(log, (await readFile(log, 'utf8')).replace('ONE R3', 'ONE R4'));
    const run = await recordInto(await newFile(), { folder: await resumed(folder.path) });
    expect((await run.finished).reason).toMatchObject({ kind: 'input', code: 'recording_damaged' });
  });

  it('has the answers of a record that failed for want of one', async () => {
    const file = await newFile();
    const folder = await begun();
    const openModel = instantModels((prompt) =>
      prompt === 'two r2' ? failed() : answer(prompt.toUpperCase()),
    );
    const first = await recordInto(file, { folder, openModel });
    expect(await first.finished).toMatchObject({ counts: { failed: 1 }, recording: { added: 11 } });
    await (
      await recordInto(file, { folder: await resumed(folder.path) })
    ).finished;
    expect(await readFile(file, 'utf8')).toBe(await undisturbed());
  });

  it('asks again for the answer that a record failed by, and keeps the new one', async () => {
    const judged: StepProgram = {
      output: { type: 'string' },
      render: () => success({ messages: [] }),
      async execute(_, services) {
        const outcome = await services.call({ messages: [{ role: 'user', content: 'judge' }] });
        if (!outcome.ok) return failure(outcome.error);
        const { text } = outcome.completion;
        if (text === 'bad')
          return failure(answerError({ code: 'schema_mismatch', message: 'it is bad' }, outcome));
        return success({ output: text, tool_calls: [], finish_reason: 'stop', usage: outcome.usage });
      },
    };
    const pipeline = plan([step('one', { program: judged })]);
    const file = await newFile();
    const folder = await begun();
    const run = async (text: string, going: RunFolder) => {
      const opened = await openRecorder(file);
      if (!opened.ok) throw new Error('not opened');
      const record = { recorder: opened.value.recorder, finish: { prune: true } };
      const openModel = instantModels(() => answer(text));
      return drive(pipeline, recordsOf(1), { openModel, folder: going, record }).finished;
    };
    expect(await run('bad', folder)).toMatchObject({ counts: { failed: 1 }, recording: { added: 1 } });
    const again = await run('good', await resumed(folder.path));
    expect(again).toMatchObject({ counts: { succeeded: 1 } });
    expect(await jsonLines(file)).toMatchObject([{ completion: { text: 'good' } }]);
  });

  it('keeps its lines for its owner alone, and the recording for everybody', async () => {
    const file = await newFile();
    const folder = await begun();
    await (
      await recordInto(file, { folder })
    ).finished;
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(join(folder.path, 'recording.jsonl'))).toBe(0o600);
    expect(await mode(file)).toBe(0o666 & ~process.umask());
  });
});

describe('a replay that is resumed', () => {
  it('counts what its earlier sessions have used', async () => {
    const file = await newFile();
    await writeFile(file, await undisturbed());
    const replay = async () => {
      const opened = await openRecordings([file]);
      if (!opened.ok) throw new Error('not opened');
      return { recordings: opened.value.recordings, unused: 'tell' } as const;
    };
    const folder = await begun();
    await drive(chain, recordsOf(6), { folder, replay: await replay() }).finished;
    const again = drive(chain, recordsOf(6), {
      folder: await resumed(folder.path),
      replay: await replay(),
      total: 6,
    });
    expect((await again.finished).replay).toEqual({ misses: 0, simulated: 0, unused: [] });
  });
});

describe('a replay whose folder can no longer be read', () => {
  it('stops like any run that the disk refuses', async () => {
    const file = await newFile();
    await writeFile(file, await undisturbed());
    const replay = async () => {
      const opened = await openRecordings([file]);
      if (!opened.ok) throw new Error('not opened');
      return { recordings: opened.value.recordings, unused: 'tell' } as const;
    };
    const folder = await begun();
    await drive(chain, recordsOf(6), { folder, replay: await replay() }).finished;
    let refuses = false;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      openToRead(path) {
        if (refuses && path.endsWith('journal.jsonl')) {
          return Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
        }
        return nodeFileSystem.openToRead(path);
      },
    };
    const going = await resumed(folder.path, fileSystem);
    refuses = true;
    const run = drive(chain, recordsOf(6), { folder: going, replay: await replay(), total: 6 });
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'local', code: 'system_refused' },
    });
    refuses = false;
    // It is let go of, and can be gone on with.
    const again = drive(chain, recordsOf(6), {
      folder: await resumed(folder.path),
      replay: await replay(),
      total: 6,
    });
    expect(await again.finished).toMatchObject({ state: 'completed', counts: { succeeded: 6 } });
  });
});

describe('a run that goes on otherwise than it was begun', () => {
  const refusal = async (before: Partial<RunMeta>, now: Partial<RunMeta>) => {
    const folder = await createRunFolder(join(temporaryFolder(), 'run'), metaOf(before));
    if (!folder.ok) throw new Error(folder.error.message);
    await drive(chain, [], { openModel: shouting, folder: folder.value }).finished;
    const held = await holdRun(folder.value.path);
    if (!held.ok || held.value === undefined) throw new Error('nothing was begun there');
    const going = await held.value.resume(metaOf(now), { force: false });
    return going.ok ? undefined : going.error.message;
  };
  const replay = { paths: ['/r.jsonl'], live_tools: false, strict: false };

  it.each([
    [{ replay }, {}, 'its answers were replayed, and these would be real'],
    [{}, { replay }, 'its answers were real, and these would be replayed'],
    [{}, { record: '/r.jsonl' }, 'it was begun without `--record`'],
    [
      { record: '/r.jsonl' },
      { record: '/s.jsonl' },
      'it was begun with `--record /r.jsonl`, and this is with `--record /s.jsonl`',
    ],
    [{ record: '/r.jsonl' }, {}, 'and this is without it'],
  ])('is refused with what differs', async (before, now, words) => {
    expect(await refusal(before, now)).toContain(words);
  });
});
