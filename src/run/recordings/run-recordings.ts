import { createRedactAll } from '../../diagnostic/redact.ts';
import { failure, success, type Result } from '../../result.ts';
import type { StopReason } from '../events.ts';
import type { ReplayReport } from '../totals.ts';
import type { RunFolder } from '../folder.ts';
import type { RecordOptions, ReplayOptions } from '../options.ts';
import { memoryStore } from './line-store.ts';
import type { RecordingChange } from './change.ts';
import { createPlayback, type Playback } from './playback.ts';
import { createRecording, type Recording } from './recording.ts';

/** What a run has of recordings: they answer it, or it makes one. */
export type RunRecordings = Playback | Recording;

export interface BeginRecordings {
  readonly replay: ReplayOptions | undefined;
  readonly record: RecordOptions | undefined;
  readonly folder: RunFolder | undefined;
  /** What nobody may read. */
  readonly secrets: readonly string[];
  /** The run's folder refuses. */
  readonly failed: (error: unknown) => void;
}

/** What recordings came to in a run. */
export interface RecordingsEnd {
  readonly replay?: ReplayReport;
  readonly recording?: RecordingChange;
  /** Whether the run fails by what it was replayed from. */
  readonly failed: boolean;
}

export interface BegunRecordings {
  /** Undefined where the run neither replays nor records. */
  readonly use: RunRecordings | undefined;
  /** To be asked at the end. `completed`: all records of the input have ended. Fails where the file cannot be written. */
  finish(completed: boolean): Promise<Result<RecordingsEnd, StopReason>>;
  close(): Promise<void>;
}

/** Readies what is replayed, or what is recorded in: with what earlier sessions of the run have used or recorded. */
export async function beginRecordings(given: BeginRecordings): Promise<Result<BegunRecordings, StopReason>> {
  const { replay, record } = given;
  if (replay !== undefined) return success(await beginReplay(replay, given));
  if (record !== undefined) return beginRecord(record, given);
  const nothing = { failed: false };
  return success({ use: undefined, finish: async () => success(nothing), close: async () => {} });
}

async function beginReplay(
  replay: ReplayOptions,
  { folder, secrets }: BeginRecordings,
): Promise<BegunRecordings> {
  const { recordings, liveTools = false, unused: wanted } = replay;
  const use = createPlayback({ recordings, liveTools, redact: createRedactAll(secrets) });
  if (folder?.history !== undefined && wanted !== undefined) {
    for await (const fingerprint of folder.fingerprints()) recordings.use(fingerprint);
  }
  return {
    use,
    async finish(completed) {
      const { misses, simulated } = use;
      const unused =
        wanted === undefined || !completed || misses > 0
          ? null
          : recordings.unused().map(({ type, step, path, line }) => ({ type, step, path, line }));
      const failed = misses > 0 || (wanted === 'fail' && unused !== null && unused.length > 0);
      return success({ replay: { misses, simulated, unused }, failed });
    },
    close: async () => {},
  };
}

async function beginRecord(
  { recorder, run = 0, finish }: RecordOptions,
  { folder, secrets, failed }: BeginRecordings,
): Promise<Result<BegunRecordings, StopReason>> {
  const opened = await folder?.openRecording(failed);
  if (opened?.ok === false) return opened;
  for (const { position, fingerprint, line } of opened?.value.earlier ?? []) {
    recorder.collection.recall(position, fingerprint, line);
  }
  const store = opened?.value.log ?? memoryStore();
  const use = createRecording({ recorder, run, store, redact: createRedactAll(secrets) });
  return success({
    use,
    async finish(completed) {
      if (finish === undefined) return success({ failed: false });
      const written = await recorder.finish({ prune: finish.prune && completed && !recorder.incomplete });
      if (written.ok) return success({ recording: written.value, failed: false });
      const { message, hint } = written.error;
      return failure({
        kind: 'local',
        code: 'recording_unwritable',
        message,
        ...(hint !== undefined && { hint }),
      });
    },
    close: async () => opened?.value.log.close(),
  });
}
