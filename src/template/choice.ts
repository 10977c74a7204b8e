import { withHelpers } from './operators.ts';

/** A path or a literal, as a branch of a choice is one. */
const operand = String.raw`'[^'{}]*'|"[^"{}]*"|[\p{L}\p{N}_@-][^\s'"?:|(){}]*`;

/** `a if b else c` of Python and Jinja. */
const conditional = new RegExp(String.raw`^(${operand})\s+if\s+([^{}]+?)(?:\s+else\s+(${operand}))?$`, 'su');

/** `b ? a : c` of JavaScript. */
const ternary = new RegExp(String.raw`^([^{}?]+?)\s*\?\s*(${operand})\s*:\s*(${operand})$`, 'su');

/** Longer tags are prose, and are not looked at. In UTF-16 units. */
const longest = 300;

/** The blocks that say what a tag says as a choice of another language; undefined where it is none. */
export function choiceText(tag: string): string | undefined {
  if (tag.length > longest) return undefined;
  const inside = tag.replaceAll(/^[{(]+~?\s*|\s*~?[})]+$/gu, '');
  const [, first = '', condition = '', other] = conditional.exec(inside) ?? swapped(ternary.exec(inside));
  const plain = new RegExp(`^(?:${operand})$`, 'u').test(condition.trim()) ? condition.trim() : undefined;
  const call = withHelpers(condition);
  const asked = call === undefined ? plain : `(${call})`;
  if (asked === undefined) return undefined;
  const otherwise = other === undefined ? '' : `{{else}}${branch(other)}`;
  return `{{#if ${asked}}}${branch(first)}${otherwise}{{/if}}`;
}

function swapped(found: RegExpExecArray | null): readonly (string | undefined)[] {
  return found === null ? [] : [found[0], found[2], found[1], found[3]];
}

/** A text needs no tag. */
function branch(written: string): string {
  return /^['"]/u.test(written) ? written.slice(1, -1) : `{{${written}}}`;
}
