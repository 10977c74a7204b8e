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
  /** The collection around it. */
  readonly parent?: CST.Token;
  /** The name of the pair whose value it is. */
  readonly key?: string;
  readonly isKey: boolean;
}

export function readStream(text: string): YamlStream {
  const roots = [...new Parser().parse(text)];
  const { tokens, tooDeepAt } = placeTokens(roots);
  if (tooDeepAt !== undefined) return { text, tokens, documents: [], errors: [], tooDeepAt };
  // Keys, tags and duplicates are ours to judge: the composer only builds the tree.
  const composer = new Composer({ keepSourceTokens: true, uniqueKeys: false, prettyErrors: false });
  const documents = [...composer.compose(roots, true, text.length)];
  const first = documents[0];
  const errors = [...(first?.errors ?? []), ...(first?.warnings ?? [])];
  return { text, tokens, documents, errors: errors.sort((one, other) => one.pos[0] - other.pos[0]) };
}

/** Walks without recursion: how deep the file goes is not known yet. */
function placeTokens(roots: readonly CST.Token[]): { tokens: PlacedToken[]; tooDeepAt?: number } {
  const tokens: PlacedToken[] = [];
  const pending: (PlacedToken & { readonly depth: number })[] = [];
  for (const token of roots.toReversed()) pending.push({ token, isKey: false, depth: 0 });
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { depth, ...placed } = next;
    const { token } = placed;
    if (depth > deepestNesting) return { tokens, tooDeepAt: token.offset };
    tokens.push(placed);
    const inner = childrenOf(token);
    const innerDepth = 'items' in token ? depth + 1 : depth;
    for (const child of inner.toReversed()) pending.push({ ...child, depth: innerDepth });
  }
  return { tokens };
}

function childrenOf(token: CST.Token): PlacedToken[] {
  const children: PlacedToken[] = [];
  const add = (list: readonly CST.Token[] | undefined) => {
    for (const child of list ?? []) children.push({ token: child, parent: token, isKey: false });
  };
  if ('start' in token) add(Array.isArray(token.start) ? token.start : [token.start]);
  if ('props' in token) add(token.props);
  if ('value' in token && token.value) add([token.value]);
  for (const item of 'items' in token ? token.items : []) {
    add(item.start);
    if (item.key) children.push({ token: item.key, parent: token, isKey: true });
    add(item.sep);
    const key = item.key && 'source' in item.key ? item.key.source : undefined;
    if (item.value)
      children.push({ token: item.value, parent: token, isKey: false, ...(key !== undefined && { key }) });
  }
  if ('end' in token) add(token.end);
  return children;
}
