import { stat } from 'node:fs/promises';
import { shownPath } from '../diagnostic/placed.ts';
import { displayWidth } from '../diagnostic/printable.ts';
import { clip } from '../report/text.ts';
import { columnsOf, wantsColor, type Terminal } from './terminal.ts';

/** Tells the rounds of a watch apart on the screen. */
export interface Rounds {
  /** To be called as a round begins: from the second on, a line with its number and what was saved. */
  begin(): Promise<void>;
  /** To be called as it ends, with the files that it is made of. */
  end(files: readonly string[]): Promise<void>;
}

const widest = 80;

export function createRounds(terminal: Terminal): Rounds {
  const states = new Map<string, string>();
  let count = 0;

  async function changed(): Promise<readonly string[]> {
    const names: string[] = [];
    for (const [file, before] of states) {
      const now = await stateOf(file);
      if (now !== before) names.push(shownPath(file, terminal.cwd));
      states.set(file, now);
    }
    // A folder changes with each file that is put into it.
    return names.filter((name) => !names.some((other) => other.startsWith(`${name}/`)));
  }

  return {
    async begin() {
      count += 1;
      const files = await changed();
      if (count === 1) return;
      const width = Math.min(widest, columnsOf(terminal.stderr).columns ?? widest);
      const title = clip(`── ${count}  ${files.join(', ')}`.trimEnd(), width - 3);
      const line = `${title} ${'─'.repeat(Math.max(2, width - displayWidth(title) - 1))}`;
      terminal.stderr.write(`${await dim(terminal, line)}\n`);
    },
    async end(files) {
      for (const file of states.keys()) if (!files.includes(file)) states.delete(file);
      for (const file of files) if (!states.has(file)) states.set(file, await stateOf(file));
    },
  };
}

async function dim(terminal: Terminal, text: string): Promise<string> {
  const { paintFor } = await import('../report/output.ts');
  return paintFor({ color: wantsColor(terminal, terminal.stderr) })('dim', text);
}

/** Equal as long as nobody has written the file. */
async function stateOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return found === undefined ? 'absent' : `${found.ino} ${found.size} ${found.mtimeMs}`;
}
