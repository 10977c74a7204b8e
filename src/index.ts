/**
 * The library: load and check a pipeline, open records, run the one over the other.
 *
 *   const { plan, diagnostics } = await loadPipeline('translate.yaml');
 *   if (plan === undefined) throw new Error(formatDiagnostics(diagnostics, { format: 'text', color: false, cwd: '.' }));
 *   for await (const event of runPipeline(plan, recordsOf([{ id: '1', input: 'Hello' }]), { env: process.env })) {
 *     if (event.type === 'record_finished' && event.outcome === 'succeeded') use(event.output);
 *   }
 *
 * Nothing throws for a mistake in a file, for what a provider answers, or for a full disk; nothing prints or prompts, and
 * keys are read from `env` alone.
 */
export { loadPipeline, type LoadOptions } from './pipeline/pipeline.ts';
export { pipelineSchema, testSchema } from './pipeline/format.ts';
export { formatDiagnostics } from './diagnostic/format.ts';
export { recordsOf } from './records/objects.ts';
export { openRecords, type RecordInput, type RecordSource, type Survey } from './records/open.ts';
export { selectRecords, type Selection } from './records/selection.ts';
export { openCache, type AnswerCache } from './run/cache/cache.ts';
export { holdRun, type EarlierRun } from './run/earlier-run.ts';
export { createRunFolder, type FolderPlace, type RunFolder } from './run/folder.ts';
export { missMessage, type NearestEntry, type ReplayMiss } from './run/recordings/miss.ts';
export { openRecordings, type OpenedRecordings } from './run/recordings/open.ts';
export { openRecorder, type Recorder, type RecorderOptions } from './run/recordings/recorder.ts';
export type { RecordedAnswer, RecordedEntry, RecordedTool } from './run/recordings/lines.ts';
export type { Recordings } from './run/recordings/recordings.ts';
export { mergeRuns, type MergedRun } from './run/merge/merge.ts';
export { runPipeline } from './run/run.ts';
export { loadTests, type LoadedTests } from './testing/load.ts';
export { recordTests, testOffline, type SessionOptions } from './testing/session.ts';
export { startSimulator, type Simulator } from './simulator/simulator.ts';
export { version } from './version.ts';

export type { Batched } from './batched.ts';
export type { Diagnostic, LinePlace, Location } from './diagnostic/diagnostic.ts';
export type { Source } from './diagnostic/source.ts';
export type { JsonObject, JsonSchema, JsonValue } from './json/json.ts';
export type { StreamDelta } from './models/contract.ts';
export type { Plan } from './plan.ts';
export type { BadRecord, InputBroken, InputRecord, RecordItem } from './records/record.ts';
export type { Result } from './result.ts';
export type { Failure, RecordResult, SuiteResult, TestResult } from './testing/result.ts';
export type { PlannedTest, TestSuite } from './testing/suite.ts';
export type * from './run/events.ts';
export type { RecordOptions, ReplayOptions, RunOptions } from './run/options.ts';
export type { RecordingChange } from './run/recordings/change.ts';
export type { MergeRefusal } from './run/merge/refusal.ts';
export type { MergeSource } from './run/merge/shard.ts';
export type { RunInput, RunMeta, RunSummary } from './run/run-summary.ts';
export type { SimulatorOptions } from './simulator/options.ts';
export type { Usage } from './usage/usage.ts';
