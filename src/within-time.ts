import { createContext, Script, type Context } from 'node:vm';

/** Milliseconds: thousands of times what a pattern without runaway backtracking takes for the longest text. */
const longestWait = 1000;

/** The same, in words. */
export const longestWaitText = `${longestWait / 1000} s`;

const script = new Script('work()');

/**
 * The same function, but undefined where it is still busy after a second. A regular expression can be busy for ever with a
 * text of forty characters, and nothing in the language ends it: a context of node:vm can. It takes 0.05 ms of CPU a call.
 */
export function withinTime<Argument, Value>(
  work: (argument: Argument) => Value,
): (argument: Argument) => Value | undefined {
  let context: Context | undefined;
  return (argument) => {
    context ??= createContext();
    context['work'] = () => work(argument);
    try {
      return script.runInContext(context, { timeout: longestWait }) as Value;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
      throw error;
    } finally {
      // What was looked at is not kept until the next time.
      context['work'] = undefined;
    }
  };
}
