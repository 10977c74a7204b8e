import { lineStart, seal } from '../checked-line.ts';

/** What is to stand in a line in place of what does; absent: what does. */
export interface Restated {
  readonly sequence?: number;
  readonly key?: string;
}

const sequenceMember = Buffer.from('"sequence":');
const keyMember = Buffer.from('"key":');
const indexMember = Buffer.from('"index":');

/**
 * A sound line of a journal with another sequence or key, sealed anew; without its newline. Bytes that are not replaced
 * stay as they are: a row that is put into words once is never put into others. Before these members a line has only
 * names, numbers and booleans of ours, so that the first of each is the one.
 */
export function restatedLine(line: Buffer, { sequence, key }: Restated): Buffer {
  let text = line;
  if (sequence !== undefined) text = replaced(text, sequenceMember, String(sequence));
  if (key !== undefined) text = replaced(text, keyMember, JSON.stringify(key));
  if (text === line) return line;
  seal(text);
  return text;
}

/** The index of the record that a line speaks of. */
export function indexOfLine(line: Buffer): number {
  const { start, end } = valueOf(line, indexMember);
  return Number(line.toString('latin1', start, end));
}

function replaced(line: Buffer, member: Buffer, value: string): Buffer {
  const { start, end } = valueOf(line, member);
  return Buffer.concat([line.subarray(0, start), Buffer.from(value), line.subarray(end)]);
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const closingBrace = 0x7d;

/** Where the number or text of a member stands. */
function valueOf(line: Buffer, member: Buffer): { readonly start: number; readonly end: number } {
  const at = line.indexOf(member, lineStart.length);
  if (at === -1) throw new Error(`a line of a journal has no ${member.toString()}`);
  const start = at + member.length;
  let end = start;
  if (line[start] === quote) {
    for (end += 1; line[end] !== quote; end += 1) if (line[end] === backslash) end += 1;
    return { start, end: end + 1 };
  }
  while (line[end] !== comma && line[end] !== closingBrace) end += 1;
  return { start, end };
}
