import { Worker } from 'node:worker_threads';
import { errorCode } from '../file-system.ts';
import type { RunOptions } from '../options.ts';
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

/** What Node itself reads of a thread's environment that decides whom a request trusts. */
const trust = ['NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_USE_SYSTEM_CA'] as const;

/** An option of threads in newer releases of Node only; in others it holds for the whole process. */
const systemTrust = /^--(?:no-)?use-system-ca$/;

/**
 * Starts threads that make model calls, with these options of Node. Of the environment they get those variables: no key, no
 * switch of a tracer. What the process was told to load before all else, such as telemetry, is not loaded once more.
 */
export function threadsOf(
  { env, nodeOptions = [] }: Pick<RunOptions, 'env' | 'nodeOptions'>,
  url: URL = workerModule,
): StartThread {
  const trusted = trust.filter((name) => env[name] !== undefined).map((name) => [name, env[name]] as const);

  function startWorker(execArgv: readonly string[]): Worker {
    return new Worker(url, { execArgv: [...execArgv], env: Object.fromEntries(trusted) });
  }

  function started(): Worker {
    try {
      return startWorker(nodeOptions);
    } catch (error) {
      if (errorCode(error) !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
      return startWorker(nodeOptions.filter((option) => !systemTrust.test(option)));
    }
  }

  return (listener) => {
    const worker = started();
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
