import type {
  CallError,
  CallOutcome,
  ClientServices,
  Gate,
  ModelRequest,
  ModelSettings,
  RequestEnd,
  RequestSize,
  StreamDelta,
} from '../../../src/models/contract.ts';
import type { OpenModel } from '../../../src/run/options.ts';
import { zeroUsage } from '../../../src/usage/add.ts';
import type { Usage } from '../../../src/usage/usage.ts';

/** What one answered request uses. */
export const used: Usage = {
  ...zeroUsage,
  requests: 1,
  input_tokens: 10,
  output_tokens: 5,
  total_tokens: 15,
  cost_usd: null,
};

export interface FakeCall {
  /** The text of the last message. */
  readonly prompt: string;
  readonly settings: ModelSettings;
  readonly step: string;
  readonly record: string;
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  /** Asked by the test, where it wants to. */
  readonly gate: Gate;
  /** Absent where the answer is not to come as a stream. */
  readonly stream?: (delta: StreamDelta) => void;
  reply(text?: string): void;
  fail(error: Partial<CallError>, usage?: Usage): void;
  /** Throws, as only a mistake of ours can. */
  explode(message: string): void;
}

export function promptOf(request: ModelRequest): string {
  const content = request.messages.at(-1)?.content;
  return typeof content === 'string' ? content : '';
}

export function answer(text: string): CallOutcome {
  const completion = {
    text,
    thinking: '',
    refusal: null,
    tool_calls: [],
    finish_reason: 'stop',
    model: 'small-2603',
    request_id: 'req-1',
  };
  return { ok: true, completion, usage: used };
}

const plainError: CallError = {
  code: 'server_error',
  message: 'the server failed',
  status: 500,
  attempts: 3,
  request_id: null,
  scope: 'record',
};

export function failed(error: Partial<CallError> = {}, usage: Usage = used): CallOutcome {
  return { ok: false, error: { ...plainError, ...error }, usage };
}

/** A request of no great size. */
export const size: RequestSize = { bytes: 100, images: 0 };

/** What a 429 tells, with the wait that it asks for. */
export const limited = (retry_after: number | null): RequestEnd => ({
  kind: 'limited',
  fault: 'a.example refused for its rate limit (429)',
  retry_after,
  quota: null,
  usage: { ...zeroUsage, requests: 1 },
});

/** Models that a test answers by hand: `await nextCall()`, then `reply()` or `fail()`. Aborted calls end by themselves. */
export function fakeModels(behaviour: { readonly deaf?: boolean } = {}) {
  const waiting: FakeCall[] = [];
  const asking: ((call: FakeCall) => void)[] = [];
  const opened: { readonly settings: ModelSettings; readonly services: ClientServices }[] = [];
  const seen = { inFlight: 0, most: 0, calls: 0, closed: 0 };

  function offer(call: FakeCall): void {
    const ask = asking.shift();
    if (ask === undefined) waiting.push(call);
    else ask(call);
  }

  const openModel: OpenModel = async (settings, services) => {
    opened.push({ settings, services });
    return {
      call: (request, { signal, gate, stream, step, record }) => {
        seen.calls += 1;
        seen.inFlight += 1;
        seen.most = Math.max(seen.most, seen.inFlight);
        const called = new Promise<CallOutcome>((resolve, reject) => {
          const aborted = () =>
            resolve({
              ok: false,
              error: { ...plainError, code: 'aborted', message: 'aborted' },
              usage: used,
            });
          if (behaviour.deaf !== true) signal.addEventListener('abort', aborted, { once: true });
          if (signal.aborted) aborted();
          offer({
            prompt: promptOf(request),
            settings,
            step,
            record,
            request,
            signal,
            gate,
            ...(stream !== undefined && { stream }),
            reply: (text = 'ok') => resolve(answer(text)),
            fail: (error, usage) => resolve(failed(error, usage)),
            explode: (message) => reject(new Error(message)),
          });
        });
        return called.finally(() => {
          seen.inFlight -= 1;
        });
      },
      async close() {
        seen.closed += 1;
      },
    };
  };

  return {
    openModel,
    opened,
    seen,
    /** Calls that nobody has taken yet. */
    waiting: waiting as readonly FakeCall[],
    nextCall(): Promise<FakeCall> {
      const call = waiting.shift();
      return call === undefined ? new Promise((resolve) => asking.push(resolve)) : Promise.resolve(call);
    },
  };
}

/** Answers every call at once with what `reply` makes of its prompt. */
export function instantModels(reply: (prompt: string) => CallOutcome = () => answer('ok')): OpenModel {
  return async () => ({
    call: async (request) => {
      return reply(promptOf(request));
    },
    close: async () => {},
  });
}
