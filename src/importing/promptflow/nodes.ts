import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { failure, success, type Result } from '../../result.ts';
import type { Notes } from '../notes.ts';

/** A node of a flow, its variant chosen. */
export interface FlowNode {
  readonly name: string;
  readonly kind: 'llm' | 'prompt' | 'code';
  readonly spec: JsonObject;
  readonly inputs: JsonObject;
  /** Where the spec stands. */
  readonly pointer: Pointer;
  /** What it is called in messages: `fetch.py`, `promptflow.tools.serpapi.SerpAPI.search`. */
  readonly what: string;
  /** A node over all rows of a run at once. */
  readonly aggregates: boolean;
  /** The nodes whose outputs it is given, by their names. */
  readonly reads: readonly string[];
  /** The nodes that say whether it runs. */
  readonly awaits: readonly string[];
}

/** `${inputs.url}` or `${classify.output.category}`, in parts. */
export interface Reference {
  readonly node: string;
  readonly path: readonly string[];
}

export function referenceIn(value: JsonValue | undefined): Reference | undefined {
  if (typeof value !== 'string') return undefined;
  const found = /^\s*\$\{\s*([^.}]+?)\s*\.\s*([^}]+?)\s*\}\s*$/.exec(value);
  if (found === null) return undefined;
  const path = (found[2] ?? '').split(/\.|\[['"]?|['"]?\]\.?/).filter((part) => part !== '');
  const node = found[1] ?? '';
  // Only flow inputs are read without the word `output`.
  return node === 'inputs' || path[0] === 'output'
    ? { node, path: node === 'inputs' ? path : path.slice(1) }
    : { node, path };
}

/** The nodes of a flow by their names, in their order. Fails where a node is none, or nodes read each other in a circle. */
export function nodesOf(
  source: Source,
  notes: Notes,
): Result<ReadonlyMap<string, FlowNode>, readonly Diagnostic[]> {
  const flow = isObject(source.value) ? source.value : {};
  const listed = Array.isArray(flow['nodes']) ? (flow['nodes'] as readonly JsonValue[]) : [];
  const nodes = new Map<string, FlowNode>();
  const mistakes: Diagnostic[] = [];
  for (const [at, item] of listed.entries()) {
    const pointer: Pointer = ['nodes', at];
    const name = isObject(item) ? item['name'] : undefined;
    if (!isObject(item) || typeof name !== 'string' || name === '' || nodes.has(name)) {
      const message =
        typeof name === 'string' && nodes.has(name)
          ? `a second node is called \`${name}\``
          : 'the node has no name';
      mistakes.push(broken({ source, pointer }, message, 'give each node a `name` of its own'));
      continue;
    }
    const chosen = variantOf(name, item, flow, pointer, { source, notes });
    if ('severity' in chosen) mistakes.push(chosen);
    else nodes.set(name, nodeOf(name, chosen.spec, chosen.pointer));
  }
  const circle = circleIn(nodes);
  if (circle !== undefined)
    mistakes.push(
      broken(
        { source, pointer: circle.pointer },
        `the node \`${circle.name}\` reads its own output, by way of others`,
        'remove one of the references',
      ),
    );
  return mistakes.length > 0 ? failure(mistakes) : success(nodes);
}

function nodeOf(name: string, spec: JsonObject, pointer: Pointer): FlowNode {
  const { type, source } = spec;
  const inputs = isObject(spec['inputs']) ? spec['inputs'] : {};
  const from = isObject(source) ? (source['path'] ?? source['tool']) : undefined;
  const kind = type === 'llm' ? 'llm' : type === 'prompt' ? 'prompt' : 'code';
  const activate = isObject(spec['activate']) ? spec['activate']['when'] : undefined;
  return {
    name,
    kind,
    spec,
    inputs,
    pointer,
    what: typeof from === 'string' ? from : `type: ${typeof type === 'string' ? type : 'unknown'}`,
    aggregates: spec['aggregation'] === true,
    reads: namesIn(Object.values(inputs)),
    awaits: namesIn([activate]),
  };
}

function namesIn(values: readonly (JsonValue | undefined)[]): readonly string[] {
  return values.flatMap((value) => {
    const reference = referenceIn(value);
    return reference === undefined || reference.node === 'inputs' ? [] : [reference.node];
  });
}

interface Telling {
  readonly source: Source;
  readonly notes: Notes;
}

/** What a node says itself, or its default variant does; the others are told. */
function variantOf(
  name: string,
  item: JsonObject,
  flow: JsonObject,
  pointer: Pointer,
  { source, notes }: Telling,
): { readonly spec: JsonObject; readonly pointer: Pointer } | Diagnostic {
  const variants = isObject(flow['node_variants']) ? flow['node_variants'][name] : undefined;
  if (item['use_variants'] !== true) return { spec: item, pointer };
  const below: Pointer = ['node_variants', name];
  const all = isObject(variants) && isObject(variants['variants']) ? variants['variants'] : {};
  const [first] = Object.keys(all);
  const named = isObject(variants) ? variants['default_variant_id'] : undefined;
  const id = typeof named === 'string' && Object.hasOwn(all, named) ? named : first;
  const variant = id === undefined ? undefined : all[id];
  const spec = isObject(variant) ? variant['node'] : undefined;
  if (id === undefined || !isObject(spec))
    return broken(
      { source, pointer },
      `the node \`${name}\` uses variants, and \`node_variants\` has none of it`,
      'add them, or remove `use_variants`',
    );
  for (const other of Object.keys(all))
    if (other !== id)
      notes.tell(
        { source, pointer: [...below, 'variants', other], part: 'key' },
        `the variant \`${other}\` of \`${name}\` is left out: the step is its default, \`${id}\``,
        'to compare both, copy the pipeline, change the step, run it over the same rows, and see `pipe diff`',
      );
  return { spec, pointer: [...below, 'variants', id, 'node'] };
}

/** The nodes, each after those that it reads. There is no circle. */
export function readingOrder(nodes: ReadonlyMap<string, FlowNode>): readonly FlowNode[] {
  const ordered = new Set<FlowNode>();
  const visit = (name: string): void => {
    const node = nodes.get(name);
    if (node === undefined || ordered.has(node)) return;
    for (const earlier of [...node.reads, ...node.awaits]) visit(earlier);
    ordered.add(node);
  };
  for (const name of nodes.keys()) visit(name);
  return [...ordered];
}

function circleIn(nodes: ReadonlyMap<string, FlowNode>): FlowNode | undefined {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (name: string): FlowNode | undefined => {
    const node = nodes.get(name);
    if (node === undefined || done.has(name)) return undefined;
    if (open.has(name)) return node;
    open.add(name);
    for (const next of [...node.reads, ...node.awaits]) {
      const found = visit(next);
      if (found !== undefined) return found;
    }
    open.delete(name);
    done.add(name);
    return undefined;
  };
  for (const name of nodes.keys()) {
    const found = visit(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function broken(place: Location, message: string, hint: string): Diagnostic {
  return { severity: 'error', code: 'broken-source', message, hint, place };
}
