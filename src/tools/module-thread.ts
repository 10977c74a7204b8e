import { env } from 'node:process';
import { pathToFileURL } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { failure } from '../result.ts';
import {
  moduleMain,
  sayThrown,
  type Asked,
  type FunctionCall,
  type ImportProblem,
  type MainData,
  type Told,
} from './module-main.ts';
import { readWritten, writeReturned } from './returned.ts';
import { beginningOf } from './said.ts';
import type { ToolError, ToolOutcome } from './tool.ts';

export interface ModuleSource {
  /** The module's file, absolute. */
  readonly path: string;
  /** The same as the pipeline names it, for messages. */
  readonly named: string;
  /** Names of environment variables that it does not get. */
  readonly hidden: readonly string[];
}

/** A module at work in a thread of its own. */
export interface ModuleThread {
  /** Why its function cannot be called; undefined where it can. Without an end where the import has none. */
  readonly imported: Promise<ToolError | undefined>;
  call(call: FunctionCall): ThreadCall;
  /** `answered` is called as soon as the thread answers, which it does not in an endless loop. */
  ping(answered: () => void): void;
  /** Ends it whatever it does; its calls fail by this error. */
  end(error: ToolError): Promise<void>;
}

export interface ThreadCall {
  readonly outcome: Promise<ToolOutcome>;
  /** Aborts the call's signal; what becomes of the call is still its outcome. */
  abort(message: string): void;
}

/**
 * The thread's code is text, since it has to run wherever this file does: as a module of its own, in a bundle, and in
 * the tests. `import` stands in the text, where no bundler takes it for one of ours.
 */
const code = `
import { env } from 'node:process';
import { workerData } from 'node:worker_threads';
const load = (url) => import(url);
(${moduleMain.toString()})(workerData, { env, load, write: ${writeReturned.toString()}, say: ${sayThrown.toString()} });
`;

/**
 * Starts a thread that imports the module. Whatever ends it (an error that nothing catches, `process.exit`), ends no
 * more than it: `gone` is called then, and its calls fail. Until it is ended, it keeps our process alive. What it prints
 * goes nowhere: stdout is for rows, and what the tools of many records print at once tells nobody anything.
 */
export function startThread({ path, named, hidden }: ModuleSource, gone: () => void): ModuleThread {
  const name = `\`${beginningOf(named)}\``;
  // Of our own, so that no message of the module's is taken for one of ours.
  const { port1: port, port2 } = new MessageChannel();
  const workerData: MainData = { port: port2, url: pathToFileURL(path).href, hidden };
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData,
    transferList: [port2],
    // What the process was told to load before all else, such as telemetry, is not to be loaded once more.
    execArgv: [],
    env: { ...env, NODE_OPTIONS: '' },
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();

  let ids = 0;
  let imports = false;
  let thrown: string | undefined;
  let ended: ToolError | undefined;
  const calls = new Map<number, { readonly max_bytes: number; settle(outcome: ToolOutcome): void }>();
  const pings = new Map<number, () => void>();
  let settleImport = (_problem: ToolError | undefined): void => {};
  const imported = new Promise<ToolError | undefined>((resolve) => {
    settleImport = resolve;
  });
  const ask = (asked: Asked): void => port.postMessage(asked);

  function hear(told: Told): void {
    if (told.type === 'pong') {
      pings.get(told.id)?.();
      pings.delete(told.id);
    } else if (told.type === 'imported') {
      imports = true;
      settleImport(told.problem && importError(name, told.problem));
    } else {
      const { outcome } = told;
      const call = calls.get(told.id);
      calls.delete(told.id);
      call?.settle(
        outcome.kind === 'threw'
          ? failure({ code: 'tool_failed', message: `the tool failed: ${beginningOf(outcome.said)}` })
          : readWritten(outcome, call.max_bytes),
      );
    }
  }

  port.on('message', hear);
  worker.on('error', (error) => {
    thrown = sayThrown(error);
    gone();
  });
  worker.on('exit', (exitCode) => {
    gone();
    // What it told before its end may still be on its way.
    for (let last = receiveMessageOnPort(port); last !== undefined; last = receiveMessageOnPort(port)) {
      hear(last.message as Told);
    }
    port.close();
    const how =
      thrown === undefined
        ? `it ended its thread with exit code ${exitCode}`
        : `nothing caught an error: ${beginningOf(thrown)}`;
    settleImport(ended ?? unusable(`${name} cannot be imported: ${how}`));
    const message = imports ? `the tool's module ${name} failed: ${how}` : how;
    for (const call of calls.values()) call.settle(failure(ended ?? { code: 'tool_failed', message }));
    calls.clear();
  });

  return {
    imported,
    call({ max_bytes, ...call }) {
      const id = ++ids;
      const outcome = new Promise<ToolOutcome>((settle) => calls.set(id, { max_bytes, settle }));
      ask({ type: 'call', id, call: { max_bytes, ...call } });
      return { outcome, abort: (message) => ask({ type: 'abort', id, message }) };
    },
    ping(answered) {
      const id = ++ids;
      pings.set(id, answered);
      ask({ type: 'ping', id });
    },
    async end(error) {
      ended ??= error;
      gone();
      await worker.terminate();
    },
  };
}

function importError(name: string, problem: ImportProblem): ToolError {
  if (problem.kind === 'threw') return unusable(`${name} cannot be imported: ${beginningOf(problem.said)}`);
  return unusable(
    `${name} does not export a function as its default: write \`export default (args, {signal, record}) => …\``,
  );
}

function unusable(message: string): ToolError {
  return { code: 'not_started', message, fatal: true };
}
