import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { canonicalJson } from '../run/canonical.ts';
import { narrowColumn } from '../run/journal/column.ts';
import { summaryDifferences, type SummaryDifference } from '../run/summary-differences.ts';
import { allowedFields, type UnknownPath } from './allowed-fields.ts';
import { tallyFailures, type FailureSummary } from './failure-tally.ts';
import type { AllowedPath } from './field-path.ts';
import { tallyFields, type FieldSummary } from './field-tally.ts';
import { changedFields, fieldsOf, type FieldReading } from './fields.ts';
import { latencyOf, type Latency } from './latency.ts';
import { matchSides, type Pair } from './match.ts';
import { createRowStore, type RowStore } from './row-store.ts';
import type { Outcome, Side } from './side.ts';

/** A record whose output is not what it was. */
export interface ChangedRecord {
  readonly key: string;
  /** By path, such as `ticket.topic`; a side that does not have the field is absent. */
  readonly fields: { readonly [name: string]: { readonly a?: JsonValue; readonly b?: JsonValue } };
}

/** A record that succeeded, failed or was skipped on one side and not on the other, or failed by something else. */
export interface ChangedOutcome {
  readonly key: string;
  readonly a: ToldOutcome;
  readonly b: ToldOutcome;
}

/** What a record failed by; null where it succeeded. */
export type ToldOutcome = { readonly step: string | null; readonly code: string } | 'skipped' | null;

/** How many records that both sides have were skipped by one of them alone. */
export interface SkipChanges {
  /** By `b`. */
  readonly new: number;
  /** By `a`. */
  readonly gone: number;
}

/** What the views know of a side. */
export interface ComparedSide {
  readonly name: string;
  /** Of a run; null for a file of rows. */
  readonly run: ComparedRun | null;
}

export interface ComparedRun {
  readonly summary: NonNullable<Side['run']>['summary'];
  /** It has not told its end, and no process is at work on it. */
  readonly isKilled?: boolean;
  /** Null where no journal tells it. */
  readonly latency: Latency | null;
}

/** A list that may be long, read back as it is asked for, as often as that is. Rejects with the file system's error. */
export interface Listed<Value> {
  readonly count: number;
  all(): AsyncIterable<Value>;
}

export interface Comparison {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** Records that both sides have, with the same output, failed at the same step with the same code, or skipped. */
  readonly same: number;
  /** In the order of `b`. */
  readonly changed: Listed<ChangedRecord>;
  /** Of the changed records, those in which a field changed that may not differ. */
  readonly violating: Listed<ChangedRecord>;
  /** Of the changed records, those in which nothing changed but fields that may differ. */
  readonly allowed: Listed<ChangedRecord>;
  /** Keys of the records that only `b` has, and of those that only `a` has. */
  readonly added: Listed<string>;
  readonly removed: Listed<string>;
  /** Records with another outcome. */
  readonly failures: Listed<ChangedOutcome>;
  readonly skips: SkipChanges;
  readonly failureCodes: readonly FailureSummary[];
  readonly fields: readonly FieldSummary[];
  /** Paths that were allowed to differ, and that no record of either side has a field at. */
  readonly unknownPaths: readonly UnknownPath[];
  /** What the two runs were not made of alike; empty where a side is none. */
  readonly differences: readonly SummaryDifference[];
  /** Whether outputs or outcomes differ, but for fields that may. */
  readonly differs: boolean;
  /** Lets go of what is kept on disk. */
  close(): Promise<void>;
}

export interface CompareOptions {
  /** Fields that may differ. */
  readonly allow?: readonly AllowedPath[];
  /** Keeps what there is no room for. Default: 64 MB each in memory, then a file in the system's temporary folder. */
  readonly createStore?: () => RowStore;
}

/**
 * What changed from `a` to `b`, in one pass over each. Fails with what is wrong with their rows; rejects with the file
 * system's error. Memory holds no more than the stores and some 30 bytes a record.
 */
export async function compareSides(
  a: Side,
  b: Side,
  { allow = [], createStore = createRowStore }: CompareOptions = {},
): Promise<Result<Comparison, readonly Diagnostic[]>> {
  const rows = createStore();
  const stores = {
    changed: createStore(),
    added: createStore(),
    removed: createStore(),
    failures: createStore(),
  };
  const close = async () => {
    await Promise.all(Object.values(stores).map((store) => store.close()));
  };
  const fields = tallyFields();
  const failureCodes = tallyFailures();
  const asCells = a.tabular || b.tabular;
  const skips = { new: 0, gone: 0 };
  const reading: FieldReading = { key: a.key ?? b.key, asCells };
  let same = 0;
  const allowedPaths = allowedFields(allow, reading.key);
  /** Of each changed record, 1 where it violates: it has a change of a field that may not differ. */
  const violations = narrowColumn();
  let violating = 0;

  async function visit({ key, a: before, b: after }: Pair): Promise<void> {
    if (before === undefined) await visitLone(key, after, a, stores.added);
    else if (after === undefined) await visitLone(key, before, b, stores.removed);
    else if ('output' in before && 'output' in after) await visitOutputs(key, before.output, after.output);
    else await visitOutcomes(key, before, after);
  }

  /** A file of rows has none of a record that was skipped: that it does not have it is no difference. */
  async function visitLone(key: string, outcome: Pair['a'], other: Side, store: RowStore): Promise<void> {
    if (outcome !== undefined && 'output' in outcome) allowedPaths.saw(fieldsOf(outcome.output, reading));
    const isSkipped = outcome !== undefined && 'skipped' in outcome;
    if (!isSkipped || other.run !== undefined) await store.add(key);
  }

  async function visitOutcomes(key: string, before: Outcome, after: Outcome): Promise<void> {
    failureCodes.add(before, after);
    const [was, is] = [told(before), told(after)];
    if (canonicalJson(was) === canonicalJson(is)) {
      same += 1;
      return;
    }
    if (is === 'skipped') skips.new += 1;
    if (was === 'skipped') skips.gone += 1;
    await stores.failures.add({ key, a: was, b: is });
  }

  async function visitOutputs(key: string, before: JsonValue, after: JsonValue): Promise<void> {
    const [was, is] = [fieldsOf(before, reading), fieldsOf(after, reading)];
    fields.saw(was, is);
    allowedPaths.saw(was);
    allowedPaths.saw(is);
    const changes = changedFields(was, is, reading);
    if (changes.length === 0) {
      same += 1;
      return;
    }
    const may = changes.map(({ path }) => allowedPaths.covers(path));
    changes.forEach((change, at) => fields.changed(change, may[at] === true));
    const told = Object.fromEntries(changes.map(({ name, a, b }) => [name, { a, b }]));
    const number = await stores.changed.add({ key, fields: told } as unknown as JsonObject);
    if (!may.includes(false)) return;
    violations.set(number, 1);
    violating += 1;
  }

  let mistakes: readonly Diagnostic[];
  let sides: readonly [ComparedSide, ComparedSide];
  try {
    mistakes = await matchSides(a, b, rows, visit);
    sides = [await sideOf(a), await sideOf(b)];
  } catch (error) {
    await close();
    throw error;
  } finally {
    await rows.close();
  }
  if (mistakes.length > 0) {
    await close();
    return failure(mistakes);
  }
  const { changed, added, removed, failures } = stores;
  const [sideA, sideB] = sides;
  return success({
    a: sideA,
    b: sideB,
    same,
    changed: listed<ChangedRecord>(changed),
    violating: {
      count: violating,
      all: () => valuesOf<ChangedRecord>(changed, (number) => violations.get(number) === 1),
    },
    allowed: {
      count: changed.size - violating,
      all: () => valuesOf<ChangedRecord>(changed, (number) => violations.get(number) === 0),
    },
    added: listed<string>(added),
    removed: listed<string>(removed),
    failures: listed<ChangedOutcome>(failures),
    skips,
    failureCodes: failureCodes.summaries(),
    fields: fields.summaries(),
    unknownPaths: allowedPaths.unknown(),
    differences: a.run && b.run ? summaryDifferences(a.run.summary, b.run.summary) : [],
    differs: violating + added.size + removed.size + failures.size > 0,
    close,
  });
}

function told(outcome: Outcome): ToldOutcome {
  if ('output' in outcome) return null;
  return 'skipped' in outcome ? 'skipped' : { step: outcome.step, code: outcome.code };
}

async function sideOf({ name, run }: Side): Promise<ComparedSide> {
  if (run === undefined) return { name, run: null };
  const { folder, summary, isKilled = false } = run;
  return { name, run: { summary, isKilled, latency: (await latencyOf(folder)) ?? null } };
}

function listed<Value>(store: RowStore): Listed<Value> {
  return { count: store.size, all: () => valuesOf<Value>(store, () => true) };
}

/** What the store was given is of this type. */
async function* valuesOf<Value>(store: RowStore, takes: (number: number) => boolean): AsyncGenerator<Value> {
  for (let number = 0; number < store.size; number += 1) {
    if (takes(number)) yield (await store.get(number)) as unknown as Value;
  }
}
