import { printable } from './printable.ts';

/** The words of a command that a user is told to type. */

/** A text as a shell takes it for one word. */
export function shellWord(text: string): string {
  const shown = printable(text);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}

/** A path as a shell takes it for one word, and a command for no flag. */
export function pathWord(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}

/** A number as flags are read: without an exponent, however small or large. */
export function flagNumber(value: number): string {
  return value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 9 });
}

const lineWidth = 74;

/** A command over several lines, each but the last ended so that a shell reads on. */
export function continuedLines([first = '', ...words]: readonly string[]): readonly string[] {
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (longer.length <= lineWidth) lines[lines.length - 1] = longer;
    else lines.push(`  ${word}`);
  }
  return lines.map((line, at) => (at === lines.length - 1 ? line : `${line} \\`));
}
