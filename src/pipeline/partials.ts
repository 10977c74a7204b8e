import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Source } from '../diagnostic/source.ts';
import { textSource } from '../diagnostic/yaml-source.ts';
import type { JsonValue } from '../json/json.ts';
import type { Workspace } from './workspace.ts';
import { valueText } from './words.ts';

const extension = '.hbs';

/** The partials of the folder that a pipeline names, each by its file's name without `.hbs`. */
export async function loadPartials(
  folder: JsonValue | undefined,
  { path, source, files, report }: Workspace,
): Promise<ReadonlyMap<string, Source>> {
  if (typeof folder !== 'string') return new Map();
  const place = { source, pointer: ['partials'] };
  const absolute = resolve(dirname(path), folder);
  const partials = new Map<string, Source>();
  try {
    const names = (await readdir(absolute)).filter((name) => name.endsWith(extension)).sort();
    for (const name of names) {
      const file = join(absolute, name);
      const read = await files.read(file, join(folder, name));
      if (read.ok) partials.set(name.slice(0, -extension.length), textSource(file, read.value.text));
      else report.add({ place, ...read.error });
    }
  } catch (error) {
    report.add({ severity: 'error', ...folderMistake(folder, error), place });
  }
  return partials;
}

function folderMistake(folder: string, error: unknown) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') {
    return {
      code: 'missing-file',
      message: `there is no folder ${valueText(folder)}`,
      hint: 'name it relative to this file',
    };
  }
  if (code === 'ENOTDIR') {
    return {
      code: 'missing-file',
      message: `${valueText(folder)} is not a folder`,
      hint: 'name the folder that the .hbs files are in',
    };
  }
  if (code === '') throw error;
  return { code: 'unreadable-file', message: `the folder ${valueText(folder)} cannot be read: ${code}` };
}
