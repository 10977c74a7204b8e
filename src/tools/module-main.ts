import type { MessagePort } from 'node:worker_threads';
import type { JsonObject } from '../json/json.ts';
import type { writeReturned, Written } from './returned.ts';

/** What a module's worker is asked. */
export type Asked =
  | { readonly type: 'call'; readonly id: number; readonly call: FunctionCall }
  | { readonly type: 'abort'; readonly id: number; readonly message: string }
  | { readonly type: 'ping' };

export interface FunctionCall {
  readonly arguments: JsonObject;
  readonly record: unknown;
  /** The largest result that is written, in bytes of its JSON. */
  readonly max_bytes: number;
}

/** What it tells. */
export type Told =
  /** `problem`: why there is no function to call. */
  | { readonly type: 'imported'; readonly problem?: ImportProblem }
  /** The function is called next: what it does from here on is the call's. */
  | { readonly type: 'begun'; readonly id: number }
  | { readonly type: 'ended'; readonly id: number; readonly outcome: FunctionOutcome }
  | { readonly type: 'pong' };

export type ImportProblem =
  | { readonly kind: 'threw'; readonly said: string }
  | { readonly kind: 'no_function' };

export type FunctionOutcome = Written | { readonly kind: 'threw'; readonly said: string };

/** The worker's own data. */
export interface MainData {
  readonly port: MessagePort;
  /** Of the module. */
  readonly url: string;
  /** Names of environment variables that it does not get. */
  readonly hidden: readonly string[];
}

/** What the worker's main function cannot have by importing it. */
export interface MainParts {
  readonly env: Record<string, string | undefined>;
  readonly load: (url: string) => Promise<{ readonly default?: unknown }>;
  readonly write: typeof writeReturned;
  readonly say: typeof sayThrown;
}

type ModuleFunction = (
  args: JsonObject,
  context: { readonly signal: AbortSignal; readonly record: unknown },
) => unknown;

/**
 * What a module's worker does: it imports the module and calls its function as often as it is asked. It runs there as
 * its own source text: nothing from outside of it can be used in it but types.
 */
export function moduleMain({ port, url, hidden }: MainData, { env, load, write, say }: MainParts): void {
  for (const name of hidden) delete env[name];
  const atWork = new Map<number, AbortController>();
  let called: ModuleFunction | undefined;
  const tell = (told: Told): void => port.postMessage(told);

  async function importFunction(): Promise<void> {
    try {
      const { default: exported } = await load(url);
      if (typeof exported !== 'function') return tell({ type: 'imported', problem: { kind: 'no_function' } });
      called = exported as ModuleFunction;
      return tell({ type: 'imported' });
    } catch (error) {
      return tell({ type: 'imported', problem: { kind: 'threw', said: say(error) } });
    }
  }

  async function outcomeOf(call: FunctionCall, signal: AbortSignal): Promise<FunctionOutcome> {
    try {
      return write(await called?.(call.arguments, { signal, record: call.record }), call.max_bytes);
    } catch (error) {
      return { kind: 'threw', said: say(error) };
    }
  }

  async function perform(id: number, call: FunctionCall): Promise<void> {
    const controller = new AbortController();
    atWork.set(id, controller);
    tell({ type: 'begun', id });
    const outcome = await outcomeOf(call, controller.signal);
    atWork.delete(id);
    tell({ type: 'ended', id, outcome });
  }

  port.on('message', (asked: Asked) => {
    if (asked.type === 'call') void perform(asked.id, asked.call);
    else if (asked.type === 'ping') tell({ type: 'pong' });
    else atWork.get(asked.id)?.abort(new DOMException(asked.message, 'AbortError'));
  });
  void importFunction();
}

/** Anything can be thrown, also what cannot be told. This too runs in the worker as its own source text. */
export function sayThrown(thrown: unknown): string {
  const longest = 10_000;
  try {
    return String(thrown instanceof Error ? thrown.message || thrown.name : thrown).slice(0, longest);
  } catch {
    return 'it threw what cannot be told';
  }
}
