import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../src/models/contract.ts';
import type { Result } from '../../../src/result.ts';
import { holdRun } from '../../../src/run/earlier-run.ts';
import { nodeFileSystem, type FileSystem } from '../../../src/run/file-system.ts';
import type { RunFinished, StopReason } from '../../../src/run/events.ts';
import { createRunFolder, type RunFolder } from '../../../src/run/folder.ts';
import { openRecorder } from '../../../src/run/recordings/recorder.ts';
import { drive } from '../support/drive.ts';
import { answer, failed, instantModels } from '../support/fake-models.ts';
import { faultyDisk, type DiskAct } from '../support/faulty-disk.ts';
import { openFiles } from '../support/open-files.ts';
import { plan, recordsOf, step } from '../support/plans.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const one = plan([step('one')]);
const acts: readonly DiskAct[] = [
  'append',
  'sync',
  'create',
  'rename',
  'remove',
  'openToAppend',
  'openToRead',
  'truncate',
  'read',
  'look',
  'close',
];
const faults = acts.flatMap((act) => [1, 2, 3].map((from) => [act, from] as const));

type Reply = (prompt: string) => CallOutcome;

/** A run that records into rec.jsonl beside its folder; undefined where it cannot begin. */
function recordingRun(dir: string) {
  const record = join(dir, 'rec.jsonl');
  const meta = { plan: one, input: { path: null, sha256: null }, simulated: false, record };
  async function ended(
    folder: Result<RunFolder, StopReason>,
    reply?: Reply,
  ): Promise<RunFinished | undefined> {
    if (!folder.ok) return undefined;
    const opened = await openRecorder(record);
    if (!opened.ok) throw new Error('the recording is refused');
    const { recorder } = opened.value;
    const options = { openModel: instantModels(reply), record: { recorder, finish: { prune: false } } };
    return drive(one, recordsOf(3), { ...options, folder: folder.value }).finished;
  }
  return {
    record,
    begin: async (fileSystem: FileSystem, reply?: Reply) =>
      ended(await createRunFolder(join(dir, 'run'), meta, { fileSystem }), reply),
    async resume(fileSystem: FileSystem) {
      const held = await holdRun(join(dir, 'run'), { fileSystem });
      return held.ok && held.value !== undefined
        ? ended(await held.value.resume(meta, { force: false }))
        : undefined;
    },
  };
}

const reasons = [undefined, 'run_folder_failed', 'system_refused'];

describe('a run that records, where its disk fails under what it has recorded', () => {
  it.each(faults)(
    'ends as a run does, and a sound disk finishes it: %s, from the time %i on',
    async (act, from) => {
      const run = recordingRun(temporaryFolder());
      const disk = openFiles(faultyDisk({ act, file: 'recording.jsonl', from, code: 'EIO' }).fileSystem);
      const broken = await run.begin(disk.fileSystem);
      expect(reasons).toContain(broken?.reason?.code);
      expect(disk.names()).toEqual([]);
      const whole = await (broken === undefined ? run.begin(nodeFileSystem) : run.resume(nodeFileSystem));
      expect(whole?.counts).toMatchObject({ total: 3, succeeded: 3 });
      expect((await readFile(run.record, 'utf8')).trim().split('\n')).toHaveLength(3);
    },
  );

  it.each(faults)('is gone on with in the same way: %s, from the time %i on', async (act, from) => {
    const run = recordingRun(temporaryFolder());
    const first = await run.begin(nodeFileSystem, (prompt) =>
      prompt === 'one r1' ? failed() : answer('ok'),
    );
    expect(first?.counts).toMatchObject({ succeeded: 2, failed: 1 });
    const disk = openFiles(faultyDisk({ act, file: 'recording.jsonl', from, code: 'EIO' }).fileSystem);
    const broken = await run.resume(disk.fileSystem);
    expect(reasons).toContain(broken?.reason?.code);
    expect(disk.names()).toEqual([]);
    if (broken?.state === 'completed') return;
    expect((await run.resume(nodeFileSystem))?.counts).toMatchObject({ total: 3, succeeded: 3 });
    expect((await readFile(run.record, 'utf8')).trim().split('\n')).toHaveLength(3);
  });
});
