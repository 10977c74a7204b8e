import { dirname, relative } from 'node:path';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { isObject } from '../json/json.ts';
import { resumableSections, type PlanFile } from '../plan.ts';
import { shortestSelection } from '../records/selection.ts';
import { canonicalJson } from './canonical.ts';
import type { ReplayMeta, RunMeta, RunSummary } from './run-summary.ts';

/** Something in which a run would differ from what it was begun with, as far as that could change a result. */
export interface Change {
  /** Whether the command differs, so that the same one with other flags would do; or what stands in its files. */
  readonly in: 'command' | 'files';
  /** A sentence without a full stop. */
  readonly message: string;
}

/** Flags that say how a run is done: a resume may have others. */
const how = new RegExp(
  `^--(?:concurrency|budget-usd|no-cache|set (?:\\["|)(?:${resumableSections.join('|')})\\b)`,
);

/**
 * Where a run would differ from what it was begun with. A file is told by its content and by its place as seen from the
 * pipeline file, so that a project that was moved as a whole is the same.
 */
export function changesSince(before: RunSummary, meta: RunMeta): readonly Change[] {
  return [
    ...originChanges(before, meta),
    ...pipelineChanges(before, meta),
    ...variableChanges(before, meta),
    ...overrideChanges(before, meta),
    ...inputChanges(before, meta),
    ...selectionChanges(shortest(before.selection, meta), shortest(meta.selection, meta)),
    ...imageChanges(before, meta),
    ...recordChanges(before, meta),
  ];
}

/** Answers that are made up, or come from a recording, and answers that do not never stand in one run. */
export function originChanges(before: RunSummary, meta: RunMeta): readonly Change[] {
  const [was, is] = [originOf(before), originOf(meta)];
  return was === is ? [] : [inCommand(`its answers were ${was}, and these would be ${is}`)];
}

function originOf({
  simulated,
  replay,
}: {
  readonly simulated: boolean;
  readonly replay?: ReplayMeta | null;
}): string {
  if (replay !== undefined && replay !== null) return 'replayed';
  return simulated ? 'simulated' : 'real';
}

/** A recording that a part of a run is missing from would replay no run. */
function recordChanges(before: RunSummary, { record }: RunMeta): readonly Change[] {
  if (before.record === (record ?? null)) return [];
  if (before.record === null) return [inCommand('it was begun without `--record`')];
  const is = record === undefined ? 'without it' : `with \`--record ${record}\``;
  return [inCommand(`it was begun with \`--record ${before.record}\`, and this is ${is}`)];
}

function pipelineChanges(before: RunSummary, { plan }: RunMeta): readonly Change[] {
  const [pipeline = null, ...files] = plan.files;
  if (before.pipeline?.path !== pipeline?.path && before.pipeline?.sha256 !== pipeline?.sha256) {
    return [inCommand(`it was begun with ${named(before.pipeline)}, and this is ${named(pipeline)}`)];
  }
  const edited = pipeline !== null && before.pipeline?.sha256 !== pipeline.sha256;
  return [
    ...(edited ? [inFiles(`\`${pipeline.path}\` is not what it was`)] : []),
    ...fileChanges(byPlace(before.pipeline, before.files), byPlace(pipeline, files)),
  ];
}

function named(pipeline: PlanFile | null): string {
  return pipeline === null ? 'no pipeline file' : `\`${pipeline.path}\``;
}

type Files = ReadonlyMap<string, PlanFile>;

function byPlace(pipeline: PlanFile | null, files: readonly PlanFile[]): Files {
  return new Map(files.map((file) => [placeOf(file.path, pipeline), file]));
}

/** A path as seen from the pipeline file, so that a project that was moved as a whole has the same. */
export function placeOf(path: string, pipeline: PlanFile | null): string {
  return pipeline === null ? path : relative(dirname(pipeline.path), path);
}

function fileChanges(before: Files, now: Files): readonly Change[] {
  return [
    ...[...now].flatMap(([place, { path, sha256 }]) => {
      const had = before.get(place);
      if (had === undefined) return [inFiles(`\`${path}\` was no part of the pipeline`)];
      return had.sha256 === sha256 ? [] : [inFiles(`\`${path}\` is not what it was`)];
    }),
    ...[...before].flatMap(([place, { path }]) =>
      now.has(place) ? [] : [inFiles(`\`${path}\` is no part of the pipeline any more`)],
    ),
  ];
}

/** Null where the object does not have it itself: names are the user's. */
export function member(object: JsonObject, name: string): JsonValue {
  return (Object.hasOwn(object, name) ? object[name] : undefined) ?? null;
}

function variableChanges({ vars, overrides }: RunSummary, { plan }: RunMeta): readonly Change[] {
  const names = [...new Set([...Object.keys(vars), ...Object.keys(plan.vars)])]
    .filter((name) => !isSame(member(vars, name), member(plan.vars, name)))
    .map((name) => `\`${name}\``);
  if (names.length === 0) return [];
  const many = names.length > 1;
  const message = `the variable${many ? 's' : ''} ${names.join(', ')} ${many ? 'are' : 'is'} not what ${many ? 'they were' : 'it was'}`;
  const given = (texts: readonly string[]) => texts.filter((text) => text.startsWith('--var '));
  return [isSame(given(overrides), given(plan.overrides)) ? inFiles(message) : inCommand(message)];
}

function overrideChanges({ overrides }: RunSummary, { plan }: RunMeta): readonly Change[] {
  const [before, now] = [saying(overrides), saying(plan.overrides)];
  if (isSame(before, now)) return [];
  const words = (texts: readonly string[]) =>
    texts.map((text) => `\`${text}\``).join(', ') || 'none of `--set` and `--model`';
  return [inCommand(`it was begun with ${words(before)}, and this is with ${words(now)}`)];
}

/** Those that change what a call says; variables are told by their values. */
export function saying(overrides: readonly string[]): readonly string[] {
  return overrides.filter((text) => !how.test(text) && !text.startsWith('--var '));
}

function inputChanges({ input: before }: RunSummary, { input: now }: RunMeta): readonly Change[] {
  // Of what comes once that is told when all of it has come: until then it is known by the keys of its records.
  const isUntold = now.path === '-' && (before.sha256 === null || now.sha256 === null);
  if (before.sha256 !== now.sha256 && !(before.path === now.path && isUntold)) {
    return before.path === now.path
      ? [inFiles(`${inputName(now)} is not what it was`)]
      : [inCommand(`it was begun with ${inputName(before)}, and this is with ${inputName(now)}`)];
  }
  const format = now.format ?? null;
  if (before.format === format) return [];
  return [
    inCommand(`its input was read as ${before.format ?? 'records'}, and this is as ${format ?? 'records'}`),
  ];
}

function inputName({ path }: { readonly path: string | null }): string {
  if (path === null) return 'the records of a program';
  return path === '-' ? 'the input of stdin' : `the input \`${path}\``;
}

function shortest(selection: JsonObject | null | undefined, { available }: RunMeta): JsonObject {
  return { ...shortestSelection(selection ?? {}, available) } as JsonObject;
}

function selectionChanges(before: JsonObject, now: JsonObject): readonly Change[] {
  return ['shard', 'offset', 'sample', 'limit'].flatMap((name) => {
    const [was, is] = [before[name], now[name]];
    if (isSame(was ?? null, is ?? null)) return [];
    if (was === undefined)
      return [inCommand(`it was begun without \`--${name}\`, and this is with ${flagText(name, is)}`)];
    const without = is === undefined ? 'without it' : `with ${flagText(name, is)}`;
    return [inCommand(`it was begun with ${flagText(name, was)}, and this is ${without}`)];
  });
}

/** A part of a selection as it is given on the command line. */
function flagText(name: string, value: JsonValue | undefined): string {
  const part = (key: string): string => (isObject(value) ? JSON.stringify(value[key]) : '');
  if (name === 'shard') return `\`--shard ${part('index')}/${part('count')}\``;
  if (name === 'sample') return `\`--sample ${part('size')} --seed ${part('seed')}\``;
  return `\`--${name} ${JSON.stringify(value)}\``;
}

function imageChanges({ images, pipeline }: RunSummary, meta: RunMeta): readonly Change[] {
  const now = meta.images ?? null;
  if (images === now) return [];
  const [moving = null] = meta.plan.files;
  const moved = images !== null && now !== null && placeOf(images, pipeline) === placeOf(now, moving);
  return moved ? [] : [inCommand('images are read from another folder')];
}

function inCommand(message: string): Change {
  return { in: 'command', message };
}

function inFiles(message: string): Change {
  return { in: 'files', message };
}

function isSame(one: JsonValue, other: JsonValue): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
