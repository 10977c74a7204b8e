import type { JsonObject, JsonValue } from '../json/json.ts';
import { canonicalJson } from './canonical.ts';
import { member, placeOf, saying } from './changes.ts';
import { isMadeUp, type RunSummary } from './run-summary.ts';

/** Something that two runs were not made of alike; null where a run does not have it. */
export interface SummaryDifference {
  readonly of:
    | 'pipeline'
    | 'file'
    | 'var'
    | 'override'
    | 'input'
    | 'selection'
    | 'model'
    | 'simulated'
    | 'simulator'
    | 'replayed';
  /** What it is called, such as a variable's name; for the others than files, vars and models, `of` again. */
  readonly name: string;
  readonly a: JsonValue;
  readonly b: JsonValue;
}

/**
 * Where two runs differ in what they were made of: files and the input by the sha256 of their bytes, models by those that
 * answered, flags where they say what is asked. Files are known by their place as seen from the pipeline, so that a project that was moved is the same.
 */
export function summaryDifferences(a: RunSummary, b: RunSummary): readonly SummaryDifference[] {
  return [
    ...one('pipeline', a.pipeline?.sha256 ?? null, b.pipeline?.sha256 ?? null),
    ...each('file', filesOf(a), filesOf(b)),
    ...each('var', a.vars, b.vars),
    ...one('override', saying(a.overrides), saying(b.overrides)),
    ...(isSpoolUntold(a, b) ? [] : one('input', a.input.sha256, b.input.sha256)),
    ...one('selection', a.selection, b.selection),
    ...each('model', a.models, b.models),
    ...one('simulated', isMadeUp(a), isMadeUp(b)),
    // Of one that is not simulated, the line above says enough.
    ...(a.simulated && b.simulated ? one('simulator', a.simulator, b.simulator) : []),
    ...one('replayed', a.replay !== null, b.replay !== null),
  ];
}

/** An older pipe did not tell what came by stdin: the same may have come. */
function isSpoolUntold({ input: a }: RunSummary, { input: b }: RunSummary): boolean {
  return a.path === '-' && b.path === '-' && (a.sha256 === null || b.sha256 === null);
}

function one(
  of: SummaryDifference['of'],
  a: JsonValue,
  b: JsonValue,
  name: string = of,
): readonly SummaryDifference[] {
  return canonicalJson(a) === canonicalJson(b) ? [] : [{ of, name, a, b }];
}

function each(of: SummaryDifference['of'], a: JsonObject, b: JsonObject): readonly SummaryDifference[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) => one(of, member(a, name), member(b, name), name));
}

/** The sha256 of each file, by its path as seen from the pipeline file. */
export function filesOf({ pipeline, files }: Pick<RunSummary, 'pipeline' | 'files'>): JsonObject {
  return Object.fromEntries(files.map(({ path, sha256 }) => [placeOf(path, pipeline), sha256]));
}
