import { dirname, resolve } from 'node:path';
import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { didYouMean } from '../../diagnostic/suggest.ts';
import { isObject, type JsonValue, type Pointer } from '../../json/json.ts';
import type { ResolvedReference, SchemaDocument } from './bundle.ts';
import { valueAt } from '../pointers.ts';
import { readSource, type Workspace } from '../workspace.ts';
import { checkSchema } from './check.ts';
import { draftOf, type Draft } from './keywords.ts';
import { parseReference } from './reference.ts';
import { valueText } from '../words.ts';

interface OpenDocument extends Omit<SchemaDocument, 'references'> {
  readonly references: ResolvedReference[];
  /** The schemas in it that have been checked, by their pointers as JSON. */
  readonly checked: Set<string>;
}

/**
 * The schema at this place of a pipeline (an object, or the path of a file) and the files that it refers to, each
 * checked. Undefined when anything is wrong with them, which has been reported then.
 */
export async function collectDocuments(
  held: JsonValue,
  place: Location,
  workspace: Workspace,
): Promise<readonly SchemaDocument[] | undefined> {
  let sound = true;
  const report = (mistake: Omit<Diagnostic, 'severity'>) => {
    sound = false;
    workspace.report.add({ severity: 'error', ...mistake });
  };
  const documents = new Map<string, OpenDocument>();
  const work: { readonly document: OpenDocument; readonly pointer: Pointer }[] = [];
  const begin = (path: string, source: Source, base: Pointer, root: JsonValue): OpenDocument | undefined => {
    const draft = draftOf(root);
    const [main] = documents.values();
    if (draft === undefined || (main !== undefined && main.draft !== draft)) {
      report({ ...draftMistake(draft), place: { source, pointer: [...base, '$schema'] } });
      return undefined;
    }
    const document = { path, source, base, root, draft, references: [], checked: new Set<string>() };
    documents.set(path, document);
    work.push({ document, pointer: [] });
    return document;
  };
  const open = async (path: string, shown: string, asker: Location): Promise<OpenDocument | undefined> => {
    const known = documents.get(path);
    if (known !== undefined) return known;
    const source = await readSource(path, shown, asker, workspace);
    if (source === undefined) sound = false;
    return source && begin(path, source, [], source.value);
  };

  const folders = [dirname(workspace.path)];
  if (typeof held === 'string') {
    const path = resolve(dirname(workspace.path), held);
    folders.push(dirname(path));
    await open(path, held, place);
  } else {
    begin(workspace.path, place.source, place.pointer, held);
  }
  for (const { document, pointer } of work) {
    if (document.checked.has(JSON.stringify(pointer))) continue;
    const { source, base, root, draft } = document;
    const { mistakes, references, schemas } = checkSchema(valueAt(root, pointer) ?? null, draft, pointer);
    for (const schema of schemas) document.checked.add(schema);
    for (const { pointer, part, ...mistake } of mistakes) {
      report({ ...mistake, place: { source, pointer: [...base, ...pointer], ...(part && { part }) } });
    }
    for (const { holder, target } of references) {
      const asker = { source, pointer: [...base, ...holder, '$ref'] };
      const parsed = parseReference(target, document.path, folders);
      if (!parsed.ok) {
        report({ ...parsed.error, place: asker });
        continue;
      }
      const other = await open(parsed.value.path, target.split('#')[0] ?? target, asker);
      if (other === undefined) continue;
      const value = valueAt(other.root, parsed.value.pointer);
      if (isObject(value) || typeof value === 'boolean') {
        document.references.push({ holder, ...parsed.value });
        work.push({ document: other, pointer: parsed.value.pointer });
      } else {
        report({ ...leadsNowhere(target, other.root, parsed.value.pointer), place: asker });
      }
    }
  }
  return sound ? [...documents.values()] : undefined;
}

function draftMistake(draft: Draft | undefined) {
  return draft === undefined
    ? {
        code: 'unsupported-draft',
        message: '`$schema` names a version of JSON Schema that is not supported',
        hint: 'write https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema#',
      }
    : {
        code: 'unsupported-draft',
        message: `this schema is ${draft}, but the one that refers to it is not`,
        hint: 'give both the same `$schema`',
      };
}

function leadsNowhere(target: string, root: JsonValue, pointer: Pointer) {
  const siblings = valueAt(root, pointer.slice(0, -1));
  const meant = isObject(siblings) ? didYouMean(String(pointer.at(-1)), Object.keys(siblings)) : undefined;
  return {
    code: 'unresolved-reference',
    message: `${valueText(target)} leads to no schema`,
    ...(meant !== undefined && { hint: `did you mean \`${meant}\`?` }),
  };
}
