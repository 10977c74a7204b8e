import { createInterface } from 'node:readline/promises';
import { printable } from '../../diagnostic/printable.ts';
import { failure, success, type Result } from '../../result.ts';
import { listenForInterrupt } from '../signals.ts';
import type { Terminal } from '../terminal.ts';

/** What is still open of the choices. */
export interface Question {
  /** Told above it: what can be chosen. Not once more after an answer that will not do. */
  readonly menu?: readonly string[];
  /** Where the proposal comes from; told above the question, too. */
  readonly note?: string;
  readonly words: string;
  /** What Enter takes, and what holds where nobody is asked. */
  readonly proposed: string;
  /** Lines for who answers `?`. */
  readonly explained: readonly string[];
  /** Why an answer will not do, in a line or two: the question is asked again. */
  readonly wrong: (answer: string) => string | undefined | Promise<string | undefined>;
}

/** Asks on the terminal. */
export interface Questions {
  /** Fails with `back` where the question before is to be asked again, and with `broken-off` where nothing is. */
  ask(question: Question): Promise<Result<string, 'back' | 'broken-off'>>;
  /** A line between questions. */
  say(line: string): void;
  close(): void;
}

const hint = 'Enter takes what is in [ ], ? explains, back asks the question before again.';

/** On stderr, since stdout is for data. Ctrl-C and Ctrl-D break off, and so does a signal that asks the process to end. */
export function openQuestions({ stdin, stderr }: Terminal): Questions {
  const lines = createInterface({ input: stdin, output: stderr });
  const left = new AbortController();
  const interrupt = listenForInterrupt();
  interrupt.signal.addEventListener('abort', () => left.abort(), { once: true });
  lines.on('SIGINT', () => left.abort());
  lines.on('close', () => left.abort());
  const say = (line: string) => stderr.write(`${line}\n`);
  say(hint);

  /** Undefined where the user breaks off. */
  async function once(text: string): Promise<string | undefined> {
    if (left.signal.aborted) return undefined;
    try {
      return (await lines.question(text, { signal: left.signal })).trim();
    } catch (error) {
      if (left.signal.aborted) return undefined;
      throw error;
    }
  }

  return {
    async ask({ menu = [], note, words, proposed, explained, wrong }) {
      for (const line of [...menu, ...(note === undefined ? [] : [note])]) say(printable(line));
      for (;;) {
        const typed = await once(`${printable(words)} [${printable(proposed)}]: `);
        if (typed === undefined) return failure('broken-off');
        if (typed === 'back') return failure('back');
        const answer = typed === '' ? proposed : typed;
        const told = typed === '?' ? explained : [await wrong(answer)];
        const reasons = told.flatMap((line) => (line === undefined ? [] : line.split('\n')));
        if (reasons.length === 0) return success(answer);
        for (const line of reasons) say(`  ${printable(line)}`);
      }
    },
    say,
    close() {
      lines.close();
      interrupt.release();
    },
  };
}
