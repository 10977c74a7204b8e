import { createShared } from '../../src/tools/shared.ts';
import type { JsonObject, JsonValue, Pointer } from '../../src/json/json.ts';
import { valueAt } from '../../src/json/pointer.ts';
import type { CallError, CallOutcome, Completion, ModelRequest } from '../../src/models/contract.ts';
import { compileValidator } from '../../src/pipeline/schema/validator.ts';
import { mistakesIn } from '../../src/pipeline/schema/value-mistakes.ts';
import type { StepProgram, StepServices, StepType, ToolInvocation } from '../../src/steps/step.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import type { Usage } from '../../src/usage/usage.ts';

export interface Compiled {
  readonly program: StepProgram;
  /** Each as `code pointer`, with `(key)` where it is told of the key. */
  readonly mistakes: readonly string[];
}

/** Compiles a step as the pipeline does, but for the check of references, schemas in files and the files of tools. */
export async function compileStep(
  type: StepType,
  spec: JsonObject,
  partials: ReadonlyMap<string, string> = new Map(),
  id = 'reply',
): Promise<Compiled> {
  const mistakes: string[] = [];
  const program = await type.compile(spec, {
    id,
    folder: '/pipelines',
    provider_keys: new Set(['MISTRAL_API_KEY']),
    template(pointer) {
      const compiled = compileTemplate(textAt(spec, pointer), partials);
      if (!compiled.ok) throw new Error(compiled.error[0]?.message);
      return compiled.value;
    },
    async schema(pointer) {
      const schema = valueAt(spec, pointer) as JsonObject;
      const validate = await compileValidator(schema, '2020-12');
      return {
        schema,
        validate: (value: JsonValue) => (validate(value) ? [] : mistakesIn(value, validate.errors ?? [])),
      };
    },
    file: (pointer) => Promise.resolve(`/pipelines/${textAt(spec, pointer)}`),
    report: ({ code, pointer, part }) =>
      mistakes.push(`${code} ${pointer.join('.')}${part === 'key' ? ' (key)' : ''}`),
  });
  return { program, mistakes };
}

function textAt(spec: JsonObject, pointer: Pointer): string {
  const text = valueAt(spec, pointer);
  if (typeof text !== 'string') throw new Error(`there is no text at ${pointer.join('.')}`);
  return text;
}

export const usage: Usage = {
  requests: 1,
  retries: 0,
  cached_requests: 0,
  unmetered_requests: 0,
  input_tokens: 10,
  cached_input_tokens: 0,
  output_tokens: 2,
  reasoning_tokens: null,
  total_tokens: 12,
  cost_usd: null,
};

/** A call that went well: a text, or a completion in parts. */
export function answered(answer: string | Partial<Completion>): CallOutcome {
  const said = typeof answer === 'string' ? { text: answer } : answer;
  return {
    ok: true,
    usage,
    completion: {
      text: '',
      thinking: '',
      refusal: null,
      tool_calls: [],
      finish_reason: 'stop',
      model: 'm',
      request_id: null,
      ...said,
    },
  };
}

/** A call that failed for good. */
export const serverError: CallError = {
  code: 'server_error',
  message: 'the server said 500',
  status: 500,
  attempts: 3,
  request_id: 'r1',
  scope: 'record',
};

export const unanswered: CallOutcome = { ok: false, error: serverError, usage };

export interface Script extends StepServices {
  /** What the model was asked, in order. */
  readonly requests: readonly ModelRequest[];
  /** The tool calls that were made, in order. */
  readonly invocations: readonly ToolInvocation[];
}

/** A model that gives these answers in turn; tools are run as they are. */
export function script(...outcomes: readonly CallOutcome[]): Script {
  const { signal } = new AbortController();
  const requests: ModelRequest[] = [];
  const invocations: ToolInvocation[] = [];
  return {
    signal,
    requests,
    invocations,
    call(request) {
      const outcome = outcomes[requests.length];
      requests.push(request);
      if (outcome === undefined) throw new Error('the model was asked once too often');
      return Promise.resolve(outcome);
    },
    tool(invocation) {
      invocations.push(invocation);
      return invocation.run({ signal, env: {}, shared: createShared() });
    },
  };
}
