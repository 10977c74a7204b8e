import { Composer, Parser } from 'yaml';
import type { CST, Document, YAMLError } from 'yaml';
import { deepestNesting } from './findings.ts';

/** A YAML file as the parser sees it, before anything is made of its values. */
export interface YamlStream {
  readonly text: string;
  /** Every token, in the file's order. */
  readonly tokens: readonly PlacedToken[];
  readonly documents: readonly Document.Parsed[];
  /** Errors and warnings of the first document, in the file's order. */
  readonly errors: readonly YAMLError[];
  /** The offset at which the values get too deep; the file is not composed then. */
  readonly tooDeepAt?: number;
}

export interface PlacedToken {
  readonly token: CST.Token;
  /** How many collections are around it, and the innermost of them. */
  readonly depth: number;
  readonly parent?: CST.Token;
  readonly isKey: boolean;
  /** The name of the pair whose value it is. */
  readonly key?: string | undefined;
}

export function readStream(text: string): YamlStream {
  const roots = [...new Parser().parse(text)];
  const { tokens, tooDeepAt } = placeTokens(roots);
  if (tooDeepAt !== undefined) return { text, tokens, documents: [], errors: [], tooDeepAt };
  // Keys and duplicates are ours to judge: the composer only builds the tree.
  const composer = new Composer({ keepSourceTokens: true, uniqueKeys: false, prettyErrors: false });
  const documents = [...composer.compose(roots, true, text.length)];
  const first = documents[0];
  const errors = [...(first?.errors ?? []), ...(first?.warnings ?? [])];
  return { text, tokens, documents, errors: errors.sort((one, other) => one.pos[0] - other.pos[0]) };
}

/** Walks without recursion: how deep the file goes is not known yet. */
function placeTokens(roots: readonly CST.Token[]): { tokens: PlacedToken[]; tooDeepAt?: number } {
  const tokens: PlacedToken[] = [];
  const pending: PlacedToken[] = roots.map((token) => ({ token, depth: 0, isKey: false })).reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > deepestNesting) return { tokens, tooDeepAt: next.token.offset };
    tokens.push(next);
    const children = childrenOf(next);
    for (let index = children.length - 1; index >= 0; index--) {
      const child = children[index];
      if (child !== undefined) pending.push(child);
    }
  }
  return { tokens };
}

function childrenOf({ token, depth: outside }: PlacedToken): PlacedToken[] {
  const children: PlacedToken[] = [];
  const depth = 'items' in token ? outside + 1 : outside;
  const add = (child: CST.Token, isKey = false, key?: string) =>
    children.push({ token: child, depth, parent: token, isKey, key });
  if ('start' in token) for (const child of [token.start].flat()) add(child);
  if ('props' in token) for (const child of token.props) add(child);
  if ('value' in token && token.value) add(token.value);
  for (const { start, key, sep, value } of 'items' in token ? token.items : []) {
    for (const child of start) add(child);
    if (key) add(key, true);
    for (const child of sep ?? []) add(child);
    if (value) add(value, false, key && 'source' in key ? key.source : undefined);
  }
  if ('end' in token) for (const child of token.end ?? []) add(child);
  return children;
}
