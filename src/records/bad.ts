import { isUtf8 } from 'node:buffer';
import type { BadRecord } from './record.ts';
import type { Row } from './rows.ts';

/** Why a row is not a record. */
export type BadRecordCode =
  | 'invalid_json'
  | 'inexact_number'
  | 'duplicate_name'
  | 'lone_surrogate'
  | 'too_deep'
  | 'too_large'
  | 'not_an_object'
  | 'invalid_utf8'
  | 'invalid_text'
  | 'ragged_row'
  | 'invalid_cell';

export interface RowFault {
  readonly code: BadRecordCode;
  readonly message: string;
}

/** Bytes of a bad row that are kept for people to see. */
const shown = 2000;

export function badRecord(index: number, row: Row, error: RowFault): BadRecord {
  return { ok: false, index, line: row.line, raw: excerpt(row), error };
}

/** The beginning of a row. What is not UTF-8 becomes U+FFFD. */
function excerpt({ bytes, tooLarge }: Row): string {
  if (bytes.length <= shown && !tooLarge) return bytes.toString();
  // A streaming decoder leaves out the character that the cut goes through.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, shown), {
    stream: true,
  });
  return `${text}…`;
}

/** What makes a row unreadable whatever its format. */
export function faultOfBytes(row: Row, limit: number): RowFault | undefined {
  if (row.tooLarge) return { code: 'too_large', message: `the record is larger than ${megabytes(limit)}` };
  if (isUtf8(row.bytes)) return undefined;
  return {
    code: 'invalid_utf8',
    message: 'the record is not valid UTF-8; save the file as UTF-8 (it may be Latin-1 or Windows-1252)',
  };
}

/** A character of UTF-8 has at most so many bytes. */
const widest = 4;

/** Whether all but the last few bytes are UTF-8, and these are not. */
export function endsWithinCharacter(bytes: Buffer): boolean {
  if (isUtf8(bytes)) return false;
  for (let cut = 1; cut < widest; cut += 1) if (isUtf8(bytes.subarray(0, -cut))) return true;
  return false;
}

export function megabytes(bytes: number): string {
  return bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MB` : `${bytes} bytes`;
}
