import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { spoolName } from '../../records/spool.ts';
import { failure, success, type Result } from '../../result.ts';
import { isUsage } from '../done-run.ts';
import type { StopReason } from '../events.ts';
import type { UsageReport } from '../totals.ts';
import { errorCode, inWords, nodeFileSystem, type FileSystem } from '../file-system.ts';
import type { FolderPlace, FolderServices } from '../folder.ts';
import { endedLines } from '../journal/each-ended.ts';
import { readHistory, readWholeHistory, type History } from '../journal/history.ts';
import { journalName } from '../journal/journal.ts';
import { openJournalReader } from '../journal/reader.ts';
import type { Outcome } from '../journal/record-index.ts';
import { makeChosenFolder, makeNamedFolder, randomSuffix } from '../make-folder.ts';
import { folderIsFile } from '../reasons.ts';
import type { RunSummary } from '../run-summary.ts';
import { filePieces, readJson, writeJson, writeWhole } from '../whole-file.ts';
import { simulatedAlike } from './alike.ts';
import { mergedJournal } from './merged-journal.ts';
import { mergeRecords, type MergedRecords, type ReadShard } from './merged-records.ts';
import { mergedSummary, mergedUsage, sumCounts } from './merged-summary.ts';
import { refused, type MergeRefusal } from './refusal.ts';
import { holdShards } from './hold-shards.ts';
import type { MergeSource, Shard } from './shard.ts';

/** A run that was put together of the runs of its parts. */
export interface MergedRun {
  /** Absolute. */
  readonly folder: string;
  readonly summary: RunSummary;
  readonly usage: UsageReport;
  /** What may be not as wanted. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Puts the runs of all `--shard i/n` of an input together to the run that one over the whole input would have left: its
 * journal has every call of theirs, so that it can be resumed, reported and compared like any other. The folder appears
 * when all of it is written. Each run is held while it is read, and none is changed.
 */
export async function mergeRuns(
  sources: readonly MergeSource[],
  place: FolderPlace,
  services: FolderServices = {},
): Promise<Result<MergedRun, MergeRefusal>> {
  const { fileSystem = nodeFileSystem, pid } = services;
  try {
    const occupied = typeof place === 'string' ? await occupiedBy(fileSystem, resolve(place)) : undefined;
    if (occupied !== undefined) return failure({ kind: 'input', reasons: [occupied] });
    const held = await holdShards(sources, { fileSystem, pid });
    if (!held.ok) return failure({ kind: 'input', reasons: held.error });
    try {
      return await mergeHeld(held.value, place, { ...services, fileSystem });
    } finally {
      await Promise.all(held.value.map(({ lock }) => lock.release()));
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return failure({
      kind: 'local',
      reasons: [refused('merge-failed', `the runs could not be merged: ${inWords(error)}`)],
    });
  }
}

async function mergeHeld(
  shards: readonly Shard[],
  place: FolderPlace,
  services: FolderServices & { readonly fileSystem: FileSystem },
): Promise<Result<MergedRun, MergeRefusal>> {
  const { fileSystem } = services;
  const read: ReadShard[] = [];
  const reports: UsageReport[] = [];
  const reasons: Diagnostic[] = [];
  for (const shard of shards) {
    const journal = join(shard.folder, journalName);
    const history = await readWholeHistory(fileSystem, journal, shard.summary);
    const usage = await readJson(fileSystem, join(shard.folder, 'usage.json')).catch(() => undefined);
    if (!history.ok) reasons.push(refused('journal-damaged', history.error.message, history.error.hint));
    else if (!isCounted(history.value, [shard.summary])) reasons.push(miscounted(shard));
    else if (!isUsage(usage)) reasons.push(withoutUsage(shard));
    else {
      read.push({ ...shard, history: history.value });
      reports.push(usage);
    }
  }
  if (reasons.length > 0) return failure({ kind: 'input', reasons });
  const records = await mergeRecords(read, fileSystem);
  if (!records.ok) return failure({ kind: 'input', reasons: records.error });
  return write(read, records.value, mergedUsage(reports), place, services);
}

/** Writes all into a folder of another name, which becomes that of the run when it is whole. */
async function write(
  shards: readonly ReadShard[],
  records: MergedRecords,
  usage: UsageReport,
  place: FolderPlace,
  services: FolderServices & { readonly fileSystem: FileSystem },
): Promise<Result<MergedRun, MergeRefusal>> {
  const { fileSystem, now = Date.now, suffix = randomSuffix } = services;
  const parent = typeof place === 'string' ? dirname(resolve(place)) : resolve(place.runsDir);
  const unfinished = join(parent, `.merging-${randomBytes(4).toString('hex')}`);
  await fileSystem.makeFolder(unfinished);
  try {
    const summary = await writeFiles(unfinished, shards, records, usage, fileSystem);
    const folder =
      typeof place === 'string'
        ? await makeChosenFolder(fileSystem, resolve(place))
        : success(await makeNamedFolder(fileSystem, place.runsDir, place.name, now(), suffix));
    if (!folder.ok) {
      await fileSystem.removeFolder(unfinished);
      return failure({ kind: 'input', reasons: [cannotTake(folder.error)] });
    }
    await renameOverEmpty(fileSystem, unfinished, folder.value);
    return success({ folder: folder.value, summary, usage, warnings: warningsOf(shards) });
  } catch (error) {
    // What was begun is of no use; that it could not be removed either tells nothing new.
    await fileSystem.removeFolder(unfinished).catch(() => undefined);
    throw error;
  }
}

function warningsOf([first, ...others]: readonly ReadShard[]): readonly Diagnostic[] {
  return first === undefined ? [] : simulatedAlike(first, others);
}

/** What Windows says where a folder has the new name. */
const refusedOver = new Set<unknown>(['EPERM', 'EACCES', 'EEXIST']);

/** Renames a folder over an empty one; where the system does not, that one gives way, and its name is free for a moment. */
async function renameOverEmpty(fileSystem: FileSystem, from: string, to: string): Promise<void> {
  try {
    await fileSystem.rename(from, to);
  } catch (error) {
    if (!refusedOver.has(errorCode(error))) throw error;
    await fileSystem.removeEmptyFolder(to);
    await fileSystem.rename(from, to);
  }
}

async function writeFiles(
  folder: string,
  shards: readonly ReadShard[],
  records: MergedRecords,
  usage: UsageReport,
  fileSystem: FileSystem,
): Promise<RunSummary> {
  const journal = join(folder, journalName);
  await writeWhole(fileSystem, journal, mergedJournal(shards, records, fileSystem));
  // Read back as a resume will read it: what it does not tell is in no other file either.
  const history = await readHistory(fileSystem, journal);
  const summaries = shards.map(({ summary }) => summary);
  if (!history.ok) throw new Error(`the merged journal cannot be read: ${history.error.message}`);
  if (!isCounted(history.value, summaries)) throw new Error('the merged journal does not tell all records');
  const { index } = history.value;
  const writeLines = (name: string, outcome: Outcome) => {
    const open = () => openJournalReader(fileSystem, journal);
    return writeWhole(fileSystem, join(folder, name), endedLines(index, outcome, open));
  };
  const results = await writeLines('results.jsonl', 'succeeded');
  await writeLines('errors.jsonl', 'failed');
  await writeJson(fileSystem, join(folder, 'usage.json'), usage);
  const [first] = shards;
  if (first?.spool !== undefined) {
    await writeWhole(
      fileSystem,
      join(folder, spoolName),
      filePieces(fileSystem, join(first.folder, spoolName)),
    );
  }
  const { bytes: journal_bytes } = await fileSystem.look(journal);
  const summary = mergedSummary(summaries, usage, {
    results_bytes: results.bytes,
    results_crc32: results.crc32,
    journal_bytes,
  });
  await writeJson(fileSystem, join(folder, 'run.json'), summary);
  return summary;
}

/** Whether a journal tells as many records, and as many of each outcome, as the runs say. */
function isCounted({ outcomes, index }: History, summaries: readonly RunSummary[]): boolean {
  const { total, succeeded, failed, skipped } = sumCounts(summaries);
  return (
    index.size === total &&
    outcomes.succeeded === succeeded &&
    outcomes.failed === failed &&
    outcomes.skipped === skipped
  );
}

function miscounted({ name }: Shard): Diagnostic {
  const message = `the journal of \`${name}\` and its run.json do not tell the same number of records`;
  return refused('run-damaged', message, 'restore its files from a copy, or run this shard again');
}

function withoutUsage({ name }: Shard): Diagnostic {
  const message = `the usage.json of \`${name}\` is not there, or not what the run wrote`;
  return refused('run-damaged', message, `\`pipe resume ${name}\` makes it anew`);
}

/** Why a folder of the user's choice cannot be that of a new run; it is looked at again when the run is whole. */
async function occupiedBy(fileSystem: FileSystem, path: string): Promise<Diagnostic | undefined> {
  try {
    const names = await fileSystem.list(path);
    if (names.length === 0) return undefined;
    const message = `${path} is not empty, and a merged run overwrites nothing`;
    return refused('run-dir-in-use', message, 'name a folder that is empty or does not exist');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (errorCode(error) !== 'ENOTDIR') throw error;
    return cannotTake(folderIsFile(path));
  }
}

function cannotTake({ message, hint }: StopReason): Diagnostic {
  return refused('run-dir-in-use', message, hint);
}
