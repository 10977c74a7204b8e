import type { ModelClient } from '../../models/contract.ts';
import type { OpenModel } from '../options.ts';
import { startThreadCalls, type ThreadCalls } from './thread-calls.ts';
import type { StartThread } from './thread.ts';

/** Worker threads that make the model calls of a run. */
export interface Workers {
  /** Opens a client whose calls are made in the threads. What it has of its own is closed with them. */
  readonly open: OpenModel;
  /** Ends all threads. */
  close(): Promise<void>;
}

export interface WorkersOptions {
  /** Of threads. They are started when the first client is opened. */
  readonly count: number;
  readonly start: StartThread;
  /** A thread has ended by itself, or was misunderstood: a mistake of ours. Its calls end as told to stop. */
  readonly broke: (error: unknown) => void;
}

/**
 * What costs most of a call is done in the threads: its body, its request, the reading of the answer, its retries. What is
 * one for all calls stays here: their gate is asked by message before each request. A listener to a stream is told nothing.
 */
export function createWorkers({ count, start, broke }: WorkersOptions): Workers {
  let threads: readonly ThreadCalls[] | undefined;
  let clients = 0;

  return {
    async open(settings, { retry, api_key, secrets, server_name, connections }): Promise<ModelClient> {
      threads ??= Array.from({ length: count }, () => startThreadCalls(start, broke));
      const all = threads;
      const client = clients++;
      const services = {
        retry,
        ...(api_key !== undefined && { api_key }),
        ...(secrets !== undefined && { secrets }),
        ...(server_name !== undefined && { server_name }),
        connections,
      };
      await Promise.all(all.map((thread) => thread.open(client, settings, services)));
      return {
        call: (request, options) => leastBusy(all).call(client, request, options),
        close: () => Promise.resolve(),
      };
    },
    async close() {
      await Promise.all((threads ?? []).map((thread) => thread.close()));
    },
  };
}

function leastBusy(threads: readonly ThreadCalls[]): ThreadCalls {
  return threads.reduce((least, thread) => (thread.count < least.count ? thread : least));
}
