import { dirname, resolve } from 'node:path';
import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { didYouMean } from '../../diagnostic/suggest.ts';
import { isObject, type JsonValue, type Pointer } from '../../json/json.ts';
import type { ResolvedReference, SchemaDocument } from './bundle.ts';
import { pointerFragment, valueAt } from '../../json/pointer.ts';
import type { Workspace } from '../workspace.ts';
import { checkSchema, type Reference } from './check.ts';
import { draftOf, type Draft } from './keywords.ts';
import { parseReference } from './reference.ts';
import { readSchema } from './read-schema.ts';
import { pathText, valueText } from '../words.ts';

interface OpenDocument extends Omit<SchemaDocument, 'references' | 'schemas'> {
  readonly references: ResolvedReference[];
  readonly schemas: Set<string>;
}

/** What has been read so far, and what is still to be checked. */
interface Collection {
  readonly workspace: Workspace;
  /** Where the files that references lead to may be. */
  readonly folders: string[];
  readonly documents: Map<string, OpenDocument>;
  readonly work: { readonly document: OpenDocument; readonly pointer: Pointer }[];
  sound: boolean;
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
  const folders = [dirname(workspace.path)];
  const collection: Collection = { workspace, folders, documents: new Map(), work: [], sound: true };
  if (typeof held === 'string' && held.includes('{{')) {
    refuse(templateAsPath(place), place, collection);
  } else if (typeof held === 'string') {
    const path = resolve(dirname(workspace.path), held);
    folders.push(dirname(path));
    await openDocument(path, held, place, collection);
  } else {
    beginDocument(workspace.path, place.source, place.pointer, held, collection);
  }
  for (const { document, pointer } of collection.work) {
    for (const reference of checkPart(document, pointer, collection)) {
      await follow(reference, document, collection);
    }
  }
  return collection.sound ? [...collection.documents.values()] : undefined;
}

async function openDocument(
  path: string,
  shown: string,
  asker: Location,
  collection: Collection,
): Promise<OpenDocument | undefined> {
  const known = collection.documents.get(path);
  if (known !== undefined) return known;
  const source = await readSchema(path, shown, asker, collection.workspace);
  if (source === undefined) collection.sound = false;
  return source && beginDocument(path, source, [], source.value, collection);
}

function beginDocument(
  path: string,
  source: Source,
  base: Pointer,
  root: JsonValue,
  collection: Collection,
): OpenDocument | undefined {
  const draft = draftOf(root);
  const [main] = collection.documents.values();
  if (draft === undefined || (main !== undefined && main.draft !== draft)) {
    refuse(draftMistake(draft), { source, pointer: [...base, '$schema'] }, collection);
    return undefined;
  }
  const document = { path, source, base, root, draft, references: [], schemas: new Set<string>() };
  collection.documents.set(path, document);
  collection.work.push({ document, pointer: [] });
  return document;
}

/** Checks the schema at this place of a document, unless that has been done, and gives its references. */
function checkPart(document: OpenDocument, start: Pointer, collection: Collection): readonly Reference[] {
  const { source, base, root, draft, schemas } = document;
  if (schemas.has(JSON.stringify(start))) return [];
  const checked = checkSchema(valueAt(root, start) ?? null, draft, start);
  for (const schema of checked.schemas) schemas.add(schema);
  for (const { pointer, part, severity, ...mistake } of checked.mistakes) {
    const place = { source, pointer: [...base, ...pointer], ...(part && { part }) };
    if (severity === 'warning') collection.workspace.report.add({ severity, ...mistake, place });
    else refuse(mistake, place, collection);
  }
  return checked.references;
}

/** Resolves a `$ref`, and sees to it that what it leads to is checked too. */
async function follow(
  { holder, target }: Reference,
  document: OpenDocument,
  collection: Collection,
): Promise<void> {
  const asker = { source: document.source, pointer: [...document.base, ...holder, '$ref'] };
  const parsed = parseReference(target, document.path, collection.folders);
  if (!parsed.ok) return refuse(parsed.error, asker, collection);
  const { path, pointer } = parsed.value;
  const other = await openDocument(path, target.split('#')[0] ?? target, asker, collection);
  if (other === undefined) return undefined;
  const value = valueAt(other.root, pointer);
  if (!isObject(value) && typeof value !== 'boolean') {
    return refuse(leadsNowhere(target, other.root, pointer), asker, collection);
  }
  document.references.push({ holder, path, pointer });
  collection.work.push({ document: other, pointer });
  return undefined;
}

function refuse(
  mistake: Pick<Diagnostic, 'code' | 'message' | 'hint'>,
  place: Location,
  collection: Collection,
): void {
  collection.sound = false;
  collection.workspace.report.add({ severity: 'error', ...mistake, place });
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

function templateAsPath({ pointer }: Location) {
  return {
    code: 'misplaced-template',
    message: `\`${pathText(pointer)}\` is a schema or the path of one, not a template`,
    hint: 'write the path itself; `--set` changes it for a run',
  };
}

function leadsNowhere(target: string, root: JsonValue, pointer: Pointer) {
  const meant = likelyTarget(root, pointer);
  const [file = ''] = target.split('#');
  return {
    code: 'unresolved-reference',
    message: `${valueText(target)} leads to no schema`,
    ...(meant !== undefined && { hint: `did you mean \`${file}${pointerFragment(meant)}\`?` }),
  };
}

/** The schema of nearly this name beside it, or of this name where the drafts keep schemas that have one. */
function likelyTarget(root: JsonValue, pointer: Pointer): Pointer | undefined {
  const name = String(pointer.at(-1));
  for (const folder of [pointer.slice(0, -1), ['$defs'], ['definitions']]) {
    const siblings = valueAt(root, folder);
    if (!isObject(siblings)) continue;
    const meant = Object.hasOwn(siblings, name) ? name : didYouMean(name, Object.keys(siblings));
    if (meant !== undefined) return [...folder, meant];
  }
  return undefined;
}
