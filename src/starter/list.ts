import { failure, success, type Result } from '../result.ts';

/** One item, quoted as in CSV or bare, and the comma or the end after it. */
const item = /\s*(?:"((?:[^"]|"")*)"\s*|(?!")([^,]*))(,|$)/uy;

/**
 * The items of a list that a person types: between commas, `"b, c"` where one holds a comma itself. Fails with a sentence
 * where one is empty or stands there twice, by `same`, and where a quote is not closed. `one`: what an item is.
 */
export function parseList(
  text: string,
  one: string,
  same: (item: string) => string = (typed) => typed,
): Result<readonly string[], string> {
  if (/^[\s,]*$/u.test(text)) return failure(`it names no ${one}`);
  const items: string[] = [];
  let at = 0;
  for (let goesOn = true; goesOn;) {
    item.lastIndex = at;
    const match = item.exec(text);
    if (match === null)
      return failure(`a quote opens at \`${text.slice(at).trim()}\` and does not close before a comma`);
    const [whole, quoted, bare = '', end] = match;
    const read = quoted === undefined ? bare.trim() : quoted.replaceAll('""', '"');
    if (read.trim() === '') return failure(`a ${one} is empty: a comma stands between two of them only`);
    const twin = items.find((other) => same(other) === same(read));
    if (twin !== undefined) return failure(twice(one, twin, read));
    items.push(read);
    at += whole.length;
    goesOn = end === ',';
  }
  return success(items);
}

function twice(one: string, first: string, second: string): string {
  return first === second
    ? `the ${one} \`${first}\` stands there twice`
    : `\`${first}\` and \`${second}\` come to the same ${one}`;
}

/** The list as `parseList` reads it. */
export function listText(items: readonly string[]): string {
  return items
    .map((one) => (/[",]/u.test(one) || one.trim() !== one ? `"${one.replaceAll('"', '""')}"` : one))
    .join(', ');
}
