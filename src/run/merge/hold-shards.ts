import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { isObject } from '../../json/json.ts';
import { spoolName } from '../../records/spool.ts';
import { failure, success, type Result } from '../../result.ts';
import type { FileSystem } from '../file-system.ts';
import { lockRun } from '../lock.ts';
import { readSummary } from '../read-summary.ts';
import type { RunSummary } from '../run-summary.ts';
import { alike } from './alike.ts';
import { refused } from './refusal.ts';
import { countOf, type MergeSource, type Shard } from './shard.ts';
import { hashOf } from './spool.ts';

/**
 * Takes hold of all parts of one run, from the first to the last; whoever is given them lets go of them. All that speaks
 * against merging them is told, and nothing is held then. Rejects with the file system's error, which holds nothing either.
 */
export async function holdShards(
  sources: readonly MergeSource[],
  { fileSystem, pid }: { readonly fileSystem: FileSystem; readonly pid: number | undefined },
): Promise<Result<readonly Shard[], readonly Diagnostic[]>> {
  const held: Shard[] = [];
  const reasons: Diagnostic[] = [];
  const seen = new Map<string, string>();
  let isWhole = false;
  try {
    for (const source of sources) {
      const real = await realpath(source.folder).catch(() => source.folder);
      const twice = seen.get(real);
      seen.set(real, source.name);
      if (twice !== undefined) {
        reasons.push(
          refused('overlapping-runs', `\`${source.name}\` and \`${twice}\` are one run: name it once`),
        );
        continue;
      }
      const shard = await hold(source, fileSystem, pid);
      if (shard.ok) held.push(shard.value);
      else reasons.push(...shard.error);
    }
    // What is said of all of them together would mislead where one of them is not known.
    const together = reasons.length > 0 ? reasons : whole(held);
    isWhole = together.length === 0;
    return isWhole ? success(held.toSorted((one, other) => one.index - other.index)) : failure(together);
  } finally {
    if (!isWhole) await Promise.all(held.map(({ lock }) => lock.release()));
  }
}

async function hold(
  source: MergeSource,
  fileSystem: FileSystem,
  pid: number | undefined,
): Promise<Result<Shard, readonly Diagnostic[]>> {
  const { folder } = source;
  const before = await readSummary(fileSystem, join(folder, 'run.json'));
  if (!before.ok) return failure([refused('not-a-run', before.error.message, before.error.hint)]);
  const lock = await lockRun(folder, { pid });
  if (!lock.ok) return failure([refused('run-locked', lock.error.message, lock.error.hint)]);
  let isHeld = false;
  try {
    const read = await readHeld(source, fileSystem);
    isHeld = read.ok;
    return read.ok ? success({ ...read.value, lock: lock.value }) : read;
  } finally {
    if (!isHeld) await lock.value.release();
  }
}

/** It may have been gone on with until the lock was ours. */
async function readHeld(
  source: MergeSource,
  fileSystem: FileSystem,
): Promise<Result<Omit<Shard, 'lock'>, readonly Diagnostic[]>> {
  const { folder } = source;
  const summary = await readSummary(fileSystem, join(folder, 'run.json'));
  if (!summary.ok) return failure([refused('not-a-run', summary.error.message, summary.error.hint)]);
  const index = shardOf(source, summary.value);
  if (!index.ok) return index;
  const spool =
    summary.value.input.path === '-' ? await hashOf(fileSystem, join(folder, spoolName)) : undefined;
  return success({ ...source, summary: summary.value, index: index.value, spool });
}

/** Which part of its input a run is, from 1; or why it is none that can be merged. */
function shardOf({ name }: MergeSource, summary: RunSummary): Result<number, readonly Diagnostic[]> {
  const { state, counts, selection, tool_calls, usage } = summary;
  if (state !== 'completed' || counts === null || tool_calls === null || usage === null) {
    const pending = counts === null ? '' : `, and ${counts.pending} of its records are pending`;
    // Its lock is ours: nobody is at work on it.
    const how = state === 'running' ? 'its process was killed' : `it is ${state}`;
    const message = `the run \`${name}\` is not completed: ${how}${pending}`;
    return failure([refused('unfinished-run', message, `\`pipe resume ${name}\` finishes it`)]);
  }
  const { shard, ...others } = selection ?? {};
  if (!isObject(shard) || typeof shard['index'] !== 'number') {
    const message = `the run \`${name}\` is not one of \`--shard i/n\``;
    return failure([refused('not-a-shard', message, 'merge runs that took a part of the input each')]);
  }
  const [further] = Object.keys(others);
  if (further === undefined) return success(shard['index']);
  const message = `the run \`${name}\` took only some records of its part of the input, by \`--${further}\``;
  const hint = `there would be gaps: run it again without \`--${further}\``;
  return failure([refused('missing-records', message, hint)]);
}

/** What speaks against runs as a whole: that they are parts of different wholes, or not all of one. */
function whole(shards: readonly Shard[]): readonly Diagnostic[] {
  const [first, ...others] = shards;
  if (first === undefined) return [refused('usage', 'there is no run to merge')];
  const differences = others.flatMap((other) => alike(first, other));
  if (differences.length > 0) return differences;
  const count = countOf(first);
  const strangers = others.filter((other) => countOf(other) !== count);
  if (strangers.length > 0) {
    return strangers.map((other) =>
      refused(
        'overlapping-runs',
        `\`${first.name}\` is shard ${first.index}/${count} and \`${other.name}\` is shard ${other.index}/${countOf(other)}, so that some records are in both`,
        'merge runs of one and the same number of shards',
      ),
    );
  }
  return [...overlaps(shards, count), ...gaps(shards, count)];
}

function overlaps(shards: readonly Shard[], count: number): readonly Diagnostic[] {
  return shards.flatMap((shard, at) => {
    const first = shards.slice(0, at).find(({ index }) => index === shard.index);
    if (first === undefined) return [];
    const message = `\`${first.name}\` and \`${shard.name}\` are both shard ${shard.index}/${count}`;
    return [refused('overlapping-runs', message, 'leave one of them out')];
  });
}

const gapsNamed = 10;

function gaps(shards: readonly Shard[], count: number): readonly Diagnostic[] {
  const there = new Set(shards.map(({ index }) => index));
  const missing: string[] = [];
  for (let index = 1; index <= count && missing.length < gapsNamed; index += 1)
    if (!there.has(index)) missing.push(`${index}/${count}`);
  if (missing.length === 0) return [];
  const left = count - there.size - missing.length;
  const more = left > 0 ? ` and ${left} more` : '';
  const message = `${missing.length === 1 ? 'the shard' : 'the shards'} ${missing.join(', ')}${more} ${missing.length === 1 ? 'is' : 'are'} missing`;
  return [
    refused(
      'missing-shards',
      message,
      `run what is missing, such as with \`--shard ${missing[0]}\`, and name it too`,
    ),
  ];
}
