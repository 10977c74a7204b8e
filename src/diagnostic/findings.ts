import type { Diagnostic, Span } from './diagnostic.ts';
import { textSource } from './located.ts';
import { bounded } from './printable.ts';
import type { Source } from './source.ts';

/** A mistake found while a file is parsed, at offsets of the file: there is no value yet to point into. */
export interface Finding extends Span {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export type Report = (finding: Finding) => void;

/** Deeper values are refused, so that no later walk over a value can exhaust the stack. */
export const deepestNesting = 200;

/** More mistakes than anyone puts right at once are counted, not told. */
const mostTold = 100;

/** Errors, in the order in which they stand in the file. */
export function diagnosticsOf(path: string, text: string, findings: readonly Finding[]): Diagnostic[] {
  const source = textSource(path, text);
  const told = findings.toSorted((one, other) => one.start - other.start);
  const untold = told.splice(mostTold);
  const [first] = untold;
  if (first !== undefined) {
    const message = `${untold.length} more mistakes follow from here on`;
    told.push({ code: 'more-mistakes', message, start: first.start, end: first.end });
  }
  return told.map((finding) => diagnosticOf(source, finding));
}

function diagnosticOf(source: Source, { code, message, hint, start, end }: Finding): Diagnostic {
  const { length } = source.text;
  const span = { start: Math.min(start, length), end: Math.min(Math.max(start, end), length) };
  const place = { source, pointer: [], span };
  return { severity: 'error', code, message, ...(hint !== undefined && { hint }), place };
}

/** A piece of the user's text to stand in a message: one line, not too long, in backticks. */
export function quoted(text: string, longest = 60): string {
  const line = bounded(text, longest * 2)
    .replaceAll(/\s+/gu, ' ')
    .trim();
  return `\`${bounded(line, longest)}\``;
}

export function emptyFile(text: string): Finding {
  const message = text.trim() === '' ? 'the file is empty' : 'the file holds nothing but comments';
  return {
    code: 'empty-file',
    message,
    hint: 'check that it is the right file, and that it was saved',
    start: 0,
    end: 0,
  };
}

export function duplicateKey(name: string, firstLine: number, place: Span): Finding {
  return {
    code: 'duplicate-key',
    message: `the key ${quoted(name)} is given twice: it stands on line ${firstLine} already`,
    hint: 'keep one of the two, or rename one',
    ...spanOf(place),
  };
}

export function inexactNumber(digits: string, value: number, place: Span): Finding {
  const isFinite = Number.isFinite(value);
  const keeps = isFinite ? `it would become ${String(value)}` : 'JSON has no such number';
  const remedy = 'put it in quotes to keep it as text';
  return {
    code: 'inexact-number',
    message: `the number ${quoted(digits, 40)} cannot be kept exactly: ${keeps}`,
    hint: isFinite ? `${remedy}, or write a number with fewer digits` : remedy,
    ...spanOf(place),
  };
}

export function loneSurrogate(place: Span): Finding {
  return {
    code: 'lone-surrogate',
    message: 'the text holds half of a surrogate pair, which is no character',
    hint: 'write both halves, as in "\\ud83d\\ude00", or the character itself',
    ...spanOf(place),
  };
}

export function tooDeep(start: number): Finding {
  return {
    code: 'too-deep',
    message: `values are nested more than ${deepestNesting} levels deep`,
    hint: 'write a flatter value',
    start,
    end: start + 1,
  };
}

export function hasLoneSurrogate(value: string): boolean {
  return /\p{Surrogate}/u.test(value);
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}
