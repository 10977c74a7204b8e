import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import type { CallOutcome, Completion, Message, ToolCall } from '../../src/models/contract.ts';
import { failure, success, type Result } from '../../src/result.ts';
import type { StepError, StepValue } from '../../src/steps/step.ts';
import { toolsStep } from '../../src/steps/tools.ts';
import type {
  ToolArguments,
  ToolError,
  ToolKind,
  ToolKindBuilder,
  ToolOutcome,
  ToolServices,
} from '../../src/tools/tool.ts';
import { answered, compileStep, script, type Compiled, type Script } from './support.ts';

/** What a fake tool does, by what stands under its kind's key. */
export type Acts = { readonly [act: string]: (call: ToolArguments, services: ToolServices) => Acted };

type Acted = ToolOutcome | Promise<ToolOutcome>;

/** A kind of tool for tests, with a key of its own, `<kind>_env`, and one that all of them share, `timeout`. */
export function fakeKind(kind: string, acts: Acts, built: ToolKindBuilder[] = []): ToolKind {
  return {
    kind,
    description: `Fakes a ${kind}.`,
    properties: {
      [kind]: { type: 'string', description: 'What it does.', examples: ['echo'] },
      [`${kind}_env`]: { type: 'array', description: 'Variables that it reads.' },
      timeout: { type: 'string', description: 'How long it may take.' },
    },
    compile(spec, builder) {
      built.push(builder);
      const said = spec[kind];
      if (said === 'broken') builder.report({ code: 'fake', message: 'it is broken', pointer: [kind] });
      const act = typeof said === 'string' ? acts[said] : undefined;
      return Promise.resolve({
        env: (spec[`${kind}_env`] ?? []) as readonly string[],
        run: (call, services) => Promise.resolve(act?.(call, services) ?? success('done')),
      });
    },
  };
}

const acts: Acts = {
  echo: (call) => success(call.arguments),
  number: () => success(42),
  empty: () => success(''),
  null: () => success(null),
  fail: () => failed('no such order'),
  fatal: () => failure({ code: 'not_started', message: 'there is no `node`', fatal: true }),
  aborted: () => failure({ code: 'aborted', message: 'the run is stopping' }),
};

export function failed(message: string, code: ToolError['code'] = 'tool_failed'): ToolOutcome {
  return failure({ code, message });
}

export function kindsOf(...kinds: readonly ToolKind[]): ReadonlyMap<string, ToolKind> {
  return new Map(kinds.map((kind) => [kind.kind, kind]));
}

/** Compiles a step whose tools are of the kinds `fake` and `other`. */
export function compileTools(spec: JsonObject, more: Acts = {}): Promise<Compiled> {
  const both = { ...acts, ...more };
  return compileStep(toolsStep(kindsOf(fakeKind('fake', both), fakeKind('other', both))), spec);
}

/** A step with these tools, each given by what it does or whole. */
export function withTools(
  tools: { readonly [name: string]: string | JsonObject },
  other: JsonObject = {},
): JsonObject {
  const held = Object.entries(tools).map(([name, tool]) => [
    name,
    typeof tool === 'string' ? { fake: tool, parameters: { type: 'object' } } : tool,
  ]);
  return { prompt: 'Find it.', tools: Object.fromEntries(held) as JsonObject, ...other };
}

export const asked: Message = { role: 'user', content: 'Find it.' };

export function call(name: string, given = '{}', id = name): ToolCall {
  return { id, name, arguments: given };
}

/** An answer that calls tools. */
export function calling(calls: readonly ToolCall[], more: Partial<Completion> = {}): CallOutcome {
  return answered({ tool_calls: calls, finish_reason: 'tool_calls', ...more });
}

export function toolTurn(tool_call_id: string, content: string): Message {
  return { role: 'tool', content, tool_call_id };
}

export interface Ran {
  readonly result: Result<StepValue, StepError>;
  readonly services: Script;
  /** The messages of each request after those of the first. */
  readonly added: readonly (readonly Message[])[];
}

/** Runs a step against a model that gives these answers. */
export async function run(spec: JsonObject, outcomes: readonly CallOutcome[], more: Acts = {}): Promise<Ran> {
  const { program, mistakes } = await compileTools(spec, more);
  if (mistakes.length > 0) throw new Error(mistakes.join(', '));
  const services = script(...outcomes);
  const result = await program.execute({ input: {}, vars: {}, steps: {} }, services);
  const first = services.requests[0]?.messages.length ?? 0;
  return { result, services, added: services.requests.map(({ messages }) => messages.slice(first)) };
}

/** The results that the step lists, each without its id. */
export function listed({ result }: Ran): readonly { readonly [name: string]: JsonValue }[] {
  if (!result.ok) throw new Error(result.error.message);
  return result.value.tool_calls.map(({ name, arguments: given, result, error }) => ({
    name,
    arguments: given,
    result,
    error,
  }));
}

export function errorOf({ result }: Ran): StepError {
  if (result.ok) throw new Error(`it ended well: ${JSON.stringify(result.value)}`);
  return result.error;
}
