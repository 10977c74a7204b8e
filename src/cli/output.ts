import { access, constants, lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { isObject } from '../json/json.ts';
import type { Plan } from '../plan.ts';
import type { RecordSource } from '../records/open.ts';
import type { WriteTarget } from '../records/write-target.ts';
import type { OutputFormat } from '../records/writers.ts';
import { errorCode, inWords } from '../run/file-system.ts';
import { failure, success, type Result } from '../result.ts';

/** Where `--output` puts the result rows. */
export type RunOutput =
  | { readonly kind: 'none' }
  | { readonly kind: 'stdout'; readonly format: OutputFormat }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly format: OutputFormat;
      /** Whether it is a pipe with a name: whoever reads it is waited for. */
      readonly isPipe: boolean;
    };

/** Finds out before anything is paid for whether the rows can be written there at the end. */
export async function checkOutput(
  path: string | undefined,
  input: string,
): Promise<Result<RunOutput, Diagnostic>> {
  if (path === undefined) return success({ kind: 'none' });
  const { outputFormat } = await import('../records/writers.ts');
  const format = outputFormat(path);
  if (!format.ok) return format;
  if (path === '-') return success({ kind: 'stdout', format: format.value });
  const target = await targetOf(path);
  if (!target.ok) return target;
  if (target.value.kind === 'file') {
    const wrong = (await whatIsWrong(target.value.path)) ?? (await whatIsLong(`${path}.partial`));
    if (wrong !== undefined) return failure(refused(wrong.message, wrong.hint));
  }
  const [old, read] = await Promise.all([
    stat(path).catch(() => undefined),
    stat(input).catch(() => undefined),
  ]);
  if (old?.isDirectory() === true)
    return failure(refused(`\`--output ${path}\` is a folder`, 'name a file in it'));
  if (old !== undefined && read !== undefined && old.ino === read.ino && old.dev === read.dev) {
    return failure(
      refused('`--output` is the input file', 'name another: the rows would be written over it'),
    );
  }
  return success({ kind: 'file', path, format: format.value, isPipe: target.value.kind === 'pipe' });
}

/** Where the rows will be. */
async function targetOf(path: string): Promise<Result<WriteTarget, Diagnostic>> {
  const { writeTarget } = await import('../records/write-target.ts');
  try {
    return success(await writeTarget(path));
  } catch (error) {
    // What is wrong with its folder is told of the folder.
    if (errorCode(error) === 'ENOTDIR') return success({ path, kind: 'file' });
    return failure(refused(`\`--output\` cannot be written: ${inWords(error)}`, 'name another file'));
  }
}

/** Why no file can be made there. */
async function whatIsWrong(
  path: string,
): Promise<{ readonly message: string; readonly hint: string } | undefined> {
  const folder = dirname(path);
  const shown = `the folder of \`--output\`, \`${folder}\`,`;
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) return { message: `${shown} is no folder`, hint: 'name another' };
    await access(folder, constants.W_OK);
    await lstat(path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
    });
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return { message: `${shown} does not exist`, hint: 'make it first' };
    if (code === 'ENOTDIR') return { message: `${shown} lies below a file`, hint: 'name another' };
    if (code === 'ENAMETOOLONG') return tooLong;
    return {
      message: `${shown} cannot be written to: ${inWords(error)}`,
      hint: 'name another, or mend that',
    };
  }
}

const tooLong = { message: 'the name of `--output` is too long', hint: 'name it in fewer letters' };

/** Beside a link, and not behind it, stand the rows of a run that does not come to its end. */
async function whatIsLong(path: string): Promise<typeof tooLong | undefined> {
  return lstat(path).then(
    () => undefined,
    (error: unknown) => (errorCode(error) === 'ENAMETOOLONG' ? tooLong : undefined),
  );
}

function refused(message: string, hint?: string): Diagnostic {
  return { severity: 'error', code: 'output-unwritable', message, ...(hint !== undefined && { hint }) };
}

/**
 * The columns of a table of result rows: the keys of `output`; else the fields of a record, where the header or the
 * input's schema tells them, and the steps. Undefined where only the rows can tell.
 */
export function resultColumns(plan: Plan, source: RecordSource): readonly string[] | undefined {
  if (plan.output !== undefined) {
    return plan.output.kind === 'object' ? plan.output.fields.map(([name]) => name) : undefined;
  }
  const fields = source.columns ?? schemaFields(plan.input.schema);
  return fields && [...fields, ...plan.steps.map(({ id }) => id)];
}

function schemaFields(schema: Plan['input']['schema']): readonly string[] | undefined {
  const properties: JsonValue | undefined = isObject(schema) ? schema['properties'] : undefined;
  return isObject(properties) ? Object.keys(properties satisfies JsonObject) : undefined;
}
