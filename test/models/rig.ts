import { onTestFinished } from 'vitest';
import type {
  CallOutcome,
  ClientServices,
  ModelClient,
  ModelRequest,
  ModelSettings,
  Pacer,
  Provider,
  StreamDelta,
} from '../../src/models/contract.ts';
import { mistralai } from '../../src/models/mistralai.ts';
import { startFakeServer } from '../support/fake-server.ts';
import type { FakeServer } from '../support/fake-server.ts';

/** A client of a fake server, with time and chance held still. Closed when the test ends. */
export interface Rig {
  readonly server: FakeServer;
  readonly client: ModelClient;
  /** The waits asked for, in milliseconds; none of them is waited out. */
  readonly sleeps: number[];
  /** What the pacer was told, in order: admit, limited <ms>, answered. */
  readonly paced: string[];
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
  /** After how many 429s the pacer gives up. */
  readonly patience?: number;
}

export const key = 'test-key-0123456789abcdef';
export const question: ModelRequest = { messages: [{ role: 'user', content: 'Hi.' }] };

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const server = await startFakeServer();
  const sleeps: number[] = [];
  const paced: string[] = [];
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
      pacer: recordingPacer(paced, options.patience ?? Infinity),
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
      { signal, waiting, step: 'translate', record: 'r1', ...(stream && { stream }) },
    );
  return {
    server,
    client,
    sleeps,
    paced,
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

function recordingPacer(paced: string[], patience: number): Pacer {
  let limited = 0;
  return {
    admit() {
      paced.push('admit');
      return Promise.resolve();
    },
    limited(retry_after) {
      paced.push(`limited ${retry_after}`);
      limited += 1;
      return limited < patience ? 'wait' : 'give-up';
    },
    answered() {
      paced.push('answered');
    },
  };
}
