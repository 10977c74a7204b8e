/** A command line as far as it was typed. */
export interface Typed {
  /** The words before the one that is completed, the program's name aside. */
  readonly before: readonly string[];
  /** What is typed of the word, quotes taken off. */
  readonly current: string;
  /** What stands before each candidate: `--input=` where shells take it and its value for one word. */
  readonly prefix: string;
}

/**
 * The words as the program would get them. bash gives them as they were typed, with their quotes, and `--input=rows` as
 * three; zsh and fish give them without quotes, and as one. Nothing of a word is evaluated.
 */
export function typedWords(shell: string, words: readonly string[]): Typed {
  const plain = shell === 'bash' ? joined(words.map(unquoted)) : words.map((word) => word);
  const current = plain.at(-1) ?? '';
  const before = plain.slice(0, -1);
  const [, flag, value] = /^(--[\w-]+)=(.*)$/s.exec(current) ?? [];
  if (flag === undefined || value === undefined) return { before, current, prefix: '' };
  return { before: [...before, flag], current: value, prefix: shell === 'bash' ? '' : `${flag}=` };
}

/** `--input`, `=`, `rows` as one word. */
function joined(words: readonly string[]): readonly string[] {
  const whole: string[] = [];
  for (const [at, word] of words.entries()) {
    const last = whole.at(-1);
    const isGlued = word === '=' || words[at - 1] === '=';
    if (last !== undefined && isGlued && /^--[\w-]+=?$/.test(last)) whole[whole.length - 1] = last + word;
    else whole.push(word);
  }
  return whole;
}

/** A word as a shell would read it, its last quote open or not; `$` and backquotes stand for themselves. */
export function unquoted(word: string): string {
  let text = '';
  let quote = '';
  for (let at = 0; at < word.length; at += 1) {
    const character = word[at] ?? '';
    if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    else if (character === '\\' && quote !== "'") {
      at += 1;
      text += word[at] ?? '';
    } else text += character;
  }
  return text;
}
