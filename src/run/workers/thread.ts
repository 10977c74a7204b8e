import { Worker } from 'node:worker_threads';
import type { Asked, Told } from './messages.ts';

/** A worker's thread, as the main thread sees it. */
export interface Thread {
  post(batch: readonly Asked[]): void;
  /** While it is held, the thread keeps our process alive. */
  hold(): void;
  release(): void;
  /** Ends it whatever it does, and its connections with it. */
  end(): Promise<void>;
}

export interface ThreadListener {
  heard(batch: readonly Told[]): void;
  /** The thread has ended without being told to: out of memory, or by an error that nothing caught. */
  died(error: unknown): void;
}

export type StartThread = (listener: ThreadListener) => Thread;

/** The module that the build puts beside this one, in the library and in the bundle alike. */
const workerModule = new URL('./model-worker.js', import.meta.url);

/** What Node itself reads from a thread's environment when it makes a request. */
const trust = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * Starts threads that make model calls. Of the environment they get that one variable: no key, no switch of a tracer.
 * What the process was told to load before all else, such as telemetry, is not loaded once more.
 */
export function threadsOf(
  env: { readonly [name: string]: string | undefined },
  url: URL = workerModule,
): StartThread {
  return (listener) => {
    const worker = new Worker(url, {
      execArgv: [],
      env: env[trust] === undefined ? {} : { [trust]: env[trust] },
    });
    let told = false;
    const end = (error: unknown): void => {
      if (!told) listener.died(error);
      told = true;
    };
    worker.on('message', (batch: readonly Told[]) => listener.heard(batch));
    worker.on('messageerror', end);
    worker.on('error', end);
    worker.on('exit', (code) => end(new Error(`a worker thread ended by itself, with exit code ${code}`)));
    worker.unref();
    return {
      post: (batch) => worker.postMessage(batch, []),
      hold: () => worker.ref(),
      release: () => worker.unref(),
      async end() {
        told = true;
        await worker.terminate();
      },
    };
  };
}
