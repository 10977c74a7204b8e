import type { JsonValue } from '../../../src/json/json.ts';
import { failure, success } from '../../../src/result.ts';
import type { StepProgram } from '../../../src/steps/step.ts';
import type { ToolError, ToolOutcome, ToolServices } from '../../../src/tools/tool.ts';
import { zeroUsage } from '../../../src/usage/add.ts';

export interface FakeToolCall {
  readonly name: string;
  readonly record: string;
  readonly services: ToolServices;
  give(value: JsonValue): void;
  fail(error: Partial<ToolError>): void;
  /** Throws, as only a mistake of ours can. */
  explode(message: string): void;
}

/** Tools that a test answers by hand: `await nextCall()`, then `give()` or `fail()`. They end when they are told to. */
export function fakeTools() {
  const waiting: FakeToolCall[] = [];
  const asking: ((call: FakeToolCall) => void)[] = [];
  const seen = { inFlight: 0, most: 0, calls: 0 };

  function offer(call: FakeToolCall): void {
    const ask = asking.shift();
    if (ask === undefined) waiting.push(call);
    else ask(call);
  }

  function run(name: string, record: string, services: ToolServices): Promise<ToolOutcome> {
    seen.calls += 1;
    seen.inFlight += 1;
    seen.most = Math.max(seen.most, seen.inFlight);
    const ran = new Promise<ToolOutcome>((resolve, reject) => {
      const fail = (error: Partial<ToolError>) =>
        resolve(failure({ code: 'tool_failed', message: 'it failed', ...error }));
      services.signal.addEventListener('abort', () => fail({ code: 'aborted' }), { once: true });
      offer({
        name,
        record,
        services,
        give: (value) => resolve(success(value)),
        fail,
        explode: (message) => reject(new Error(message)),
      });
    });
    return ran.finally(() => {
      seen.inFlight -= 1;
    });
  }

  return {
    seen,
    /** A step that calls these tools side by side, without a model; its output is the list of what they gave. */
    calling(names: readonly string[], env: readonly string[] = []): StepProgram {
      return {
        output: { type: 'array' },
        env,
        render: () => success({ messages: [] }),
        async execute(scope, services) {
          const { id: record } = scope['input'] as { readonly id: string };
          const outcomes = await Promise.all(
            names.map((name, at) =>
              services.tool({
                id: `call${at}`,
                name,
                arguments: { at },
                identity: null,
                run: (toolServices) => run(name, record, toolServices),
              }),
            ),
          );
          const aborted = outcomes.find((outcome) => !outcome.ok && outcome.error.code === 'aborted');
          if (aborted !== undefined) {
            const error = { code: 'aborted', message: 'aborted', status: null } as const;
            return failure({ ...error, attempts: 1, request_id: null, scope: 'record' });
          }
          const output = outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error.message));
          return success({ output, tool_calls: [], finish_reason: null, usage: zeroUsage });
        },
      };
    },
    nextCall(): Promise<FakeToolCall> {
      const call = waiting.shift();
      return call === undefined ? new Promise((resolve) => asking.push(resolve)) : Promise.resolve(call);
    },
  };
}
