import { findHelper } from './helpers.ts';

/** What filters of Jinja and Liquid are called here, where they are called otherwise. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['tojson', 'json'],
  ['to_json', 'json'],
  ['d', 'default'],
  ['upcase', 'upper'],
  ['downcase', 'lower'],
  ['strip', 'trim'],
  ['count', 'length'],
  ['size', 'length'],
]);

/**
 * How the call is written of which a part stands before `at` and a part behind it: `{{upper a}}` for `{{a | upper}}`.
 * `from` is where the tag's text begins. Where the filter is none of ours, another shows the form.
 */
export function filterHint(text: string, from: number, at: number): string | undefined {
  const [, subject] = /^\s*#?\s*([^\s|(){}'"=<>!&,]+)\s*$/u.exec(text.slice(from, at)) ?? [];
  if (subject === undefined) return undefined;
  const rest = text.slice(at, at + longest);
  const [, written = '', given = ''] = /^\|\s*(\w+)\s*(?:[(:]([^(){}|]*)\)?)?\s*~?\}\}/u.exec(rest) ?? [];
  const name = findHelper(written)?.name ?? otherNames.get(written) ?? 'upper';
  const values = name === written || otherNames.has(written) ? given.split(',').map((one) => one.trim()) : [];
  const call = [name, subject, ...values.filter((one) => one !== '')].join(' ');
  return `a helper stands before its arguments: {{${call.replaceAll('"', "'")}}}`;
}

/** How `upper(a)` is written, of which the parenthesis stands at `at`. */
export function callHint(text: string, from: number, at: number): string | undefined {
  const [name] = /[\w.]+$/u.exec(text.slice(from, at)) ?? [];
  const [, given] = /^\(([^(){}'"]*)\)/u.exec(text.slice(at, at + longest)) ?? [];
  if (name === undefined || given === undefined || given.trim() === '') return undefined;
  const values = given.split(',').map((one) => one.trim());
  return `a helper call is written (${[name, ...values].join(' ')}), not ${name}(${given})`;
}

/** What is looked at of a tag. In UTF-16 units. */
const longest = 200;
