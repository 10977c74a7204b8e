import type { JsonValue } from '../json/json.ts';
import type { PlanFile } from '../plan.ts';
import { canonicalJson } from './canonical.ts';
import type { RunMeta, RunSummary } from './run-summary.ts';

/** Flags that say how a run is done: a resume may have others. */
const how = /^--(?:concurrency|budget-usd|no-cache|set (?:limits|budget|retry|fail|cache|prices)\b)/;

/**
 * In what a run would differ from what it was begun with, as far as that could change a result: a sentence each, without
 * a full stop. Files are told apart by what is in them, not by where they are.
 */
export function changesSince(before: RunSummary, meta: RunMeta): readonly string[] {
  const { plan, input, selection = null } = meta;
  const [pipeline, ...files] = plan.files;
  return [
    ...fileChanges(
      before.pipeline === null ? [] : [before.pipeline],
      pipeline === undefined ? [] : [pipeline],
    ),
    ...fileChanges(before.files, files),
    ...(isSame(before.vars, plan.vars) ? [] : ['the variables are others']),
    ...(isSame(saying(before.overrides), saying(plan.overrides)) ? [] : [flagChange(before, meta)]),
    ...(before.input.sha256 === input.sha256 && before.input.format === (input.format ?? null)
      ? []
      : [`the input \`${input.path ?? ''}\` is not what it was`]),
    ...(isSame(before.selection, selection) ? [] : ['other records of the input are selected']),
    ...(before.images === (meta.images ?? null) ? [] : ['images are read from another folder']),
  ];
}

function fileChanges(before: readonly PlanFile[], now: readonly PlanFile[]): readonly string[] {
  const had = new Set(before.map(({ sha256 }) => sha256));
  const has = new Set(now.map(({ sha256 }) => sha256));
  const paths = new Set(now.map(({ path }) => path));
  return [
    ...now.filter(({ sha256 }) => !had.has(sha256)).map(({ path }) => `\`${path}\` is not what it was`),
    ...before
      .filter(({ path, sha256 }) => !has.has(sha256) && !paths.has(path))
      .map(({ path }) => `\`${path}\` is no part of the pipeline any more`),
  ];
}

function saying(overrides: readonly string[]): readonly string[] {
  return overrides.filter((text) => !how.test(text) && !text.startsWith('--var '));
}

function flagChange(before: RunSummary, { plan }: RunMeta): string {
  const words = (overrides: readonly string[]) =>
    saying(overrides)
      .map((text) => `\`${text}\``)
      .join(', ') || 'none of `--set` and `--model`';
  return `it was begun with ${words(before.overrides)}, and this is with ${words(plan.overrides)}`;
}

function isSame(one: JsonValue, other: JsonValue): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
