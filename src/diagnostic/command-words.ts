import { printable } from './printable.ts';

/** The words of a command that a user is told to type. */

/** A text as a shell takes it for one word; what would act on a terminal, as bash, zsh and ksh read it. */
export function shellWord(text: string): string {
  if (printable(text) !== text) return `$'${Array.from(text, escapedForShell).join('')}'`;
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Byte by byte: older shells know no others. */
function escapedForShell(character: string): string {
  const shown = printable(character);
  if (shown.length === 2) return shown;
  if (shown !== character)
    return Array.from(Buffer.from(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  return character === "'" || character === '\\' ? `\\${character}` : character;
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
