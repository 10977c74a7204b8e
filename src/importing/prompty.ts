import { basename } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { isObject } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { mustacheTurns } from './prompty/mustache.ts';
import type { Turn } from './draft.ts';
import { createFields, fieldScope, type Fields } from './fields.ts';
import { readFrontmatter, type FrontmatterFile } from './frontmatter.ts';
import { loadTemplate } from './jinja/load.ts';
import { turnsOf } from './jinja/turns.ts';
import type { Imported, ImportFile, ImportKind } from './kind.ts';
import { pipelineName } from './names.ts';
import { firstLineOf, placeOf, textPlace } from './notes.ts';
import { declareInputs } from './prompty/inputs.ts';
import { promptyModel } from './prompty/model.ts';
import { structuredBy } from './response-format.ts';
import { settleTurns } from './settle.ts';

/** Microsoft's Prompty, in its first form and in the later ones. */
export const prompty: ImportKind = {
  kind: 'prompty',
  description: 'a prompt in Prompty',
  example: '*.prompty',
  recognises: (name) => /\.prompty$/i.test(name),
  read: readPrompty,
};

async function readPrompty(file: ImportFile): Promise<Result<Imported, readonly Diagnostic[]>> {
  const parts = readFrontmatter(file.path, file.text);
  if (!parts.ok) return parts;
  const { source, head } = parts.value;
  const fields = createFields();
  const sample = await declareInputs(parts.value, fields, file);
  const { body, from } = parts.value;
  const place = placeOf({ ...textPlace(file.path, file.text), from }, firstLineOf(body));
  const written = await turnsIn(parts.value, fields, file);
  if (!written.ok) return written;
  const turns = settleTurns(written.value, place, file.notes);
  if (!turns.ok) return failure([turns.error]);
  const { model, responseFormat, responsePointer } = promptyModel(parts.value, file.notes);
  const structured = structuredBy(
    responseFormat,
    turns.value,
    { source, pointer: responsePointer },
    file.notes,
  );
  tellOthers(parts.value, file);
  const { name, description } = head;
  return success({
    pipeline: {
      name: pipelineName(basename(file.path).replace(/\.prompty$/i, '')),
      ...aboutOf([description, name], file.path),
      origin: `Prompty's ${basename(file.path)}`,
      vars: fields.vars(),
      fields: fields.fields(),
      model,
      steps: [
        {
          id: 'answer',
          comments: [],
          turns: turns.value,
          ...(structured && { structured }),
        },
      ],
    },
    tests: [],
    rows: Object.keys(sample).length > 0 ? [sample] : [],
  });
}

/** Its description, or a name that says more than the file's. */
function aboutOf(texts: readonly unknown[], path: string): { readonly description?: string } {
  const own = basename(path)
    .replace(/\.prompty$/i, '')
    .toLowerCase();
  const description = texts.find(
    (text) => typeof text === 'string' && text !== '' && text.toLowerCase() !== own,
  );
  return typeof description === 'string' ? { description } : {};
}

async function turnsIn(
  { head, body, from }: FrontmatterFile,
  fields: Fields,
  file: ImportFile,
): Promise<Result<readonly Turn[], readonly Diagnostic[]>> {
  const template = head['template'];
  const format = isObject(template) ? (template['format'] ?? template['type']) : template;
  const engine = isObject(format) ? (format['kind'] ?? format['type']) : format;
  const place = { ...textPlace(file.path, file.text), from };
  for (const { index, 0: found } of body.matchAll(/^!\[thread\][^\r\n]*/gm))
    file.notes.tell(
      placeOf(place, { start: index, end: index + found.length }),
      'rows have no thread of a conversation: the line is taken for text',
      'remove it, or write earlier turns out under `messages`',
    );
  if (engine === 'mustache') {
    const turns = mustacheTurns(body, fields, place, file.notes);
    return turns.ok ? turns : failure([turns.error]);
  }
  const loaded = await loadTemplate(file, body, place);
  if (!loaded.ok) return loaded;
  return success(turnsOf({ ...loaded.value, scope: fieldScope(fields), first: 'system' }));
}

const silent: ReadonlySet<string> = new Set([
  '$schema',
  'name',
  'displayName',
  'description',
  'version',
  'authors',
  'tags',
  'metadata',
  'model',
  'inputs',
  'inputSchema',
  'sample',
  'template',
]);

const remedies: ReadonlyMap<string, string> = new Map(
  Object.entries({
    tools:
      'write the step as `type: tools`, each tool with its `parameters` and its `command`, `module` or `http`',
    outputs: 'make the step `type: structured` with these fields as its `schema`, where the answer is JSON',
    base: 'import that file too, and put both together',
  }),
);

function tellOthers({ head, source }: FrontmatterFile, { notes }: ImportFile): void {
  for (const key of Object.keys(head))
    if (!silent.has(key))
      notes.tell(
        { source, pointer: [key], part: 'key' },
        `\`${key}\` has no counterpart and is left out`,
        remedies.get(key) ?? 'leave it',
      );
}
