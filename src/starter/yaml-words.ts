import { printable, printableJson } from '../diagnostic/printable.ts';
import { isObject, type JsonValue } from '../json/json.ts';

/** Words that YAML, in one version or another, reads as something else than a text. */
const otherMeanings = /^(?:true|false|yes|no|on|off|null|nan|inf|y|n)$/i;

/** A text as a YAML scalar that stands anywhere, within `[]` and `{}` too: bare where that is safe. */
export function yamlText(text: string): string {
  const isBare = /^[\p{L}_](?:[\p{L}\p{N}_ ./-]*[\p{L}\p{N}_])?$/u.test(text) && !otherMeanings.test(text);
  // JSON's escapes are YAML's, and what would hide or turn the text around it is written as one.
  return isBare ? text : printableJson(JSON.stringify(text));
}

/** A key of more characters than this is written as `? key`, below which its value stands: YAML reads no longer one before a `:`. */
const longestKey = 1000;

/** A field of a block, its value on one line. */
export function yamlField(name: string, value: string): readonly string[] {
  const key = yamlText(name);
  return key.length > longestKey ? [`? ${key}`, `: ${value}`] : [`${key}: ${value}`];
}

/** `[a, b]`, or `a` for one alone. */
export function yamlTypes(types: readonly string[]): string {
  const words = types.map((type) => (type === 'null' ? '"null"' : type));
  return words.length === 1 ? words.join('') : `[${words.join(', ')}]`;
}

/** A text where a template may stand, so that nothing in it is read as one. */
export function yamlLiteral(text: string): string {
  return yamlText(text.replaceAll('{{', '\\{{'));
}

/** A template as a YAML scalar, in the quotes that it does not hold itself where that can be. */
export function yamlTemplate(template: string): string {
  if (template.includes("'") && !/["\\\p{C}]/u.test(template)) return `"${template}"`;
  return `'${template.replaceAll("'", "''")}'`;
}

/** Names that Handlebars reads as values or as the place where it stands. */
const otherNames = new Set(['true', 'false', 'null', 'undefined', 'this', 'as', 'else']);

/** The path of a member: `input.text`, `input.[My column]`. */
export function memberPath(of: string, name: string): string {
  const isBare = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !otherNames.has(name);
  return `${of}.${isBare ? name : `[${name}]`}`;
}

/** The path of a record's field. */
export function fieldPath(name: string): string {
  return memberPath('input', name);
}

/** A value on one line, within `[]` and `{}` too. */
export function yamlValue(value: JsonValue): string {
  if (typeof value === 'string') return yamlText(value);
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => yamlValue(item)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${yamlText(name)}: ${yamlValue(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** Untrusted text within a comment: one line, and nothing that turns it around. */
export function commentText(text: string): string {
  return printable(text);
}
