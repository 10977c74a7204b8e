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
  /** What messages call it. */
  readonly name: string;
  /** Names of environment variables that it does not get. */
  readonly hidden: readonly string[];
}

/** A module at work in a thread of its own. */
export interface ModuleThread {
  /** Why its function cannot be called; undefined where it can. Without an end where the import has none. */
  readonly imported: Promise<ToolError | undefined>;
  /**
   * `begun` is called when it begins the call: one call at a time may keep it busy, while the others wait. A thread that
   * has ended already fails it at once, and not as one to be made again: a module that always ends is started once a call.
   */
  call(call: FunctionCall, begun: () => void): ThreadCall;
  /** Whether it has begun a call that has neither ended nor been aborted. */
  isAtWork(): boolean;
  /** Asks it to say something, which it does not in an endless loop. */
  ping(): void;
  /** How often it has said anything. */
  heard(): number;
  /** Ends it whatever it does; its calls fail by this error, but for those that can be made again. */
  end(error: ToolError): Promise<void>;
}

export interface ThreadCall {
  /**
   * Undefined where the thread ended by other calls before it began this one: nothing of it has happened, so that it
   * can be made again. Of the calls of a thread at least one is not to be made again.
   */
  readonly outcome: Promise<ToolOutcome | undefined>;
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
export function startThread({ path, name, hidden }: ModuleSource, gone: () => void): ModuleThread {
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
  let over: ToolError | undefined;
  let ending: Promise<unknown> | undefined;
  let heard = 0;
  let hasBegun = false;
  const calls = new Map<number, CallAtThread>();
  let settleImport = (_problem: ToolError | undefined): void => {};
  const imported = new Promise<ToolError | undefined>((resolve) => {
    settleImport = resolve;
  });
  const ask = (asked: Asked): void => port.postMessage(asked);

  function hear(told: Told): void {
    heard += 1;
    if (told.type === 'imported') {
      imports = true;
      settleImport(told.problem && importError(name, told.problem));
    } else if (told.type === 'begun') {
      hasBegun = true;
      const call = calls.get(told.id);
      if (call === undefined) return;
      call.begun = true;
      call.tellBegun();
    } else if (told.type === 'ended') {
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
    const error = ended ?? { code: 'tool_failed', message };
    // Whoever has waited for the import, of which we may have read only now, calls from here on.
    over = error;
    for (const call of calls.values()) {
      const innocent = hasBegun && !call.begun;
      call.settle(innocent ? undefined : failure(error));
    }
    calls.clear();
  });

  return {
    imported,
    call({ max_bytes, ...call }, tellBegun) {
      if (over !== undefined) return { outcome: Promise.resolve(failure(over)), abort: () => {} };
      const id = ++ids;
      const outcome = new Promise<ToolOutcome | undefined>((settle) =>
        calls.set(id, { max_bytes, begun: false, aborted: false, tellBegun, settle }),
      );
      ask({ type: 'call', id, call: { max_bytes, ...call } });
      return {
        outcome,
        abort(message) {
          const aborted = calls.get(id);
          if (aborted !== undefined) aborted.aborted = true;
          ask({ type: 'abort', id, message });
        },
      };
    },
    isAtWork: () => [...calls.values()].some(({ begun, aborted }) => begun && !aborted),
    ping: () => ask({ type: 'ping' }),
    heard: () => heard,
    async end(error) {
      ended ??= error;
      gone();
      ending ??= worker.terminate();
      await ending;
    },
  };
}

/** A call that the thread has been asked for. */
interface CallAtThread {
  readonly max_bytes: number;
  begun: boolean;
  aborted: boolean;
  tellBegun(): void;
  settle(outcome: ToolOutcome | undefined): void;
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
