import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { folderBeside } from '../diagnostic/missing-file.ts';
import { textSource } from '../diagnostic/yaml-source.ts';
import type { JsonValue } from '../json/json.ts';
import type { TemplateContext } from './templates.ts';
import type { Workspace } from './workspace.ts';

const extension = '.hbs';

/**
 * The partials of the folder that a pipeline names, each by its file's name without `.hbs`. `lost`: it names one where none
 * is read, which is told.
 */
export async function loadPartials(
  folder: JsonValue | undefined,
  lost: boolean,
  { path, source, files, report }: Workspace,
): Promise<Pick<TemplateContext, 'partials' | 'hasAllPartials' | 'partialFolder'>> {
  if (typeof folder !== 'string') return { partials: new Map(), hasAllPartials: !lost };
  const place = { source, pointer: ['partials'] };
  const absolute = resolve(dirname(path), folder);
  files.note(absolute);
  const names = await namesIn(absolute);
  if (typeof names === 'string') {
    report.add({ severity: 'error', ...(await folderMistake(folder, absolute, names)), place });
    return { partials: new Map(), hasAllPartials: false };
  }
  const partials = new Map<string, ReturnType<typeof textSource>>();
  let hasAllPartials = true;
  for (const name of names.filter((name) => name.endsWith(extension)).sort()) {
    const file = join(absolute, name);
    const read = await files.read(file, join(folder, name));
    if (read.ok) partials.set(name.slice(0, -extension.length), textSource(file, read.value.text));
    else {
      hasAllPartials = false;
      report.add({ place, ...read.error });
    }
  }
  return { partials, hasAllPartials, partialFolder: { path: folder, names } };
}

/** What is in a folder, or the code of the system's error. */
async function namesIn(folder: string): Promise<readonly string[] | string> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

async function folderMistake(folder: string, absolute: string, code: string) {
  if (code === 'ENOENT') {
    const meant = await folderBeside(absolute, folder);
    return {
      code: 'missing-file',
      message: `there is no folder \`${folder}\``,
      hint: meant === undefined ? 'name it relative to this file' : `did you mean \`${meant}\`?`,
    };
  }
  return code === 'ENOTDIR'
    ? {
        code: 'not-a-folder',
        message: `\`${folder}\` is not a folder`,
        hint: 'name the folder that the .hbs files are in',
      }
    : { code: 'unreadable-file', message: `the folder \`${folder}\` cannot be read: ${code}` };
}
