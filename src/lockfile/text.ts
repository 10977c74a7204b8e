import { Document } from 'yaml';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { printable } from '../diagnostic/printable.ts';
import type { Source } from '../diagnostic/source.ts';
import { parseYaml } from '../diagnostic/yaml-source.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import type { Price } from '../usage/prices.ts';
import { lockVersion, type Lock, type LockedModel } from './lock.ts';

/** A lock that was read, and where it says what. */
export interface ReadLock {
  readonly lock: Lock;
  readonly source: Source;
  /** The command that writes it, as a user would type it. */
  readonly remedy: string;
}

/** What the first line of every lock begins with. */
const mark = '# The lock of ';

/**
 * The lock as a file: a pin a line in a stable order, so that two changes meet in git only where they change the same
 * thing, and a difference tells what.
 */
export function formatLock({ pipeline, fingerprints, files, models }: Lock): string {
  const document = new Document({
    version: lockVersion,
    pipeline,
    fingerprints,
    files: Object.fromEntries(Object.entries(files).map(([path, sha256]) => [path, `sha256:${sha256}`])),
    models,
  });
  // Within a comment, a name is one line.
  const shown = printable(pipeline);
  return [
    `${mark}${shown}: the files, the models and the prices that were tested together.`,
    `# \`pipe lock ${shown}\` writes it, and \`--locked\` holds a run to it. Commit it; do not edit it.`,
    document.toString({ lineWidth: 0 }),
  ].join('\n');
}

/** The pipeline of which a text is the lock, printable, by the first line that `formatLock` has given it; undefined where it is none. */
export function markedPipeline(text: string): string | undefined {
  const line = text.split(/\r?\n/u).find((one) => one.startsWith(mark));
  return line?.slice(mark.length, line.lastIndexOf(':'));
}

/** Reads a lock at an absolute path; all that is wrong with it is told. */
export function parseLock(
  path: string,
  text: string,
  remedy: string,
): Result<ReadLock, readonly Diagnostic[]> {
  if (/^<{7} /mu.test(text)) {
    const message = 'the lock has a merge conflict';
    const hint = `resolve those of the files that it pins, then ${remedy} writes it anew`;
    return failure([{ ...invalid(message, hint), place: { path, line: lineOf(text, /^<{7} /mu) } }]);
  }
  const { source, diagnostics } = parseYaml(path, text);
  if (diagnostics.length > 0) return failure(diagnostics);
  const { value } = source;
  const version = isObject(value) ? value['version'] : undefined;
  if (typeof version === 'number' && version > lockVersion) {
    const place = { source, pointer: ['version'] };
    const message = 'the lock is of a newer version of pipe';
    return failure([{ severity: 'error', code: 'newer-lock', message, hint: 'go on with that one', place }]);
  }
  const wrong = mistakeIn(value);
  if (wrong !== undefined) {
    const message = `this is not what \`pipe lock\` has written: ${wrong.what}`;
    return failure([
      { ...invalid(message, `${remedy} writes it anew`), place: { source, pointer: wrong.pointer } },
    ]);
  }
  return success({ lock: lockIn(value as JsonObject), source, remedy });
}

function invalid(message: string, hint: string): Diagnostic {
  return { severity: 'error', code: 'invalid-lock', message, hint };
}

function lineOf(text: string, pattern: RegExp): number {
  return text.slice(0, text.search(pattern)).split('\n').length;
}

interface Wrong {
  readonly what: string;
  readonly pointer: Pointer;
}

/** The first thing that is wrong with the value, a name that is not known included: it may be a pin that we would not hold. */
function mistakeIn(value: JsonValue): Wrong | undefined {
  if (!isObject(value)) return { what: 'it is no map', pointer: [] };
  const keys = ['version', 'pipeline', 'fingerprints', 'files', 'models'];
  const { version, pipeline, fingerprints, files, models } = value;
  return (
    keyMistake(value, keys, []) ??
    expected(version === lockVersion, `\`version\` is not ${lockVersion}`, ['version']) ??
    expected(typeof pipeline === 'string', '`pipeline` is no name of a file', ['pipeline']) ??
    expected(typeof fingerprints === 'number', '`fingerprints` is no number', ['fingerprints']) ??
    expected(isObject(files), '`files` is no map', ['files']) ??
    expected(isObject(models), '`models` is no map', ['models']) ??
    first(files, (hash, path) => expected(isHash(hash), 'this is no sha256', ['files', path])) ??
    first(models, modelMistake)
  );
}

function modelMistake(model: JsonValue, identity: string): Wrong | undefined {
  const at = ['models', identity];
  if (!isObject(model)) return { what: 'this is no model', pointer: at };
  const { resolved, price } = model;
  return (
    keyMistake(model, ['resolved', 'price'], at) ??
    expected(resolved === null || typeof resolved === 'string', 'this is no name of a model', [
      ...at,
      'resolved',
    ]) ??
    expected(price === null || isPrice(price), 'this is no price', [...at, 'price'])
  );
}

function keyMistake(value: JsonObject, keys: readonly string[], at: Pointer): Wrong | undefined {
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  return unknown === undefined ? undefined : { what: `it has no \`${unknown}\``, pointer: [...at, unknown] };
}

function first(
  map: JsonValue | undefined,
  check: (value: JsonValue, name: string) => Wrong | undefined,
): Wrong | undefined {
  for (const [name, value] of Object.entries(isObject(map) ? map : {})) {
    const wrong = check(value, name);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function expected(holds: boolean, what: string, pointer: Pointer): Wrong | undefined {
  return holds ? undefined : { what, pointer };
}

function isHash(value: JsonValue): boolean {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/u.test(value);
}

function isPrice(value: JsonValue | undefined): boolean {
  if (!isObject(value)) return false;
  const { input, output, cached_input = 0, ...others } = value;
  return (
    [input, output, cached_input].every((one) => typeof one === 'number') && Object.keys(others).length === 0
  );
}

/** Of a value in which nothing is wrong. */
function lockIn(value: JsonObject): Lock {
  const files = Object.entries(value['files'] as { readonly [path: string]: string });
  const models = Object.entries(value['models'] as { readonly [identity: string]: JsonObject });
  return {
    pipeline: value['pipeline'] as string,
    fingerprints: value['fingerprints'] as number,
    files: Object.fromEntries(files.map(([path, hash]) => [path, hash.slice('sha256:'.length)])),
    models: Object.fromEntries(
      models.map(([identity, { resolved, price }]): [string, LockedModel] => [
        identity,
        { resolved: resolved as string | null, price: price as Price | null },
      ]),
    ),
  };
}
