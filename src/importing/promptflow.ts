import { basename, dirname } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { parseYaml } from '../diagnostic/yaml-source.ts';
import { isObject } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import type { StepDraft } from './draft.ts';
import { createFields } from './fields.ts';
import { loadTemplateFile, type LoadedTemplate } from './jinja/load.ts';
import type { Imported, ImportFile, ImportKind } from './kind.ts';
import { azureComments, azureHint, commonModel, modelDraft, withoutCommon } from './model.ts';
import { freeName, pipelineName, plainName } from './names.ts';
import { declareInputs } from './promptflow/inputs.ts';
import { broken, nodesOf, readingOrder, type FlowNode } from './promptflow/nodes.ts';
import { outputOf } from './promptflow/output.ts';
import { isAzure, stepOf, type MadeStep } from './promptflow/step.ts';
import { answersBefore, type Flow } from './promptflow/values.ts';

/** Microsoft's prompt flow, which ends in April 2027: flows as a graph of nodes in YAML. */
export const promptflow: ImportKind = {
  kind: 'promptflow',
  description: "a flow of Microsoft's prompt flow",
  example: 'flow.dag.yaml',
  recognises: (name, text) =>
    /^flow\.(?:dag|flex)\.ya?ml$/i.test(name) ||
    (/\.ya?ml$/i.test(name) &&
      /^nodes\s*:/m.test(text) &&
      /\$\{inputs\.|^node_variants\s*:|^\s+(?:-\s+)?type:\s*llm\b/m.test(text)),
  read: readFlow,
};

async function readFlow(file: ImportFile): Promise<Result<Imported, readonly Diagnostic[]>> {
  const { source, diagnostics } = parseYaml(file.path, file.text);
  if (diagnostics.length > 0) return failure(diagnostics);
  const flow = source.value;
  if (isObject(flow) && flow['entry'] !== undefined) return failure([flexFlow(source)]);
  if (!isObject(flow) || !Array.isArray(flow['nodes']) || flow['nodes'].length === 0)
    return failure([
      broken({ source, pointer: ['nodes'] }, 'the file has no list of `nodes`', 'give a flow.dag.yaml'),
    ]);
  const nodes = nodesOf(source, file.notes);
  if (!nodes.ok) return nodes;
  const prompts = await loadPrompts(nodes.value, source, file);
  const fields = createFields();
  declareInputs(source, fields, file.notes);
  const made: Flow = {
    source,
    nodes: nodes.value,
    fields,
    notes: file.notes,
    steps: stepIds(nodes.value),
    prompts: prompts.found,
    structured: new Map(),
  };
  const built = await buildPipeline(made, file);
  if (prompts.mistakes.length === 0) return built;
  return failure([...prompts.mistakes, ...(built.ok ? [] : built.error)]);
}

function flexFlow(source: Source): Diagnostic {
  return {
    severity: 'error',
    code: 'code-flow',
    message: 'a flex flow is Python code, which is not imported',
    hint: 'import the prompts that it uses, one by one: `pipe import` reads .prompty files; what the code does between them, write as steps',
    place: { source, pointer: ['entry'], part: 'key' },
  };
}

interface LoadedPrompts {
  readonly found: ReadonlyMap<string, LoadedTemplate>;
  readonly mistakes: readonly Diagnostic[];
}

async function loadPrompts(
  nodes: ReadonlyMap<string, FlowNode>,
  source: Source,
  file: ImportFile,
): Promise<LoadedPrompts> {
  const found = new Map<string, LoadedTemplate>();
  const mistakes: Diagnostic[] = [];
  for (const node of nodes.values()) {
    if (node.kind !== 'prompt') continue;
    const loaded = await loadTemplateFile(file, node.what);
    const place = { source, pointer: [...node.pointer, 'source', 'path'] };
    if (loaded.ok) found.set(node.name, loaded.value);
    else for (const mistake of loaded.error) mistakes.push({ place, ...mistake });
  }
  return { found, mistakes };
}

function stepIds(nodes: ReadonlyMap<string, FlowNode>): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name, kind, aggregates } of nodes.values()) {
    if (kind !== 'llm' || aggregates) continue;
    const id = freeName(plainName(name), (other) => taken.has(other));
    taken.add(id);
    ids.set(name, id);
  }
  return ids;
}

async function buildPipeline(flow: Flow, file: ImportFile): Promise<Result<Imported, readonly Diagnostic[]>> {
  const { nodes, source, fields } = flow;
  const made = new Map<FlowNode, MadeStep>();
  const mistakes: Diagnostic[] = [];
  // What reads an answer has to know whether it is a value.
  for (const node of readingOrder(nodes)) {
    if (node.kind !== 'llm' || node.aggregates) continue;
    const step = await stepOf(node, file, flow);
    if (!step.ok) {
      mistakes.push(...step.error);
      continue;
    }
    made.set(node, step.value);
    const { structured } = step.value.step;
    if (structured !== undefined) flow.structured.set(node.name, structured.schema);
  }
  if (mistakes.length > 0) return failure(mistakes);
  if (made.size === 0)
    return failure([
      broken(
        { source, pointer: ['nodes'] },
        'no node of the flow asks a model, so that no step is left of it',
        'pipe runs prompts over rows; what is code alone stays code',
      ),
    ]);
  const output = outputOf(flow);
  tellConnections(flow);
  tellCode(flow);
  tellOthers(flow);
  const inFile = [...nodes.values()].flatMap((node) => made.get(node) ?? []);
  const common = commonModel(inFile.map(({ model }) => model));
  const steps = inFile.map(({ step, model }): StepDraft =>
    Object.assign({}, step, { model: withoutCommon(model, common) }),
  );
  const { display_name: title, description } = isObject(source.value) ? source.value : {};
  const about = [title, description].find((text) => typeof text === 'string' && text !== '');
  const azure = [...nodes.values()].some((node) => node.kind === 'llm' && isAzure(node));
  return success({
    pipeline: {
      name: pipelineName(nameOf(file.path)),
      ...(typeof about === 'string' && { description: about }),
      origin: `promptflow's ${basename(file.path)}`,
      vars: fields.vars(),
      fields: fields.fields(),
      model: modelDraft(common, azure ? azureComments : []),
      steps,
      output,
    },
    tests: [],
    rows: [],
  });
}

/** A flow is called after its folder: all their files have one name. */
function nameOf(path: string): string {
  const name = basename(path);
  return /^flow\.dag\.ya?ml$/i.test(name) ? basename(dirname(path)) : name.replace(/\.[^.]+$/, '');
}

function tellConnections({ nodes, source, notes }: Flow): void {
  const told = new Set<unknown>();
  for (const node of nodes.values()) {
    const { connection } = node.spec;
    if (node.kind !== 'llm' || typeof connection !== 'string' || connection === '' || told.has(connection))
      continue;
    told.add(connection);
    const azure = isAzure(node);
    notes.tell(
      { source, pointer: [...node.pointer, 'connection'] },
      `the connection \`${connection}\` is not in the file${azure ? ': it names an Azure resource and has its key' : ', nor is its key'}`,
      azure ? azureHint : 'set the environment variable OPENAI_API_KEY',
    );
  }
}

/** Says of each node with code where its output went. */
function tellCode(flow: Flow): void {
  const { nodes, source, notes, fields } = flow;
  for (const node of nodes.values()) {
    const place = {
      source,
      pointer: [...node.pointer, ...(node.spec['name'] === undefined ? [] : ['name'])],
    };
    if (node.aggregates) {
      notes.tell(
        place,
        `the aggregation node \`${node.name}\` (${node.what}) is left out: it works on all rows of a run at once`,
        'see `pipe report` for a run as a whole, and `classify` in a file of tests for accuracy, precision and recall',
      );
      continue;
    }
    if (node.kind !== 'code') continue;
    const [answer] = answersBefore(node, flow);
    const isRead = [...nodes.values()].some(({ reads }) => reads.includes(node.name));
    if (answer !== undefined)
      notes.tell(
        place,
        `the code of \`${node.name}\` (${node.what}) is not imported: what reads its output reads the answer of \`${answer.name}\` itself`,
        flow.structured.has(answer.name)
          ? `its fields can be read as they are; write those that there must be into the \`schema\` of \`${answer.name}\`, and do anything else with the results of the run`
          : `where code took an answer apart, make \`${answer.name}\` a step of \`type: structured\` with a \`schema\`; anything else, do with the results of the run`,
      );
    else if (fields.has(fieldName(node, flow)))
      notes.tell(
        place,
        `the code of \`${node.name}\` (${node.what}) is not imported: its output is read from the field \`${fieldName(node, flow)}\` of each record`,
        'run the code over your rows beforehand and add its output as a column; what a model is to call by itself becomes a `command` of a `type: tools` step',
      );
    else
      notes.tell(
        place,
        `the code of \`${node.name}\` (${node.what}) is not imported${isRead ? '' : ', and nothing reads its output'}`,
        'run it before or after the pipeline',
      );
  }
}

function fieldName(node: FlowNode, flow: Flow): string {
  const name = plainName(node.name);
  return flow.fields.has(`${name}_output`) ? `${name}_output` : name;
}

const silent: ReadonlySet<string> = new Set([
  '$schema',
  'id',
  'name',
  'display_name',
  'description',
  'type',
  'inputs',
  'outputs',
  'nodes',
  'node_variants',
  'tags',
  'language',
]);

const remedies: ReadonlyMap<string, string> = new Map(
  Object.entries({
    environment: 'pipe needs no Python and no image: `npm install prompt-pipe` is its environment',
    additional_includes:
      'files are read in the folder of the flow alone: copy those into it that its templates name',
    environment_variables:
      'set them in the environment that runs pipe; only headers and commands of tools can read them',
  }),
);

function tellOthers({ source, notes }: Flow): void {
  const flow = isObject(source.value) ? source.value : {};
  for (const key of Object.keys(flow)) {
    if (silent.has(key)) continue;
    notes.tell(
      { source, pointer: [key], part: 'key' },
      `\`${key}\` has no counterpart and is left out`,
      remedies.get(key) ?? 'leave it',
    );
  }
}
