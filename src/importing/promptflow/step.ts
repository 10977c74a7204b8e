import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { failure, success, type Result } from '../../result.ts';
import type { StepDraft } from '../draft.ts';
import { call, handText, literal, rootPath, type Hand } from '../handlebars/expression.ts';
import { loadTemplateFile } from '../jinja/load.ts';
import { turnsOf } from '../jinja/turns.ts';
import type { ImportFile } from '../kind.ts';
import { modelKeys, parametersOf } from '../model.ts';
import { structuredBy } from '../response-format.ts';
import { settleTurns } from '../settle.ts';
import { broken, referenceIn, type FlowNode } from './nodes.ts';
import { answersBefore, bindingOf, fieldsOf, isConditional, nodeScope, type Flow } from './values.ts';

/** What an LLM node says of its model; all its other inputs are names of its template. */
const parameters: ReadonlySet<string> = new Set([
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'seed',
  'n',
  'best_of',
  'echo',
  'logprobs',
  'suffix',
  'user',
  'reasoning_effort',
]);

const toolKeys = ['functions', 'function_call', 'tools', 'tool_choice'] as const;

export interface MadeStep {
  readonly step: StepDraft;
  readonly model: JsonObject;
}

/** The step of an LLM node, and its model. */
export async function stepOf(
  node: FlowNode,
  file: ImportFile,
  flow: Flow,
): Promise<Result<MadeStep, readonly Diagnostic[]>> {
  const { source, notes } = flow;
  const from = isObject(node.spec['source']) ? node.spec['source']['path'] : undefined;
  const at = (...below: readonly string[]): Location => ({ source, pointer: [...node.pointer, ...below] });
  if (typeof from !== 'string')
    return failure([
      broken(at(), `the node \`${node.name}\` names no template`, 'write `source: {type: code, path: …}`'),
    ]);
  const loaded = await loadTemplateFile(file, from);
  if (!loaded.ok)
    return failure(loaded.error.map((mistake) => ({ place: at('source', 'path'), ...mistake })));
  const written = turnsOf({ ...loaded.value, scope: nodeScope(node, flow), first: 'user' });
  const settled = settleTurns(written, at('source', 'path'), notes);
  if (!settled.ok) return failure([settled.error]);
  const turns = settled.value;
  for (const key of toolKeys)
    if (!isEmpty(node.inputs[key]))
      notes.tell(
        { ...at('inputs', key), part: 'key' },
        `\`${key}\` is left out: what calls the tools is code`,
        'write the step as `type: tools`, each tool with its `parameters` and its `command`, `module` or `http`',
      );
  if (node.spec['api'] === 'completion')
    notes.tell(
      at('api'),
      'completions are not asked for: the prompt becomes a message to the model, as in a chat',
      'name a model that answers chats, and see with `pipe try` what it says',
    );
  const structured = structuredBy(
    node.inputs['response_format'],
    turns,
    at('inputs', 'response_format'),
    notes,
  );
  const step: StepDraft = {
    id: flow.steps.get(node.name) ?? node.name,
    comments: [],
    ...conditionOf(node, flow),
    turns,
    ...(structured && { structured }),
  };
  return success({ step, model: modelOf(node, flow) });
}

function isEmpty(value: JsonValue | undefined): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function modelOf(node: FlowNode, { source, notes }: Flow): JsonObject {
  const { inputs } = node;
  const pointer = [...node.pointer, 'inputs'];
  const given: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (!parameters.has(name)) continue;
    if (referenceIn(value) === undefined) given[name] = value;
    else
      notes.tell(
        { source, pointer: [...pointer, name] },
        `\`${name}\` cannot differ from record to record, and is left out`,
        `set \`model.${name}\` in the pipeline, or for a run by --set model.${name}=…`,
      );
  }
  const named = isAzure(node) ? (inputs['deployment_name'] ?? inputs['model']) : inputs['model'];
  if (typeof named !== 'string' || named === '' || named.includes('${'))
    notes.tell(
      { source, pointer },
      `the node \`${node.name}\` names no model; gpt-4o-mini is written in its place`,
      'set `model.name` in the pipeline',
    );
  const name = typeof named === 'string' && named !== '' && !named.includes('${') ? named : 'gpt-4o-mini';
  return modelKeys({ provider: 'openai', name }, parametersOf('openai', given, { source, pointer }, notes));
}

/** Where the file does not say it, the connection does; a deployment is named for Azure alone. */
export function isAzure({ spec, inputs }: FlowNode): boolean {
  const provider = spec['provider'];
  if (typeof provider === 'string') return /azure/i.test(provider);
  return typeof inputs['deployment_name'] === 'string' && inputs['deployment_name'] !== '';
}

function conditionOf(node: FlowNode, flow: Flow): { readonly when?: string } {
  const { activate } = node.spec;
  const condition = activate === undefined ? inherited(node, flow) : activated(node, activate, flow);
  return condition === undefined ? {} : { when: `{{${handText(condition, false)}}}` };
}

/** `activate: {when: ${classify.output}, is: order}`. */
function activated(node: FlowNode, activate: JsonValue, flow: Flow): Hand | undefined {
  const pointer = [...node.pointer, 'activate'];
  const when = isObject(activate) ? activate['when'] : undefined;
  const is = isObject(activate) ? activate['is'] : undefined;
  const place = { source: flow.source, pointer: [...pointer, 'when'] };
  const bound = bindingOf(when, 'when', place, flow);
  if (bound?.kind !== 'value' || typeof is === 'object' || is === undefined) {
    flow.notes.tell(
      place,
      'the condition is left out: the step always runs',
      'write it as the step’s `when`',
    );
    return undefined;
  }
  const reference = referenceIn(when);
  const asked = reference === undefined ? undefined : flow.nodes.get(reference.node);
  // An answer is text, whatever it says; a field of one that is a value is what it is.
  const isField = asked !== undefined && fieldsOf(asked, reference?.path ?? [], flow) !== undefined;
  const isText =
    !isField && asked !== undefined && (asked.kind === 'llm' || answersBefore(asked, flow).length > 0);
  const value = isText && typeof is === 'boolean' ? (is ? 'True' : 'False') : isText ? String(is) : is;
  return call('eq', bound.value, literal(value));
}

/** A node whose sources were all bypassed is bypassed, too. */
function inherited(node: FlowNode, flow: Flow): Hand | undefined {
  if (!isConditional(node, flow)) return undefined;
  const answers = answersBefore(node, flow).map((answer) =>
    rootPath('steps', flow.steps.get(answer.name) ?? '', 'output'),
  );
  const [first, second] = answers;
  return second === undefined ? first : call('or', ...answers);
}
