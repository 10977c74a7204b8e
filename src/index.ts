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
export { loadPipeline, type LoadedPipeline, type LoadOptions } from './pipeline/pipeline.ts';
export { pipelineSchema, testSchema } from './pipeline/format.ts';
export { formatDiagnostics, type FormatOptions } from './diagnostic/format.ts';
export { recordsOf } from './records/objects.ts';
export { openRecords, type RecordInput, type RecordSource, type Survey } from './records/open.ts';
export { selectRecords, type Selection } from './records/selection.ts';
export { openCache, type AnswerCache, type CacheOptions } from './run/cache/cache.ts';
export { holdRun, type EarlierRun } from './run/earlier-run.ts';
export { createRunFolder, type FolderPlace, type FolderServices, type RunFolder } from './run/folder.ts';
export { missMessage, type NearestEntry, type ReplayMiss } from './run/recordings/miss.ts';
export { openRecordings, type OpenedRecordings, type OpenRecordingsOptions } from './run/recordings/open.ts';
export {
  openRecorder,
  type OpenedRecorder,
  type Recorder,
  type RecorderOptions,
} from './run/recordings/recorder.ts';
export type { RecordedAnswer, RecordedEntry, RecordedTool } from './run/recordings/lines.ts';
export type { Recordings } from './run/recordings/recordings.ts';
export { mergeRuns, type MergedRun } from './run/merge/merge.ts';
export { runPipeline } from './run/run.ts';
export { loadTests, type LoadedTests } from './testing/load.ts';
export {
  recordTests,
  testOffline,
  type OfflineResult,
  type RecordedResult,
  type SessionOptions,
} from './testing/session.ts';
export { startSimulator, type Simulator, type SimulatorError } from './simulator/simulator.ts';
export { version } from './version.ts';

// Types: all that a program meets in what these give and take, so that its own declarations can name it.
export type { Batched } from './batched.ts';
export type { Diagnostic, LinePlace, Location } from './diagnostic/diagnostic.ts';
export type { Source } from './diagnostic/source.ts';
export type { JsonObject, JsonSchema, JsonValue } from './json/json.ts';
export type * from './models/contract.ts';
export type { Columns } from './pipeline/columns.ts';
export type {
  OutputNode,
  Plan,
  PlanBudget,
  PlanFile,
  PlanInput,
  PlanLimits,
  PlanRetry,
  PlanStep,
} from './plan.ts';
export type { BadRecord, InputBroken, InputRecord, RecordItem } from './records/record.ts';
export type { ChunkStream } from './records/record-source.ts';
export type { Result } from './result.ts';
export type { StepError } from './steps/step.ts';
export type { Metrics } from './testing/metrics.ts';
export type * from './testing/result.ts';
export type { PlannedTest, TestRecord, TestSuite } from './testing/suite.ts';
export type { DoneRun } from './run/done-run.ts';
export type * from './run/events.ts';
export type {
  OpenModel,
  RecordOptions,
  ReplayOptions,
  RunOptions,
  SimulatorEndpoint,
} from './run/options.ts';
export type { Pins } from './run/pins.ts';
export type { RecordingChange } from './run/recordings/change.ts';
export type { MergeRefusal } from './run/merge/refusal.ts';
export type { MergeSource } from './run/merge/shard.ts';
export type { ReplayMeta, RunEnd, RunInput, RunMeta, RunSummary } from './run/run-summary.ts';
export type * from './run/totals.ts';
export type { SimulatorOptions } from './simulator/options.ts';
export type { SimulatorStats } from './simulator/stats.ts';
export type { Price, PriceTable } from './usage/prices.ts';
export type { Usage } from './usage/usage.ts';
