import type { Location } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import type { Fields } from '../fields.ts';
import { call, literal, memberOf, rootPath, type Hand } from '../handlebars/expression.ts';
import type { LoadedTemplate } from '../jinja/load.ts';
import type { Binding, Scope } from '../jinja/scope.ts';
import { freeName, plainName } from '../names.ts';
import type { Notes } from '../notes.ts';
import { referenceIn, type FlowNode, type Reference } from './nodes.ts';

/** A flow on its way to be a pipeline. */
export interface Flow {
  readonly source: Source;
  readonly nodes: ReadonlyMap<string, FlowNode>;
  readonly fields: Fields;
  readonly notes: Notes;
  /** The ids of the steps, by the names of their nodes. */
  readonly steps: ReadonlyMap<string, string>;
  /** The templates of prompt nodes, by their names. */
  readonly prompts: ReadonlyMap<string, LoadedTemplate>;
  /** The schemas of answers that are values, by their nodes: of the steps that are made, which those that a step reads are. */
  readonly structured: Map<string, JsonObject>;
}

/** What a value of a node's inputs, or a reference of an output, stands for. Undefined where it is told to be left out. */
export function bindingOf(
  value: JsonValue | undefined,
  name: string,
  place: Location,
  flow: Flow,
): Binding | undefined {
  const reference = referenceIn(value);
  if (reference !== undefined) return resolve(reference, place, flow);
  if (value === undefined || value === null) return { kind: 'value', value: literal('') };
  if (typeof value === 'string' && value.includes('${'))
    flow.notes.tell(
      place,
      'a reference within a text is taken for text',
      'give the reference alone, and write the text around it in the template',
    );
  if (value === '') return { kind: 'value', value: literal('') };
  const free = freeName(plainName(name), (taken) => {
    const known = flow.fields.vars().get(taken);
    return (flow.fields.has(taken) || known !== undefined) && JSON.stringify(known) !== JSON.stringify(value);
  });
  return { kind: 'value', value: flow.fields.declareVariable(free, value) };
}

function resolve({ node: name, path }: Reference, place: Location, flow: Flow): Binding | undefined {
  if (name === 'inputs') {
    const [field = '', ...rest] = path;
    return withMembers(flow.fields.read(field), rest, place, flow);
  }
  const node = flow.nodes.get(name);
  if (node === undefined) {
    flow.notes.tell(place, `there is no node \`${name}\`: the value is left out`, 'name a node of the flow');
    return undefined;
  }
  if (node.aggregates) {
    flow.notes.tell(
      place,
      `the output of the aggregation node \`${name}\` is left out: pipe runs record by record`,
      'see `pipe report` for a run as a whole, and `classify` in a file of tests for accuracy, precision and recall',
    );
    return undefined;
  }
  const prompt = flow.prompts.get(name);
  if (prompt !== undefined)
    return { kind: 'template', template: prompt.template, notes: prompt.notes, scope: nodeScope(node, flow) };
  const answer = fieldsOf(node, path, flow);
  if (answer !== undefined) {
    if (answer !== node)
      flow.notes.tell(
        place,
        `\`${path.join('.')}\` is read from the answer of \`${answer.name}\`: what \`${name}\` made of it is not known`,
        'see with `pipe try` whether the answer has that field, or correct what reads it',
      );
    const field = withMembers(outputOf(answer, flow), path, place, flow);
    return field?.kind === 'value' ? { ...field, value: unlessSkipped(field.value, answer, flow) } : field;
  }
  if (node.kind === 'llm') {
    if (path.length > 0)
      flow.notes.tell(
        place,
        `\`${path.join('.')}\` of the answer of \`${name}\` is not known: the whole answer is read`,
        'make the step `type: structured` with a `schema`, whose fields templates can read',
      );
    return { kind: 'value', value: answerOf(node, flow) };
  }
  return codeValue(node, path, place, flow);
}

/** The one node whose answer has the fields that are read: itself, or what code has taken apart. */
export function fieldsOf(node: FlowNode, path: readonly string[], flow: Flow): FlowNode | undefined {
  const [field] = path;
  const [answer, ...others] = node.kind === 'llm' ? [node] : answersBefore(node, flow);
  if (field === undefined || answer === undefined || others.length > 0) return undefined;
  const schema = flow.structured.get(answer.name);
  return schema !== undefined && mayHave(schema, field) ? answer : undefined;
}

function mayHave({ properties, additionalProperties }: JsonObject, field: string): boolean {
  return !isObject(properties) || Object.hasOwn(properties, field) || additionalProperties === true;
}

/** The answer of a step, with a fallback where the step may be skipped. */
function answerOf(node: FlowNode, flow: Flow): Hand {
  return unlessSkipped(outputOf(node, flow), node, flow);
}

function outputOf(node: FlowNode, flow: Flow): Hand {
  return rootPath('steps', flow.steps.get(node.name) ?? node.name, 'output');
}

function unlessSkipped(value: Hand, node: FlowNode, flow: Flow): Hand {
  return isConditional(node, flow) ? call('default', value, literal('')) : value;
}

/** Code is not imported: its output is what it was made from, where that is an answer, and else a field of the record. */
function codeValue(
  node: FlowNode,
  path: readonly string[],
  place: Location,
  flow: Flow,
): Binding | undefined {
  const answers = answersBefore(node, flow);
  if (answers.length === 0) return withMembers(flow.fields.read(fieldOf(node, flow)), path, place, flow);
  const names = answers.map((answer) => `\`${answer.name}\``).join(', ');
  flow.notes.tell(
    place,
    `what \`${node.name}\` made of the answer of ${names} is not known: the answer itself is read`,
    'have the step answer in that form, by its prompt or as `type: structured`, or correct what reads it',
  );
  const sure = answers.find((answer) => !isConditional(answer, flow));
  if (sure !== undefined) return { kind: 'value', value: answerOf(sure, flow) };
  const chain = answers.reduceRight<Hand>(
    (rest, answer) => call('default', rootPath('steps', flow.steps.get(answer.name) ?? '', 'output'), rest),
    literal(''),
  );
  return { kind: 'value', value: chain };
}

/** The field that stands for the output of a node. */
export function fieldOf(node: FlowNode, flow: Flow): string {
  const inputs = flow.source.value;
  const taken = typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs) ? inputs : {};
  const declared = (taken as { readonly inputs?: JsonValue }).inputs;
  const isTaken = typeof declared === 'object' && declared !== null && Object.hasOwn(declared, node.name);
  const name = isTaken ? `${plainName(node.name)}_output` : plainName(node.name);
  if (!flow.fields.has(name))
    flow.fields.declare(name, { schema: {}, required: true, comment: `what ${node.what} made in the flow` });
  return name;
}

/** The model's answers that a node has its output from, by way of code alone. */
export function answersBefore(node: FlowNode, flow: Flow): readonly FlowNode[] {
  const found = new Set<FlowNode>();
  const visited = new Set<string>();
  const visit = (name: string): void => {
    const next = flow.nodes.get(name);
    if (next === undefined || visited.has(name) || next.aggregates) return;
    visited.add(name);
    if (next.kind === 'llm') found.add(next);
    else next.reads.forEach(visit);
  };
  node.reads.forEach(visit);
  return [...found];
}

/** Whether its step may be skipped: by what it says itself, or since all that it reads may be. */
export function isConditional(node: FlowNode, flow: Flow): boolean {
  if (node.spec['activate'] !== undefined) return true;
  const answers = answersBefore(node, flow);
  return answers.length > 0 && answers.every((answer) => isConditional(answer, flow));
}

function withMembers(value: Hand, path: readonly string[], place: Location, flow: Flow): Binding | undefined {
  let reached: Hand | undefined = value;
  for (const name of path) reached = reached && memberOf(reached, name);
  if (reached !== undefined) return { kind: 'value', value: reached };
  flow.notes.tell(place, 'templates cannot read a field of that name', 'rename it in the record');
  return undefined;
}

/** The names of a node's template: what its inputs say. */
export function nodeScope(node: FlowNode, flow: Flow): Scope {
  const known = new Map<string, Binding | undefined>();
  return {
    find(name) {
      if (!Object.hasOwn(node.inputs, name)) return undefined;
      if (!known.has(name)) {
        const pointer: Pointer = [...node.pointer, 'inputs', name];
        known.set(name, bindingOf(node.inputs[name], name, { source: flow.source, pointer }, flow));
      }
      return known.get(name);
    },
  };
}
