import type {
  CallOptions,
  CallOutcome,
  ModelRequest,
  ModelSettings,
  Permit,
  RequestEnd,
  RequestSize,
} from '../../models/contract.ts';
import { lostSight, unsent } from '../../models/retry.ts';
import { addUsage, zeroUsage } from '../../usage/add.ts';
import type { Usage } from '../../usage/usage.ts';
import type { Asked, ClientData, Told } from './messages.ts';
import { createOutbox } from './outbox.ts';
import type { StartThread } from './thread.ts';

/** One worker's thread and the calls that it makes. */
export interface ThreadCalls {
  /** How many are under way. */
  readonly count: number;
  /** Opens a client in the thread, under this number. */
  open(client: number, settings: ModelSettings, services: ClientData): Promise<void>;
  call(client: number, request: ModelRequest, options: CallOptions): Promise<CallOutcome>;
  /** Ends the thread; calls that are still under way end as told to stop. */
  close(): Promise<void>;
}

interface Waiting<Value> {
  resolve(value: Value): void;
  reject(error: unknown): void;
}

interface CallThere extends Waiting<CallOutcome> {
  readonly options: CallOptions;
  /** Of the request that is under way. */
  permit: Permit | undefined;
  /** Of the requests that are through. */
  usage: Usage;
  attempts: number;
}

/**
 * Starts a thread and asks it to make calls. The gate of each call is asked here, and told here of each request exactly
 * once, also of one whose thread is gone. `broke` is told of what only a mistake of ours can cause: the thread and its
 * calls have ended then.
 */
export function startThreadCalls(start: StartThread, broke: (error: unknown) => void): ThreadCalls {
  const clients = new Map<number, Waiting<void>>();
  const calls = new Map<number, CallThere>();
  const signals = new Map<AbortSignal, number>();
  let ids = 0;
  let gone = false;
  const thread = start({ heard, died: fail });
  const ask = createOutbox<Asked>((batch) => {
    if (gone) return;
    try {
      thread.post(batch);
    } catch (error) {
      fail(error);
    }
  });

  /** Remembers whom to answer. The thread keeps our process alive while there is somebody. */
  function add<Value>(asked: Map<number, Value>, id: number, waiting: Value): void {
    if (clients.size + calls.size === 0) thread.hold();
    asked.set(id, waiting);
  }

  function take<Value>(asked: Map<number, Value>, id: number): Value {
    const waiting = find(asked, id);
    asked.delete(id);
    if (clients.size + calls.size === 0) thread.release();
    return waiting;
  }

  /** A signal is told by its number, once: those of a run are few. */
  function numberOf(signal: AbortSignal): number {
    const known = signals.get(signal);
    if (known !== undefined) return known;
    const number = signals.size;
    signals.set(signal, number);
    const abort = (): void => ask({ type: 'abort', signal: number });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return number;
  }

  function heard(batch: readonly Told[]): void {
    try {
      for (const told of batch) if (!gone) hear(told);
    } catch (error) {
      fail(error);
    }
  }

  function hear(told: Told): void {
    switch (told.type) {
      case 'opened':
        take(clients, told.client).resolve();
        break;
      case 'unopened':
        take(clients, told.client).reject(new Error(told.error));
        break;
      case 'admit':
        void admit(told.call, find(calls, told.call), told.size);
        break;
      case 'settle':
        void settle(told.call, find(calls, told.call), told.end);
        break;
      case 'ended':
        take(calls, told.call).resolve(told.outcome);
        break;
      case 'threw':
        take(calls, told.call).reject(new Error(told.error));
        break;
    }
  }

  async function admit(id: number, call: CallThere, size: RequestSize): Promise<void> {
    const { gate, waiting } = call.options;
    try {
      const admitted = await gate.admit(size, waiting);
      if (!admitted.ok) ask({ type: 'refused', call: id, refusal: admitted.error });
      else if (gone) void admitted.value.settle(unsent);
      else {
        call.permit = admitted.value;
        ask({ type: 'admitted', call: id });
      }
    } catch (error) {
      if (waiting.aborted) ask({ type: 'refused', call: id, refusal: null });
      else fail(error);
    }
  }

  async function settle(id: number, call: CallThere, end: RequestEnd): Promise<void> {
    const { permit } = call;
    call.permit = undefined;
    call.usage = addUsage(call.usage, end.usage);
    try {
      if (permit === undefined) throw new Error(`call ${id} has settled a request that was not admitted`);
      const settled = await permit.settle(end);
      if (settled === 'used') call.attempts += 1;
      // An answer has ended its call by now, and nobody waits for this.
      if (calls.get(id) === call) ask({ type: 'settled', call: id, settled });
    } catch (error) {
      fail(error);
    }
  }

  function fail(error: unknown): void {
    if (gone) return;
    // First the run stops, so that records whose calls end so are pending, not failed.
    broke(error);
    void end(error);
  }

  function end(error: unknown): Promise<void> {
    gone = true;
    for (const client of clients.values()) client.reject(error);
    for (const call of calls.values()) call.resolve(lost(call));
    clients.clear();
    calls.clear();
    return thread.end();
  }

  return {
    get count() {
      return calls.size;
    },
    open(client, settings, services) {
      return new Promise((resolve, reject) => {
        if (gone) {
          reject(new Error('the worker thread is gone'));
          return;
        }
        add(clients, client, { resolve, reject });
        ask({ type: 'open', client, settings, services });
      });
    },
    call(client, request, options) {
      return new Promise((resolve, reject) => {
        const call: CallThere = {
          resolve,
          reject,
          options,
          permit: undefined,
          usage: zeroUsage,
          attempts: 0,
        };
        if (gone) {
          resolve(lost(call));
          return;
        }
        const id = ids++;
        add(calls, id, call);
        ask({
          type: 'call',
          call: id,
          client,
          request,
          signal: numberOf(options.signal),
          waiting: numberOf(options.waiting),
          stream: options.stream !== undefined,
          step: options.step,
          record: options.record,
        });
      });
    },
    close: () => end(new Error('the worker thread was closed')),
  };
}

function find<Value>(asked: ReadonlyMap<number, Value>, id: number): Value {
  const waiting = asked.get(id);
  if (waiting === undefined) throw new Error(`a worker thread has answered what it was not asked: ${id}`);
  return waiting;
}

/** What becomes of a call whose thread is gone: the request under way may have been sent, and paid for. */
function lost({ permit, usage, attempts }: CallThere): CallOutcome {
  const end = permit && lostSight(usage);
  if (end !== undefined) void permit?.settle(end);
  return {
    ok: false,
    error: {
      code: 'aborted',
      message: 'the thread that made the call has ended',
      status: null,
      attempts,
      request_id: null,
      scope: 'record',
    },
    usage: end === undefined ? usage : addUsage(usage, end.usage),
  };
}
