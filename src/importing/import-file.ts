import { basename } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { parseYaml } from '../diagnostic/yaml-source.ts';
import { notImported } from '../pipeline/foreign-files.ts';
import { readTextFile } from '../pipeline/load.ts';
import { failure, success, type Result } from '../result.ts';
import { openFolder, tellSecrets } from './folder.ts';
import type { Imported, ImportKind } from './kind.ts';
import { createNotes } from './notes.ts';
import { importKinds } from './registry.ts';

export interface ImportedFile extends Imported {
  readonly kind: ImportKind;
  /** What did not carry over. */
  readonly notes: readonly Diagnostic[];
}

/**
 * Reads a file of another tool as a pipeline. `path` is absolute, `shown` what messages call it; `from` names the kind,
 * which else is known by name and content; `keys`: those of
 * this machine, which are not to be written. Nothing of the file is executed.
 */
export async function importFile(
  path: string,
  shown: string,
  { from, keys = [] }: { readonly from?: string | undefined; readonly keys?: readonly string[] } = {},
): Promise<Result<ImportedFile, readonly Diagnostic[]>> {
  const read = await readTextFile(path, shown);
  if (!read.ok) return failure([read.error]);
  const notes = createNotes();
  const folder = openFolder(path, notes, keys);
  const { text, found } = folder.hide(read.value.text);
  tellSecrets(path, text, found, notes);
  const kind = kindOf(basename(path), text, from);
  if (kind === undefined) return failure([unknownKind(path, shown, text)]);
  const imported = await kind.read({ path, shown, text, folder, notes });
  if (!imported.ok) return failure(worthTelling(imported.error));
  return success({ ...imported.value, kind, notes: notes.all() });
}

/** That files are too many is said once, wherever they are named, and nobody mends hundreds of mistakes at a time. */
function worthTelling(mistakes: readonly Diagnostic[]): readonly Diagnostic[] {
  const tooLarge = new Set<string>();
  return mistakes
    .filter(({ code, message }) => {
      if (code !== 'file-too-large') return true;
      return !tooLarge.has(message) && tooLarge.add(message);
    })
    .slice(0, mostMistakes);
}

const mostMistakes = 100;

function kindOf(name: string, text: string, from: string | undefined): ImportKind | undefined {
  if (from !== undefined) return importKinds.get(from);
  if (text.trim() === '') return undefined;
  return [...importKinds.values()].find((kind) => kind.recognises(name, text));
}

function unknownKind(path: string, shown: string, text: string): Diagnostic {
  const { what, hint } = unknown(path, shown, text);
  return { severity: 'error', code: 'unknown-kind', message: `\`${shown}\` ${what}`, hint };
}

const programs = /\.(?:py|ipynb|[cm]?[jt]sx?|go|java|rb|rs|cs)$/i;

function unknown(
  path: string,
  shown: string,
  text: string,
): { readonly what: string; readonly hint: string } {
  const name = basename(path);
  const known = notImported(name, parseYaml(path, text).source.value);
  if (known !== undefined)
    return { what: `looks like ${known.description}, which is not imported`, hint: known.remedy };
  if (programs.test(name))
    return {
      what: 'is a program, and no code is imported',
      hint: '`pipe init` writes a pipeline to begin with, for the prompts and the model of it; "Coming from elsewhere" in the README has what other tools\' words are here',
    };
  if (/^version:\s*1\b/m.test(text) && /^steps:/m.test(text))
    return { what: 'is a pipeline already', hint: `check it: pipe check ${shown}` };
  const kinds = [...importKinds.values()].map(({ kind, example }) => `${kind} (${example})`).join(', ');
  return {
    what: text.trim() === '' ? 'is empty' : 'is not recognised as a file of another tool',
    hint: `these are imported: ${kinds}; --from says which it is`,
  };
}
