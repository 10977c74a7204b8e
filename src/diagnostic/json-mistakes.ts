import { quoted } from './findings.ts';
import type { Finding } from './findings.ts';

/** What is wrong with a JSON file at an offset where the grammar wants something else than what stands there. */
export function grammarMistake(text: string, at: number, wanted: string): Finding {
  const rest = text.slice(at, at + 200);
  const [message, hint, length] = explain(rest, wanted, text.slice(0, at).trimEnd());
  return {
    code: 'json-syntax',
    message,
    ...(hint !== undefined && { hint }),
    start: at,
    end: Math.min(text.length, at + length),
  };
}

type Explanation = readonly [message: string, hint: string | undefined, length: number];

function explain(rest: string, wanted: string, before: string): Explanation {
  const first = rest.charAt(0);
  const word = /^[\p{L}\p{N}_$.+-]+/u.exec(rest)?.[0] ?? first;
  if (wanted === 'the rest of the text') return explainText(rest);
  if (first === '') return [`the file ends where ${wanted} should stand`, 'close every { and [', 1];
  if (/^(?:\/\/|\/\*|#)/u.test(rest))
    return ['JSON has no comments', 'remove the comment', rest.split(/[\r\n]/u)[0]?.length ?? 1];
  if (first === "'") return ['JSON writes names and texts in double quotes', 'use " instead of \'', 1];
  if (before.endsWith(',') && /[\]},]/u.test(first))
    return [`a comma stands before \`${first}\`, with nothing between them`, 'remove the comma', 1];
  if (wanted === 'a name in double quotes' && /[\p{L}_$]/u.test(first)) {
    return [`the name ${quoted(word)} has no quotes`, `write "${word}"`, word.length];
  }
  if (wanted === 'a value' && /[\d.+-]/u.test(first)) {
    return [
      `${quoted(word)} is not a number as JSON writes it`,
      'write a number such as 10, -0.5 or 1e3, or put it in double quotes',
      word.length,
    ];
  }
  if (wanted === 'a value' && /[\p{L}_$]/u.test(first)) {
    return [
      `${quoted(word)} is not a JSON value`,
      "put text in double quotes; JSON's only words are true, false and null",
      word.length,
    ];
  }
  if (wanted === 'the end of the file')
    return ['there is more text after the end of the value', 'a JSON file holds one value', word.length];
  return [`${quoted(word)} stands where ${wanted} should`, undefined, word.length];
}

function explainText(rest: string): Explanation {
  const first = rest.charAt(0);
  if (first === '' || /[\r\n]/u.test(first)) {
    return [
      'the text has no closing quote on its line',
      'close it with ", and write a line break in it as \\n',
      1,
    ];
  }
  if (first === '\\') {
    const escape = rest.slice(0, rest[1] === 'u' ? 6 : 2);
    return [
      `${quoted(escape)} is not an escape that JSON knows`,
      'write a backslash itself as \\\\',
      escape.length,
    ];
  }
  const code = first.charCodeAt(0).toString(16).padStart(4, '0');
  return [
    `the control character U+${code.toUpperCase()} stands in a text`,
    `write it as ${first === '\t' ? '\\t' : `\\u${code}`}`,
    1,
  ];
}
