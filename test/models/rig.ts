import { onTestFinished } from 'vitest';
import type {
  CallOutcome,
  ClientServices,
  Gate,
  ModelClient,
  ModelRequest,
  ModelSettings,
  Permit,
  RequestEnd,
  StreamDelta,
} from '../../src/models/contract.ts';
import type { Provider } from '../../src/models/provider.ts';
import { mistralai } from '../../src/models/mistralai.ts';
import { failure, success } from '../../src/result.ts';
import { startFakeServer } from '../support/fake-server.ts';
import type { FakeServer } from '../support/fake-server.ts';

/** A client of a fake server, with time and chance held still. Closed when the test ends. */
export interface Rig {
  readonly server: FakeServer;
  readonly client: ModelClient;
  /** The waits asked for, in milliseconds; none of them is waited out. */
  readonly sleeps: number[];
  /** What the gate was asked and told, in order: admit, limited <ms>, unavailable, answered, aborted. */
  readonly paced: string[];
  /** The same in full. */
  readonly ends: RequestEnd[];
  readonly ask: (
    request?: Partial<ModelRequest>,
    signal?: AbortSignal,
    waiting?: AbortSignal,
  ) => Promise<CallOutcome>;
  readonly stream: (request?: Partial<ModelRequest>, signal?: AbortSignal) => StreamedCall;
}

/** A call whose answer is asked for as a stream. */
export interface StreamedCall {
  readonly outcome: Promise<CallOutcome>;
  /** What was told so far. */
  readonly deltas: readonly StreamDelta[];
  /** The next delta that no one has taken yet. */
  next(): Promise<StreamDelta>;
}

export interface RigOptions {
  /** Default: mistralai. */
  readonly provider?: Provider;
  readonly settings?: Partial<ModelSettings>;
  readonly services?: Partial<ClientServices>;
  /** After how many 429s the gate refuses. */
  readonly patience?: number;
  /** Instead of one that records, and holds nothing back. */
  readonly gate?: Gate;
}

export const key = 'test-key-0123456789abcdef';
export const question: ModelRequest = { messages: [{ role: 'user', content: 'Hi.' }] };

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const server = await startFakeServer();
  const sleeps: number[] = [];
  const paced: string[] = [];
  const ends: RequestEnd[] = [];
  const gate = options.gate ?? recordingGate(paced, ends, options.patience ?? Infinity);
  const client = await (options.provider ?? mistralai).open(
    {
      provider: 'mistralai',
      name: 'mistral-small-latest',
      parameters: {},
      base_url: server.url,
      api_key_env: 'TEST_API_KEY',
      timeout: 20_000,
      idle_timeout: 20_000,
      ...options.settings,
    },
    {
      retry: { attempts: 3, max_delay: 60_000 },
      api_key: key,
      connections: 16,
      sleep: (milliseconds) => {
        sleeps.push(milliseconds);
        return Promise.resolve();
      },
      random: () => 1,
      now: () => Date.parse('2026-08-01T12:00:00Z'),
      ...options.services,
    },
  );
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  const call = (
    request: Partial<ModelRequest> = {},
    signal = new AbortController().signal,
    waiting = signal,
    stream?: (delta: StreamDelta) => void,
  ): Promise<CallOutcome> =>
    client.call(
      { ...question, ...request },
      { signal, waiting, gate, step: 'translate', record: 'r1', ...(stream && { stream }) },
    );
  return {
    server,
    client,
    sleeps,
    paced,
    ends,
    ask: (request, signal, waiting) => call(request, signal, waiting),
    stream(request, signal) {
      const deltas: StreamDelta[] = [];
      const untaken: StreamDelta[] = [];
      const waiting: ((delta: StreamDelta) => void)[] = [];
      return {
        outcome: call(request, signal, undefined, (delta) => {
          deltas.push(delta);
          const taker = waiting.shift();
          if (taker) taker(delta);
          else untaken.push(delta);
        }),
        deltas,
        next() {
          const delta = untaken.shift();
          return delta ? Promise.resolve(delta) : new Promise((resolve) => waiting.push(resolve));
        },
      };
    },
  };
}

/** A gate that lets everything out, and uses up an attempt for all but a 429. */
export const openGate: Gate = recordingGate([], [], Infinity);

function recordingGate(paced: string[], ends: RequestEnd[], patience: number): Gate {
  let limited = 0;
  const permit: Permit = {
    settle(end) {
      ends.push(end);
      paced.push(end.kind === 'limited' ? `limited ${end.retry_after}` : end.kind);
      if (end.kind === 'limited') limited += 1;
      return end.kind === 'limited' ? 'free' : 'used';
    },
  };
  return {
    async admit(_size, signal) {
      signal.throwIfAborted();
      if (limited >= patience) return failure({ code: 'rate_limited', message: 'refused for too long' });
      paced.push('admit');
      return success(permit);
    },
  };
}
