import { basename } from 'node:path';
import type { Source } from '../../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonSchema, type JsonValue, type Pointer } from '../../json/json.ts';
import { pointerFragment } from '../../json/pointer.ts';
import type { Draft } from './keywords.ts';

/** A schema as it stands in a file: the root of what `#/…` refers to. */
export interface SchemaDocument {
  readonly source: Source;
  /** Where the schema stands in the file; the file's root for a file of its own. */
  readonly base: Pointer;
  readonly root: JsonValue;
  /** Absolute; of the file. */
  readonly path: string;
  readonly draft: Draft;
  readonly references: readonly ResolvedReference[];
  /** The pointers of the schemas in it that have been checked, as JSON. */
  readonly schemas: ReadonlySet<string>;
}

export interface ResolvedReference {
  /** The schema that holds the `$ref`. */
  readonly holder: Pointer;
  /** The path of the document that it leads into, and where there. */
  readonly path: string;
  readonly pointer: Pointer;
}

/**
 * One schema of the first document and those that it refers to: they become definitions of it, and every `$ref` a path
 * inside it. So the static check, the validator and a provider all read one schema that needs no other file.
 */
export function bundle(documents: readonly SchemaDocument[]): JsonSchema {
  const [main, ...others] = documents;
  if (main === undefined || !isObject(main.root)) return main?.root !== false;
  const keyword = main.draft === '2020-12' ? '$defs' : 'definitions';
  const own = main.root[keyword];
  const definitions = isObject(own) ? own : {};
  const places = new Map<string, Pointer>([[main.path, []]]);
  const taken = new Set(Object.keys(definitions));
  for (const { path } of others) {
    const name = freeName(basename(path).replaceAll(/[^\w.-]/gu, '-'), taken);
    taken.add(name);
    places.set(path, [keyword, name]);
  }
  const root = relocated(main, places) as JsonObject;
  if (others.length === 0) return root;
  const added = others.map((document) => [
    String(places.get(document.path)?.at(-1)),
    relocated(document, places),
  ]);
  return {
    ...root,
    [keyword]: { ...(root[keyword] as JsonObject | undefined), ...Object.fromEntries(added) },
  };
}

/** The document's schema with its references as paths of the whole, and without names of its own for itself. */
function relocated(document: SchemaDocument, places: ReadonlyMap<string, Pointer>): JsonValue {
  const targets = new Map(
    document.references.map(({ holder, path, pointer }) => [
      JSON.stringify(holder),
      pointerFragment([...(places.get(path) ?? []), ...pointer]),
    ]),
  );
  const copy = (value: JsonValue, pointer: Pointer): JsonValue => {
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...pointer, index]));
    if (!isObject(value)) return value;
    const target = targets.get(JSON.stringify(pointer));
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => pointer.length > 0 || (name !== '$id' && name !== '$schema'))
        .map(([name, held]) => [
          name,
          name === '$ref' && target !== undefined ? target : copy(held, [...pointer, name]),
        ]),
    );
  };
  return copy(document.root, []);
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`;
  return free;
}
