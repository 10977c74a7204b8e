import { createInterface } from 'node:readline/promises';
import type { Terminal } from '../terminal.ts';

/** Asks on the terminal; Enter takes what is proposed. */
export interface Questions {
  /** Undefined where the user breaks off. `wrong` says why an answer will not do, and the question is asked again. */
  ask(
    question: string,
    proposed: string,
    wrong: (answer: string) => string | undefined | Promise<string | undefined>,
  ): Promise<string | undefined>;
  close(): void;
}

/** On stderr, since stdout is for data. Ctrl-C and Ctrl-D break off. */
export function openQuestions({ stdin, stderr }: Terminal): Questions {
  const lines = createInterface({ input: stdin, output: stderr });
  const left = new AbortController();
  lines.on('SIGINT', () => left.abort());
  lines.on('close', () => left.abort());

  async function once(question: string, proposed: string): Promise<string | undefined> {
    try {
      const answer = await lines.question(`${question} [${proposed}]: `, { signal: left.signal });
      return answer.trim() === '' ? proposed : answer.trim();
    } catch (error) {
      if (left.signal.aborted) return undefined;
      throw error;
    }
  }

  return {
    async ask(question, proposed, wrong) {
      for (;;) {
        const answer = left.signal.aborted ? undefined : await once(question, proposed);
        const why = answer === undefined ? undefined : await wrong(answer);
        if (why === undefined) return answer;
        stderr.write(`  ${why}\n`);
      }
    },
    close: () => lines.close(),
  };
}
