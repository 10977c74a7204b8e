import { sep } from 'node:path';

/** A sentence whose paths below the working directory are as seen from there. */
export function shownPaths(sentence: string, cwd: string): string {
  const folder = cwd.endsWith(sep) ? cwd : `${cwd}${sep}`;
  // Within a word, the same letters are a part of another path.
  return sentence
    .split(folder)
    .reduce((shown, rest) =>
      /(?:^|[\s`'"(])$/.test(shown) ? `${shown}${rest}` : `${shown}${folder}${rest}`,
    );
}
