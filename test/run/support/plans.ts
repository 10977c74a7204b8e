import type { JsonObject, JsonValue } from '../../../src/json/json.ts';
import type { ModelRequest, ModelSettings } from '../../../src/models/contract.ts';
import type { Plan, PlanStep } from '../../../src/plan.ts';
import type { InputRecord, RecordItem } from '../../../src/records/record.ts';
import { failure, success } from '../../../src/result.ts';
import type { StepProgram } from '../../../src/steps/step.ts';
import type { Scope, Template } from '../../../src/template/template.ts';

/** A template that is a function of the scope: undefined is an absent path. */
export function template(value: (scope: Scope) => JsonValue | undefined, text = 'x'): Template {
  const absent = { code: 'absent_path', message: `\`${text}\` is absent`, start: 0, end: 1 } as const;
  const evaluate = (scope: Scope) => {
    const found = value(scope);
    return found === undefined ? failure(absent) : success(found);
  };
  return {
    text,
    expression: true,
    evaluate,
    render(scope) {
      const found = evaluate(scope);
      return found.ok ? success(JSON.stringify(found.value)) : found;
    },
    probe: (scope) => success(value(scope)),
  };
}

/** The value at a path such as `input.text` or `steps.one.output`. */
export function path(text: string): Template {
  return template((scope) => {
    let value: unknown = scope;
    for (const name of text.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, unknown>)[name];
    }
    return value as JsonValue | undefined;
  }, text);
}

/** A step that asks once with the text that `prompt` makes of the scope; its output is the answer's text. */
export function asking(prompt: (scope: Scope) => string): StepProgram {
  const request = (scope: Scope): ModelRequest => ({ messages: [{ role: 'user', content: prompt(scope) }] });
  return {
    output: { type: 'string' },
    render: (scope) => success(request(scope)),
    async execute(scope, services) {
      const outcome = await services.call(request(scope));
      if (!outcome.ok) return failure(outcome.error);
      const { text, finish_reason } = outcome.completion;
      return success({ output: text, tool_calls: [], finish_reason, usage: outcome.usage });
    },
  };
}

export const settings: ModelSettings = {
  provider: 'fake',
  name: 'small',
  parameters: {},
  timeout: 60_000,
  idle_timeout: 30_000,
};

export interface StepOptions extends Partial<Omit<PlanStep, 'id'>> {
  readonly prompt?: (scope: Scope) => string;
}

/** By default a step asks `<id> <the record's id>`. */
export function step(id: string, options: StepOptions = {}): PlanStep {
  const { prompt = (scope) => `${id} ${idOf(scope)}`, ...others } = options;
  return {
    id,
    type: 'chat',
    after: [],
    model: settings,
    stream: false,
    cache: true,
    max_output_tokens: null,
    program: asking(prompt),
    ...others,
  };
}

export function idOf(scope: Scope): string {
  const { id } = scope['input'] as JsonObject;
  return typeof id === 'string' ? id : JSON.stringify(id);
}

export type PlanOptions = Partial<Omit<Plan, 'limits'>> & {
  readonly concurrency?: number;
  readonly limits?: Partial<Plan['limits']>;
};

export function plan(steps: readonly PlanStep[], options: PlanOptions = {}): Plan {
  const { concurrency = 2, limits, ...others } = options;
  return {
    name: 'test',
    files: [],
    vars: {},
    input: { validate: () => [] },
    steps,
    retry: { attempts: 3, max_delay: 60_000, outage: 300_000 },
    limits: { concurrency, ...limits },
    budget: {},
    fail: { error_rate: 0 },
    prices: { date: '2026-01-01', models: { small: { input: 1, output: 2 } } },
    overrides: [],
    ...others,
  };
}

export function record(index: number, value: JsonObject = { id: `r${index}` }): InputRecord {
  return { ok: true, index, line: index + 1, value };
}

export function recordsOf(count: number): readonly InputRecord[] {
  return Array.from({ length: count }, (_, index) => record(index));
}

/** A source of records that knows how many were pulled, and whether it was let go. */
export function source(items: Iterable<RecordItem>, end: 'ends' | 'hangs' | Error = 'ends') {
  const seen = { pulled: 0, closed: false };
  async function* generate(): AsyncGenerator<RecordItem> {
    try {
      for (const item of items) {
        seen.pulled += 1;
        yield item;
      }
      if (end instanceof Error) throw end;
      if (end === 'hangs') await new Promise(() => {});
    } finally {
      seen.closed = true;
    }
  }
  return { records: generate(), seen };
}
