import { carriageReturn, doubleQuote, lineFeed, rowBuilder, type Row } from './rows.ts';

/** The bytes of one element of the array, and where it begins. */
export interface Element extends Row {
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/** A mistake between the elements. Those inside one show when it is parsed. */
export interface ElementProblem {
  readonly message: string;
  readonly hint?: string;
  readonly line: number;
  readonly column: number;
}

export interface Elements {
  readonly elements: readonly Element[];
  readonly problem?: ElementProblem;
}

export interface ElementSplitter {
  push(chunk: Buffer): Elements;
  end(): Elements;
  /** Whether the opening bracket has come. */
  started(): boolean;
}

const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const comma = 0x2c;
const backslash = 0x5c;
const tab = 0x09;
const space = 0x20;

type Phase = 'before' | 'between' | 'inside' | 'after';

type Mistake = Omit<ElementProblem, 'line' | 'column'>;

/**
 * Cuts a JSON array into its elements without parsing them, so that one is in memory at a time. An element ends at the
 * first comma or closing bracket that is in no text and in no brackets of its own.
 */
export function splitElements(limit: number): ElementSplitter {
  const row = rowBuilder(limit);
  const scanner = elementScanner();
  let phase: Phase = 'before';
  let count = 0;
  let line = 1;
  let column = 1;
  let begins = { line, column };
  const take = (): Element => ({ ...row.take(begins.line), column: begins.column });

  return {
    push(chunk) {
      const elements: Element[] = [];
      let start = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at] ?? 0;
        if (phase !== 'inside' && !isSpace(byte)) {
          const next = phaseAfter(phase, byte, count);
          if (typeof next === 'object') return { elements, problem: { ...next, line, column } };
          phase = next;
          if (phase === 'inside') {
            begins = { line, column };
            start = at;
          }
        }
        if (phase === 'inside' && scanner.ends(byte)) {
          row.add(chunk.subarray(start, at));
          elements.push(take());
          count += 1;
          phase = byte === comma ? 'between' : 'after';
        }
        if (byte === lineFeed) {
          line += 1;
          column = 1;
        } else if ((byte & 0xc0) !== 0x80) {
          // The first byte of a character; one of four bytes is two UTF-16 units.
          column += byte >= 0xf0 ? 2 : 1;
        }
      }
      if (phase === 'inside') row.add(chunk.subarray(start));
      return { elements };
    },
    end() {
      if (phase === 'after') return { elements: [] };
      const message = phase === 'before' ? 'it is empty' : 'the array has no closing ]';
      return {
        elements: phase === 'inside' ? [take()] : [],
        problem: { message, line, column },
      };
    },
    started: () => phase !== 'before',
  };
}

/** What a byte outside of the elements leads to. */
function phaseAfter(phase: Phase, byte: number, count: number): Phase | Mistake {
  if (phase === 'after') return { message: 'something stands after the closing ]', hint: 'remove it' };
  if (phase === 'before') {
    if (byte === openBracket) return 'between';
    return byte === openBrace
      ? {
          message: 'it is an object',
          hint: 'put [ and ] around the records; one object a line is the format jsonl',
        }
      : { message: 'it does not begin with [' };
  }
  if (byte === comma) return { message: 'a comma stands where a record should', hint: 'remove it' };
  if (byte !== closeBracket) return 'inside';
  return count === 0 ? 'after' : { message: 'a comma stands after the last record', hint: 'remove it' };
}

/** Tells the byte that ends an element: a comma or ] outside of its texts and brackets. */
function elementScanner() {
  let depth = 0;
  let inText = false;
  let escaped = false;
  return {
    ends(byte: number): boolean {
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === doubleQuote) inText = false;
        return false;
      }
      if (depth === 0 && (byte === comma || byte === closeBracket)) return true;
      if (byte === doubleQuote) inText = true;
      else if (byte === openBrace || byte === openBracket) depth += 1;
      else if (depth > 0 && (byte === closeBrace || byte === closeBracket)) depth -= 1;
      return false;
    },
  };
}

function isSpace(byte: number): boolean {
  return byte === space || byte === lineFeed || byte === tab || byte === carriageReturn;
}
