import { PassThrough } from 'node:stream';
import type { Terminal } from '../../src/cli/terminal.ts';

/** A terminal without colours, on which both streams are seen, in the order in which they are written. */
export interface OneTerminal {
  readonly others: Partial<Terminal>;
  /** All that has been written so far. */
  seen(): string;
  /** Resolves when these words stand there, once more than so many times. */
  shows(words: string, times?: number): Promise<void>;
}

export function oneTerminal(columns = 80): OneTerminal {
  let all = '';
  const waiting = new Set<() => void>();
  const screen = () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns });
    stream.on('data', (text: Buffer) => {
      all += text.toString();
      for (const look of waiting) look();
    });
    return stream as unknown as NodeJS.WriteStream;
  };
  return {
    others: { stdout: screen(), stderr: screen(), env: { NO_COLOR: '1' } },
    seen: () => all,
    shows: (words, times = 0) =>
      new Promise((resolve) => {
        const look = () => {
          if (all.split(words).length - 1 <= times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
