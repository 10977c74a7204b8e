import { hash as digest } from 'node:crypto';
import { bounded } from '../diagnostic/printable.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import type { BadRecord, InputRecord } from '../records/record.ts';
import { canonicalJson } from './canonical.ts';
import { createKeyTable, hashOfHex } from './key-table.ts';

/** A record's name. With an error, the record fails, and is told under this name. */
export interface RecordKey {
  readonly key: string;
  readonly error?: { readonly code: 'missing_key' | 'duplicate_key'; readonly message: string };
}

export interface RecordKeys {
  /** To be asked once for each record, in input order: which of two equals comes first decides their names. */
  keyOf(record: InputRecord | BadRecord): RecordKey;
}

/**
 * Names records. A key stays a record's name through results, errors, resume and diff, so it is made of content and
 * never of the row's number:
 *
 * - The key that an earlier run gave, where the input is that run's errors.jsonl.
 * - Else the field that `input.key` names. Two records with one key are two records that cannot be told apart later:
 *   the later one fails.
 * - Else the first 64 bits of the SHA-256 of the record's canonical JSON, as 16 hexadecimal digits. All fields count,
 *   used by a template or not, because an edit of the pipeline must not rename records; their order does not, because
 *   a column that moves changes nothing. Equal records are all wanted: the nth duplicate is called `<hash>#n`.
 * - A row that is no record is named by the hash of its text in the same way.
 *
 * Only hashes are kept, some 12 bytes a record. That two different keys among n share a hash has a probability of
 * n * n / 2^65: 3 in 100 million for a million records. The later one would then fail as a duplicate, never be lost.
 */
export function createKeys(field: string | undefined): RecordKeys {
  const table = createKeyTable();

  function byContent(content: string): string {
    const hex = sha256(content);
    const seen = table.count(hashOfHex(hex));
    const name = hex.slice(0, 16);
    return seen === 1 ? name : `${name}#${seen - 1}`;
  }

  function claimed(key: string, line: number): RecordKey {
    // The prefix keeps a key from being taken for the canonical JSON of a record.
    const first = table.claim(hashOfHex(sha256(`key ${key}`)), line);
    if (first === 0) return { key };
    const message = `the key ${quoted(key)} is that of line ${first} already; give each record a key of its own`;
    return { key, error: { code: 'duplicate_key', message } };
  }

  return {
    keyOf(record) {
      if (record.key !== undefined) return claimed(record.key, record.file_line ?? record.line);
      if (!record.ok) return { key: byContent(`row ${record.raw}`) };
      if (field === undefined) return { key: byContent(canonicalJson(record.value)) };
      const value = Object.hasOwn(record.value, field) ? record.value[field] : undefined;
      if (typeof value === 'string' && value !== '') return claimed(value, record.line);
      if (typeof value === 'number' && Number.isSafeInteger(value))
        return claimed(String(value), record.line);
      const message = isEmpty(record.value)
        ? `the record is empty, and \`input.key\` names each one by \`${field}\`; remove the row`
        : `${unfit(field, value)}, and \`input.key\` names each record by it; give it a text or a whole number there, or leave \`input.key\` out`;
      return { key: byContent(canonicalJson(record.value)), error: { code: 'missing_key', message } };
    },
  };
}

/** Spreadsheets write such rows below a table: nothing but separators. */
function isEmpty(record: JsonObject): boolean {
  const values = Object.values(record);
  return values.length > 1 && values.every((value) => value === '' || value === null);
}

function unfit(field: string, value: JsonValue | undefined): string {
  if (value === undefined) return `the record has no \`${field}\``;
  if (value === '') return `\`${field}\` is empty`;
  if (Array.isArray(value)) return `\`${field}\` is a list`;
  if (isObject(value)) return `\`${field}\` is an object`;
  return `\`${field}\` is ${JSON.stringify(value)}`;
}

const longestQuote = 80;

function quoted(key: string): string {
  return JSON.stringify(bounded(key, longestQuote));
}

function sha256(text: string): string {
  return digest('sha256', text, 'hex');
}
