import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import type { ToolDefinition } from '../models/contract.ts';
import { kindsOfType, typeOf } from '../schema/value-type.ts';
import type { ToolBuilder, ToolKind, ToolProgram, ToolServices, ValueSchema } from '../tools/tool.ts';
import type { SeenTool, StepBuilder, ToolIdentity, UnreadyTool } from './step.ts';
import type { ToolKinds } from './tool-schema.ts';

/** What becomes of a tool call that fails: the model is told, or the record fails. */
export type OnError = 'tell' | 'fail';

/** A tool that a model may call. */
export interface CompiledTool {
  readonly definition: ToolDefinition;
  readonly parameters: ValueSchema;
  readonly onError: OnError;
  readonly identity: ToolIdentity;
  readonly program: ToolProgram;
}

/** What `on_error` says. */
export function onErrorOf(said: JsonValue | undefined, fallback: OnError = 'tell'): OnError {
  return said === 'tell' || said === 'fail' ? said : fallback;
}

/** Compiles each tool of the step by its kind; the names keep the order of the file. */
export async function compileTools(
  spec: JsonObject,
  builder: StepBuilder,
  kinds: ToolKinds,
): Promise<ReadonlyMap<string, CompiledTool>> {
  const tools = new Map<string, CompiledTool>();
  const held = isObject(spec['tools']) ? Object.entries(spec['tools']) : [];
  const fallback = onErrorOf(spec['on_error']);
  for (const [name, tool] of held) {
    if (name.startsWith('x-') || !isObject(tool)) continue;
    const compiled = await compileTool(name, tool, fallback, builder, kinds);
    if (compiled !== undefined) tools.set(name, compiled);
  }
  if (held.length > 0 && held.every(([name]) => name.startsWith('x-'))) {
    builder.report({
      code: 'required-key',
      message: '`tools` has no tool: keys that begin with `x-` are notes',
      pointer: ['tools'],
      part: 'key',
    });
  }
  return tools;
}

async function compileTool(
  name: string,
  spec: JsonObject,
  fallback: OnError,
  builder: StepBuilder,
  kinds: ToolKinds,
): Promise<CompiledTool | undefined> {
  const base: Pointer = ['tools', name];
  const kind = [...kinds.values()].find(({ kind }) => Object.hasOwn(spec, kind));
  if (kind === undefined) return undefined;
  checkKeys(spec, kind, base, builder, kinds);
  const parameters = await compileParameters(spec, base, builder);
  const { description, on_error, parameters: _parameters, ...runs } = spec;
  const files: string[] = [];
  return {
    definition: {
      name,
      ...(typeof description === 'string' && { description }),
      parameters: parameters.schema,
    },
    parameters,
    onError: onErrorOf(on_error, fallback),
    identity: { spec: runs, files },
    program: await kind.compile(spec, {
      ...below(base, builder, files),
      parameters: parameters.schema,
      provider_keys: builder.provider_keys,
    }),
  };
}

/** The tools that could not be run at all, in the order of the file. */
export async function unreadyTools(
  tools: ReadonlyMap<string, CompiledTool>,
  services: ToolServices,
): Promise<readonly UnreadyTool[]> {
  const asked = [...tools].map(async ([tool, { program }]) => {
    const error = await program.prepare?.(services);
    return error === undefined ? [] : [{ tool, error }];
  });
  return (await Promise.all(asked)).flat();
}

/** What is known of each tool while nothing of it is executed, in the order of the file. */
export function seenTools(
  tools: ReadonlyMap<string, CompiledTool>,
  services: Pick<ToolServices, 'env'>,
): Promise<readonly SeenTool[]> {
  return Promise.all(
    [...tools].map(async ([tool, { program }]) => {
      if (program.look === undefined) return { kind: 'unknown', tool };
      const error = await program.look(services);
      return error === undefined ? { kind: 'found', tool } : { kind: 'unready', tool, error };
    }),
  );
}

/** A tool has the keys of its own kind and of no other. */
function checkKeys(
  spec: JsonObject,
  own: ToolKind,
  base: Pointer,
  builder: StepBuilder,
  kinds: ToolKinds,
): void {
  for (const key of Object.keys(spec)) {
    const owner = [...kinds.values()].find(({ properties }) => Object.hasOwn(properties, key));
    if (owner === undefined || Object.hasOwn(own.properties, key)) continue;
    const isKind = kinds.has(key);
    builder.report({
      code: 'conflicting-keys',
      message: isKind
        ? `a tool is of one kind, and this one has both \`${own.kind}\` and \`${key}\``
        : `\`${key}\` is for tools of the kind \`${owner.kind}\`, and this one is of the kind \`${own.kind}\``,
      hint: isKind ? `remove one of them, or make \`${key}\` a tool of its own` : 'remove it',
      pointer: [...base, key],
      part: 'key',
    });
  }
}

async function compileParameters(
  spec: JsonObject,
  base: Pointer,
  builder: StepBuilder,
): Promise<ValueSchema> {
  if (spec['parameters'] === undefined) return noParameters;
  const pointer = [...base, 'parameters'];
  const parameters = await builder.schema(pointer);
  if (parameters === undefined) return anyParameters;
  if (!kindsOfType(typeOf(parameters.schema)).includes('object')) {
    builder.report({
      code: 'invalid-schema',
      message: '`parameters` allows no object, and the arguments of a tool are always one',
      hint: 'write `type: object`, and each argument under `properties`',
      pointer,
    });
  }
  return parameters;
}

const noParameters: ValueSchema = {
  schema: { type: 'object', properties: {}, additionalProperties: false },
  validate: (value) =>
    isObject(value) && Object.keys(value).length === 0 ? [] : ['this tool takes no arguments'],
};

/** Stands for parameters that something is wrong with, which has been reported. */
const anyParameters: ValueSchema = { schema: true, validate: () => [] };

/** A builder whose pointers start at this place of the step; it gathers the files that the tool names. */
function below(base: Pointer, builder: StepBuilder, files: string[]): ToolBuilder {
  const from = (pointer: Pointer): Pointer => [...base, ...pointer];
  return {
    folder: builder.folder,
    template: (pointer, reads) => builder.template(from(pointer), reads),
    schema: (pointer) => builder.schema(from(pointer)),
    async file(pointer, severity) {
      const path = await builder.file(from(pointer), severity);
      if (path !== undefined) files.push(path);
      return path;
    },
    report: (mistake) => builder.report({ ...mistake, pointer: from(mistake.pointer) }),
  };
}
