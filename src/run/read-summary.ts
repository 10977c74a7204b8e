import { join } from 'node:path';
import { isObject, type JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { readUsage } from './entry.ts';
import type { StopReason } from './events.ts';
import { errorCode, inWords, nodeFileSystem, type FileSystem, notAFile } from './file-system.ts';
import { ingredientNames } from './ingredients.ts';
import type { RunSummary } from './run-summary.ts';
import { readJson } from './whole-file.ts';

/** Reads what the run of a folder told of itself, whoever is at work on it. */
export function readRun(folder: string): Promise<Result<RunSummary, StopReason>> {
  return readSummary(nodeFileSystem, join(folder, 'run.json'));
}

/** Reads what a run told of itself; a reason of kind `input` says why its folder cannot be gone on with. */
export async function readSummary(
  fileSystem: FileSystem,
  path: string,
): Promise<Result<RunSummary, StopReason>> {
  let value: JsonValue | undefined;
  try {
    value = await readJson(fileSystem, path);
  } catch (error) {
    const code = errorCode(error);
    if (code === notAFile || code === 'EISDIR') return unusable(`${path} is no file`);
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    return absent
      ? unusable(
          `${path} is not there, so this is no run's folder`,
          'name the folder of a run, such as `runs/…`',
        )
      : unusable(`${path} cannot be read: ${inWords(error)}`);
  }
  if (!isObject(value)) return unusable(`${path} is damaged, so it is not known what was run`, anew);
  if (typeof value['format'] === 'number' && value['format'] > 1) {
    return unusable(`${path} is of a newer version of pipe: go on with that one`);
  }
  const known = isSummary(value);
  return known
    ? success({ ...unknown, ...value } as unknown as RunSummary)
    : unusable(`${path} is not the run.json of a run`, anew);
}

/** What is not told is not known. An earlier version neither replayed nor recorded, and says nothing of it. */
const unknown = { replay: null, record: null, usage: null, cost_usd: null };

const anew = 'begin a new run: `journal.jsonl` beside it still has every answer, but not what was asked';

type Check = (value: JsonValue | undefined) => boolean;

/** What a resume builds on, and what is told of a run of which nothing is left to do; the rest is for people. */
const isSummary = has({
  format: (value) => value === 1,
  id: ifThere(isText),
  state: isText,
  reason: orNull(has({ kind: isText, code: isText, message: isText })),
  pipe: isText,
  name: isText,
  started: isText,
  finished: orNull(isText),
  sessions: isNumber,
  duration: orNull(isNumber),
  pipeline: orNull(isFile),
  files: listOf(isFile),
  vars: isObject,
  overrides: listOf(isText),
  steps: (value) => value === undefined || isIngredients(value),
  input: has({ path: orNull(isText), sha256: orNull(isText), format: orNull(isText), key: ifThere(isText) }),
  selection: orNull(isSelection),
  images: orNull(isText),
  output: orNull(isText),
  simulated: isFlag,
  simulator: orNull(isText),
  replay: ifThere(
    has({ paths: listOf(isText), live_tools: isFlag, strict: isFlag, simulated: ifThere(isFlag) }),
  ),
  record: ifThere(isText),
  models: isModels,
  results_bytes: ifThere(isNumber),
  results_crc32: ifThere(isNumber),
  journal_bytes: ifThere(isNumber),
  crashed_sessions: ifThere(isNumber),
  locked: ifThere(isFlag),
  counts: orNull(numbers('total', 'succeeded', 'failed', 'skipped', 'pending')),
  tool_calls: orNull(numbers('total', 'failed')),
  usage: ifThere((value) => readUsage(value) !== undefined),
  cost_usd: ifThere(isNumber),
  budget: orNull(has({ usd: orNull(numbers('limit', 'spent')), tokens: orNull(numbers('limit', 'spent')) })),
});

function isSelection(value: JsonValue | undefined): boolean {
  const parts: { readonly [name: string]: Check } = {
    shard: numbers('index', 'count'),
    offset: isNumber,
    sample: numbers('size', 'seed'),
    limit: isNumber,
  };
  return isObject(value) && Object.entries(value).every(([name, part]) => parts[name]?.(part) === true);
}

function isIngredients(value: JsonValue): boolean {
  const hashes = Object.fromEntries(ingredientNames.map((name) => [name, orNull(isText)]));
  return isObject(value) && Object.values(value).every(has(hashes));
}

function isModels(value: JsonValue | undefined): boolean {
  return isObject(value) && Object.values(value).every(listOf(isText));
}

function isFile(value: JsonValue | undefined): boolean {
  return isObject(value) && isText(value['path']) && isText(value['sha256']);
}

function isText(value: JsonValue | undefined): boolean {
  return typeof value === 'string';
}

function isFlag(value: JsonValue | undefined): boolean {
  return typeof value === 'boolean';
}

function isNumber(value: JsonValue | undefined): boolean {
  return typeof value === 'number';
}

function has(checks: { readonly [name: string]: Check }): Check {
  return (value) => isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));
}

function numbers(...names: readonly string[]): Check {
  return has(Object.fromEntries(names.map((name) => [name, isNumber])));
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && (value as readonly JsonValue[]).every(check);
}

function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

function ifThere(check: Check): Check {
  return (value) => value === undefined || value === null || check(value);
}

function unusable(message: string, hint?: string): Result<never, StopReason> {
  return failure({ kind: 'input', code: 'not_a_run', message, ...(hint !== undefined && { hint }) });
}
