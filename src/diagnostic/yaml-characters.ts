import type { Finding } from './findings.ts';

/** What YAML 1.2 has no place for: control characters but tab and line breaks, halves of pairs, noncharacters. */
const unreadable = /[^\P{Cc}\t\n\r\u0085]|[\p{Surrogate}\uFFFE\uFFFF]/gu;

/**
 * The text with every character that YAML cannot read replaced, and its offsets kept: the parser takes some of them
 * for marks of its own. A lone CR becomes the line break that YAML takes it for.
 */
export function readableText(text: string): { text: string; findings: Finding[] } {
  const found = Array.from(text.matchAll(unreadable));
  const readable = text.replace(unreadable, '\uFFFD').replaceAll(/\r(?!\n)/gu, '\n');
  const first = found[0];
  if (first === undefined) return { text: readable, findings: [] };
  const code = first[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const others = found.length === 1 ? '' : `, and ${found.length - 1} more such characters are in the file`;
  return {
    text: readable,
    findings: [
      {
        code: 'control-character',
        message: `the character U+${code} cannot stand in a YAML file${others}`,
        hint: `remove it, or write it in a double-quoted text as "${escapeOf(code)}"`,
        start: first.index,
        end: first.index + 1,
      },
    ],
  };
}

function escapeOf(code: string): string {
  return code.startsWith('00') ? `\\x${code.slice(2)}` : `\\u${code}`;
}
