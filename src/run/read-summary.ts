import { join } from 'node:path';
import { isObject, type JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import type { StopReason } from './events.ts';
import { errorCode, inWords, nodeFileSystem, type FileSystem } from './file-system.ts';
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
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    return unusable(
      absent
        ? `${path} is not there, so this is no run's folder`
        : `${path} cannot be read: ${inWords(error)}`,
    );
  }
  if (!isObject(value)) return unusable(`${path} is damaged, so it is not known what was run`);
  if (typeof value['format'] === 'number' && value['format'] > 1) {
    return unusable(`${path} is of a newer version of pipe: go on with that one`);
  }
  const known = isSummary(value);
  return known ? success(value as unknown as RunSummary) : unusable(`${path} is not the run.json of a run`);
}

/** What a resume builds on; the rest is for people. */
function isSummary(value: { readonly [name: string]: JsonValue | undefined }): boolean {
  const { input, pipeline, files, overrides } = value;
  return (
    value['format'] === 1 &&
    ['state', 'name', 'started'].every((name) => typeof value[name] === 'string') &&
    typeof value['sessions'] === 'number' &&
    isObject(value['vars']) &&
    isObject(input) &&
    isTextOrNull(input['path']) &&
    isTextOrNull(input['sha256']) &&
    isTextOrNull(input['format']) &&
    (pipeline === null || isFile(pipeline)) &&
    Array.isArray(files) &&
    (files as readonly JsonValue[]).every(isFile) &&
    Array.isArray(overrides) &&
    (overrides as readonly JsonValue[]).every((text) => typeof text === 'string')
  );
}

function isTextOrNull(value: JsonValue | undefined): boolean {
  return value === null || typeof value === 'string';
}

function isFile(value: JsonValue | undefined): boolean {
  return isObject(value) && typeof value['path'] === 'string' && typeof value['sha256'] === 'string';
}

function unusable(message: string): Result<never, StopReason> {
  return failure({ kind: 'input', code: 'not_a_run', message });
}
