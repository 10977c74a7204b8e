import type { ClientServices, Gate, ModelClient, Permit, Refusal, Settled } from '../../models/contract.ts';
import { failure, success, type Result } from '../../result.ts';
import { controllerForMany, untold } from '../listeners.ts';
import type { OpenModel } from '../options.ts';
import { textOf } from '../reasons.ts';
import type { Asked, Told } from './messages.ts';
import { createOutbox } from './outbox.ts';

/** What a worker's clients are opened with, beside what they are told. */
export interface WorkerServices extends Pick<ClientServices, 'sleep' | 'random' | 'now'> {
  readonly open: OpenModel;
}

/** What a call of this thread waits for: its gate stands in the main thread. */
interface Waits {
  readonly permit: Permit;
  admitted: (admitted: Result<Permit, Refusal>) => void;
  stopped: (reason: unknown) => void;
  settled: (settled: Settled) => void;
}

/** Stands where a call waits for nothing yet. */
function unawaited(): void {}

type Asking<Type extends Asked['type']> = Extract<Asked, { readonly type: Type }>;

/**
 * What a worker does: it makes the calls that it is asked for, and asks back before each of their requests. The function
 * given back hears what the main thread asks.
 */
export function serveCalls(
  post: (batch: readonly Told[]) => void,
  { open, ...surroundings }: WorkerServices,
): (batch: readonly Asked[]) => void {
  const tell = createOutbox(post);
  const clients = new Map<number, ModelClient>();
  const signals = new Map<number, AbortController>();
  const calls = new Map<number, Waits>();

  function controllerOf(signal: number): AbortController {
    const known = signals.get(signal);
    if (known !== undefined) return known;
    const controller = controllerForMany();
    signals.set(signal, controller);
    return controller;
  }

  async function openClient({ client, settings, services }: Asking<'open'>): Promise<void> {
    try {
      clients.set(client, await open(settings, { ...services, ...surroundings }));
      tell({ type: 'opened', client });
    } catch (error) {
      tell({ type: 'unopened', client, error: textOf(error) });
    }
  }

  function begin(call: number): { readonly waits: Waits; readonly gate: Gate } {
    const waits: Waits = {
      permit: {
        settle(end) {
          tell({ type: 'settle', call, end });
          return new Promise((resolve) => (waits.settled = resolve));
        },
      },
      admitted: unawaited,
      stopped: unawaited,
      settled: unawaited,
    };
    const gate: Gate = {
      admit: (size) =>
        new Promise((resolve, reject) => {
          waits.admitted = resolve;
          waits.stopped = reject;
          tell({ type: 'admit', call, size });
        }),
    };
    return { waits, gate };
  }

  async function make({ call, client, request, signal, waiting, stream, ...named }: Asking<'call'>) {
    const { waits, gate } = begin(call);
    calls.set(call, waits);
    try {
      const opened = clients.get(client);
      if (opened === undefined) throw new Error(`there is no client ${client} in this thread`);
      const outcome = await opened.call(request, {
        signal: controllerOf(signal).signal,
        waiting: controllerOf(waiting).signal,
        gate,
        ...(stream && { stream: untold }),
        ...named,
      });
      tell({ type: 'ended', call, outcome });
    } catch (error) {
      tell({ type: 'threw', call, error: textOf(error) });
    }
    calls.delete(call);
  }

  function hear(asked: Asked): void {
    switch (asked.type) {
      case 'open':
        void openClient(asked);
        break;
      case 'call':
        void make(asked);
        break;
      case 'admitted': {
        const waits = calls.get(asked.call);
        waits?.admitted(success(waits.permit));
        break;
      }
      case 'refused': {
        const { call, refusal } = asked;
        if (refusal === null) calls.get(call)?.stopped(new Error('the call was told to stop'));
        else calls.get(call)?.admitted(failure(refusal));
        break;
      }
      case 'settled':
        calls.get(asked.call)?.settled(asked.settled);
        break;
      case 'abort':
        controllerOf(asked.signal).abort();
        break;
    }
  }

  return (batch) => batch.forEach(hear);
}
