import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { afterEach } from 'vitest';
import type { JsonObject, JsonSchema, JsonValue, Pointer } from '../../src/json/json.ts';
import { valueAt } from '../../src/json/pointer.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import { createShared } from '../../src/tools/shared.ts';
import type {
  TemplateReads,
  ToolError,
  ToolKind,
  ToolOutcome,
  ToolProgram,
  ToolServices,
} from '../../src/tools/tool.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder with these files, gone after the test. */
export async function folderOf(files: { readonly [path: string]: string } = {}): Promise<string> {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

export interface Compiled {
  readonly program: ToolProgram;
  /** Each as `code pointer`, with `(key)` where it is told of the key. */
  readonly mistakes: readonly string[];
  /** What each template may read, by its pointer. */
  readonly reads: ReadonlyMap<string, TemplateReads | undefined>;
  /** Pointers of the files that were asked for. */
  readonly files: readonly string[];
}

export interface CompileOptions {
  readonly folder?: string;
  readonly parameters?: JsonSchema;
}

function textAt(spec: JsonObject, pointer: Pointer): string {
  const text = valueAt(spec, pointer);
  if (typeof text !== 'string') throw new Error(`no text at ${pointer.join('.')}`);
  return text;
}

/** Compiles a tool as its step does, but for the check of references. */
export async function compileTool(
  kind: ToolKind,
  spec: JsonObject,
  { folder = '/pipelines', parameters = true }: CompileOptions = {},
): Promise<Compiled> {
  const mistakes: string[] = [];
  const reads = new Map<string, TemplateReads | undefined>();
  const files: string[] = [];
  const program = await kind.compile(spec, {
    folder,
    parameters,
    provider_keys: new Set(['MISTRAL_API_KEY']),
    template(pointer, read) {
      reads.set(pointer.join('.'), read);
      const compiled = compileTemplate(textAt(spec, pointer), new Map([['name', 'x']]));
      if (compiled.ok) return compiled.value;
      mistakes.push(`${compiled.error[0]?.code} ${pointer.join('.')}`);
      const empty = compileTemplate('', new Map());
      if (!empty.ok) throw new Error('The empty template does not compile');
      return empty.value;
    },
    schema: () => Promise.reject(new Error('a tool kind compiles no schema')),
    file(pointer) {
      files.push(pointer.join('.'));
      const path = resolve(folder, textAt(spec, pointer));
      if (existsSync(path)) return Promise.resolve(path);
      mistakes.push(`missing-file ${pointer.join('.')}`);
      return Promise.resolve(undefined);
    },
    report: ({ code, pointer, part }) =>
      mistakes.push(`${code} ${pointer.join('.')}${part === 'key' ? ' (key)' : ''}`),
  });
  return { program, mistakes, reads, files };
}

export interface CallOptions extends Partial<ToolServices> {
  readonly input?: JsonValue;
}

/** What the calls of one test share, as those of a run do. */
export const shared = createShared();
afterEach(() => shared.close());

/** Calls a tool with these arguments. */
export function call(
  program: ToolProgram,
  given: JsonObject = {},
  { input = {}, ...services }: CallOptions = {},
): Promise<ToolOutcome> {
  return program.run({ arguments: given, scope: { input, vars: {}, steps: {} } }, servicesOf(services));
}

/** Asks a tool whether it can be run. */
export async function prepare(
  program: ToolProgram,
  services: Partial<ToolServices> = {},
): Promise<ToolError | undefined> {
  return program.prepare?.(servicesOf(services));
}

function servicesOf(given: Partial<ToolServices>): ToolServices {
  return { signal: new AbortController().signal, env: {}, shared, ...given };
}

/** The error of an outcome that must be one. */
export function errorOf(outcome: ToolOutcome) {
  if (outcome.ok) throw new Error(`the tool succeeded: ${JSON.stringify(outcome.value)}`);
  return outcome.error;
}

/** Whether the process has ended; one that nobody has buried yet has, too. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return /\) Z /u.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
