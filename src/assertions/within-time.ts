import { createContext, Script } from 'node:vm';

/** Milliseconds: thousands of times what a pattern without runaway backtracking takes for the longest text. */
const longestWait = 1000;

const script = new Script('work()');

/** What a pattern that ran too long is told as. */
export const tookTooLong = `its pattern was still at work after ${longestWait / 1000} s: it backtracks without end on this text`;

/**
 * What `work` gives; undefined where it was still busy after a second. A regular expression can be busy for ever with a
 * text of forty characters, and nothing in the language ends it: a context of node:vm can.
 */
export function withinTime<Value>(work: () => Value): Value | undefined {
  const context = createContext({ work });
  try {
    return script.runInContext(context, { timeout: longestWait }) as Value;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}
