import { Document, isMap, isPair, isScalar, isSeq, Pair, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import { printable, printableJson } from '../diagnostic/printable.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import type { PipelineDraft, StepDraft, Turn } from './draft.ts';
import type { TestDraft } from './kind.ts';

/** A pipeline as YAML, with comments where something is left to be done. */
export function pipelineYaml(draft: PipelineDraft, schemaPath: string): string {
  const file = new YAMLMap();
  add(file, 'version', 1);
  add(file, 'name', draft.name);
  if (draft.description !== undefined) add(file, 'description', draft.description);
  if (draft.vars.size > 0) section(file, 'vars', compact(valueNode(Object.fromEntries(draft.vars)), 0));
  if (draft.fields.size > 0) section(file, 'input', inputNode(draft));
  const model = compact(valueNode(draft.model.keys), 0);
  if (draft.model.comments.length > 0)
    model.comment = draft.model.comments.map((line) => ` ${commentLine(line)}`).join('\n');
  section(file, 'model', model);
  if (draft.limits !== undefined) section(file, 'limits', flow(valueNode(draft.limits)));
  const steps = new YAMLMap();
  for (const step of draft.steps) add(steps, step.id, stepNode(step), step.comments);
  spaced(steps);
  section(file, 'steps', steps);
  if (draft.output !== undefined && draft.output.size > 0)
    section(file, 'output', valueNode(Object.fromEntries(draft.output)));
  const head = [
    `# yaml-language-server: $schema=${schemaPath}`,
    ...comment(`Imported from ${draft.origin}.`),
  ];
  return `${head.join('\n')}\n${written(file)}`;
}

/** What stands for the file of rows in a test that is over all of them, until its name is known. */
export const importedRows = './imported.rows.jsonl';

export interface TestsText {
  readonly tests: readonly TestDraft[];
  readonly origin: string;
  /** The file of rows beside it. */
  readonly rows: string;
  readonly schemaPath: string;
}

/** A file of tests as YAML. */
export function testsYaml({ tests, origin, rows, schemaPath }: TestsText): string {
  const file = new YAMLMap();
  add(file, 'version', 1);
  const named = tests.map((test) => (test['rows'] === importedRows ? { ...test, rows } : test));
  const list = valueNode(named);
  if (isSeq(list))
    for (const item of list.items) {
      if (!isMap(item)) continue;
      if (item !== list.items[0]) item.spaceBefore = true;
      for (const { key, value } of item.items) {
        const name = isScalar(key) ? key.value : undefined;
        if (name === 'assert' && isSeq(value)) value.items.forEach((one) => isNode(one) && flowIfShort(one));
        if (name === 'input' && isNode(value)) flowIfShort(value);
      }
    }
  section(file, 'tests', list);
  const head = [`# yaml-language-server: $schema=${schemaPath}`, ...comment(`Imported from ${origin}.`)];
  return `${head.join('\n')}\n${written(file)}`;
}

function inputNode({ fields }: PipelineDraft): Node {
  const schema = new YAMLMap();
  add(schema, 'type', 'object');
  const required = [...fields].filter(([, field]) => field.required).map(([name]) => name);
  if (required.length > 0) add(schema, 'required', flow(valueNode(required)));
  const properties = new YAMLMap();
  for (const [name, field] of fields) {
    const value: Node & { flow?: boolean } = compact(valueNode(field.schema));
    add(properties, name, value);
    if (field.comment !== undefined && 'flow' in value && value.flow === true)
      value.comment = ` ${commentLine(field.comment)}`;
  }
  add(schema, 'properties', properties);
  const input = new YAMLMap();
  add(input, 'schema', schema);
  return input;
}

function stepNode(step: StepDraft): YAMLMap {
  const node = new YAMLMap();
  add(node, 'type', step.structured === undefined ? 'chat' : 'structured');
  if (step.when !== undefined) add(node, 'when', step.when);
  if (step.model !== undefined && Object.keys(step.model).length > 0)
    add(node, 'model', flow(valueNode(step.model)));
  const [first, second, ...others] = step.turns;
  const text = first && textOf(first);
  if (first?.role === 'user' && second === undefined && text !== undefined) add(node, 'prompt', text);
  else if (
    first?.role === 'system' &&
    second?.role === 'user' &&
    others.length === 0 &&
    textOf(second) !== undefined
  ) {
    add(node, 'system', text ?? '');
    add(node, 'prompt', textOf(second) ?? '');
  } else add(node, 'messages', messagesNode(step.turns));
  if (step.structured !== undefined) {
    add(node, 'method', step.structured.method);
    if (step.structured.strict) add(node, 'strict', true);
    add(node, 'schema', compact(valueNode(step.structured.schema), 0));
  }
  return node;
}

function messagesNode(turns: readonly Turn[]): Node {
  return valueNode(
    turns.map((turn, at): JsonObject => ({
      role: turn.role,
      content:
        textOf(turn) ??
        turn.parts.map((part): JsonObject =>
          'text' in part ? { type: 'text', text: part.text } : { type: 'image_url', image_url: part.image },
        ),
      // An answer that is begun is gone on with.
      ...(turn.role === 'assistant' && at === turns.length - 1 && { prefix: true }),
    })),
  );
}

/** The text of a message that has nothing else. */
function textOf({ parts }: Turn): string | undefined {
  const texts = parts.map((part) => ('text' in part ? part.text : undefined));
  return texts.includes(undefined) ? undefined : texts.join('');
}

function valueNode(value: JsonValue): Node {
  if (Array.isArray(value)) {
    const node = new YAMLSeq<Node>();
    for (const item of value as readonly JsonValue[]) node.items.push(valueNode(item));
    return node;
  }
  if (typeof value === 'object' && value !== null) {
    const node = new YAMLMap();
    for (const [name, member] of Object.entries(value)) add(node, name, valueNode(member));
    return node;
  }
  return typeof value === 'string' ? textNode(value) : new Scalar(value);
}

/** Texts of several lines as blocks, and templates in quotation marks. */
function textNode(text: string): Scalar {
  const plain = text.replaceAll('\r\n', '\n');
  const node = new Scalar(plain);
  if (/[^\P{C}\n\t]|[\u2028\u2029\uFEFF]/u.test(plain)) {
    node.type = 'QUOTE_DOUBLE';
  } else if (plain.includes('\n')) {
    node.type = 'BLOCK_LITERAL';
  } else if (plain.includes('{{') || plain.includes('#') || plain.includes(': ')) {
    node.type = 'QUOTE_SINGLE';
  }
  return node;
}

function add(map: YAMLMap, name: string, value: Node | JsonValue, comments: readonly string[] = []): Scalar {
  const key = new Scalar(name);
  if (comments.length > 0) key.commentBefore = comments.map((line) => ` ${commentLine(line)}`).join('\n');
  map.items.push(new Pair(key, isNode(value) ? value : valueNode(value)));
  return key;
}

function section(map: YAMLMap, name: string, value: Node): void {
  add(map, name, value).spaceBefore = true;
}

/** An empty line between the members. */
function spaced(map: YAMLMap): void {
  for (const { key } of map.items.slice(1)) if (isScalar(key)) key.spaceBefore = true;
}

function flow(node: Node): Node & { flow?: boolean } {
  if (isMap(node) || isSeq(node)) {
    node.flow = true;
    for (const item of node.items) {
      const inner = isPair(item) ? item.value : item;
      if (isNode(inner)) flow(inner);
    }
  } else if (isScalar(node) && node.type === 'BLOCK_LITERAL') node.type = 'QUOTE_DOUBLE';
  return node;
}

const longestFlow = 90;

/** What is short stands on one line, and so do lists of single values; the outermost may be kept apart by `room: 0`. */
function compact(node: Node, room = longestFlow): Node & { flow?: boolean } {
  if (!isMap(node) && !isSeq(node)) return node;
  const text = JSON.stringify(node.toJS(new Document()));
  const isPlainList = isSeq(node) && node.items.every((item) => isScalar(item));
  if (
    !text.includes('\\n') &&
    (text.length <= room || (isPlainList && text.length <= longestFlow) || text === '{}')
  )
    return flow(node);
  for (const item of node.items) {
    const inner = isPair(item) ? item.value : item;
    if (isNode(inner)) compact(inner);
  }
  return node;
}

function flowIfShort(node: Node): void {
  const text = JSON.stringify(node.toJS(new Document()));
  if (text.length <= longestFlow && !text.includes('\\n')) flow(node);
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value);
}

function written(contents: YAMLMap): string {
  const document = new Document();
  document.contents = contents as never;
  return document.toString({ lineWidth: 0, singleQuote: true, flowCollectionPadding: false });
}

function comment(text: string): readonly string[] {
  return [`# ${commentLine(text)}`];
}

/** Somebody's text within a comment: one line, and nothing that turns it around. */
function commentLine(text: string): string {
  return printable(text);
}

/** Records as the lines of a file of rows. */
export function rowsText(rows: readonly JsonObject[]): string {
  return rows.map((row) => `${printableJson(JSON.stringify(row))}\n`).join('');
}
