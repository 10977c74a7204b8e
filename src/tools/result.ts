import { parseJson } from '../json/exact.ts';
import { failure, success } from '../result.ts';
import { beginningOf } from './said.ts';
import type { ToolError, ToolOutcome } from './tool.ts';

/** What is known of a result before it is read. */
export interface ResultType {
  /** As the web names it. Default: UTF-8. */
  readonly charset?: string;
  /** Whether it is said to be JSON, so that anything else is a mistake. */
  readonly json?: boolean;
}

/**
 * What the bytes of a result say: the value where they are JSON, else the text without its last line break. JSON that
 * could not be kept as it is (a number with more digits than a double holds) stays text.
 */
export function readResult(bytes: Buffer, { charset = 'utf-8', json = false }: ResultType = {}): ToolOutcome {
  const text = decode(bytes, charset);
  if (text === undefined) return malformed(`the result is no text in ${charset.toUpperCase()}`);
  const value = parseJson(text);
  if (value.ok) return value;
  if (json && value.error.code === 'invalid_json' && text.trim() !== '')
    return malformed(`the result is said to be JSON, but cannot be read: ${value.error.message}`);
  return success(text.replace(/\r?\n$/u, ''));
}

export function malformed(message: string): { readonly ok: false; readonly error: ToolError } {
  return failure({ code: 'malformed', message: beginningOf(message) });
}

export function tooLarge(max_bytes: number): ToolError {
  return { code: 'too_large', message: `the result is larger than ${max_bytes} bytes (\`max_bytes\`)` };
}

/** Undefined where the bytes are no text in this encoding, or the encoding is none. */
function decode(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
