import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { parseJson } from '../json/exact.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { faultOfJson, faultOfValue } from '../records/json-record.ts';
import { inputIsFolder, isOfFolder } from '../records/input-folder.ts';
import { defaultLimit } from '../records/open.ts';
import { failure, success, type Result } from '../result.ts';
import type { Terminal } from './terminal.ts';

/** The record that `--input-json` is, read as one of a JSON file is. */
export function readInputJson(text: string): Result<JsonObject, Diagnostic> {
  const parsed = parseJson(text);
  if (!parsed.ok) {
    const { offset } = parsed.error;
    const before = text.slice(0, offset).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    const where = before.length === 1 ? `column ${column}` : `line ${before.length}, column ${column}`;
    return failure(refused(faultOfJson(parsed.error, where)));
  }
  return isObject(parsed.value) ? success(parsed.value) : failure(refused(faultOfValue(parsed.value)));
}

function refused({ code, message }: { readonly code: string; readonly message: string }): Diagnostic {
  return {
    severity: 'error',
    code: code.replaceAll('_', '-'),
    message: `\`--input-json\`: ${message}`,
    hint: `give it one JSON object, in single quotes for the shell: --input-json '{"text":"…"}'; or - to read it from stdin`,
  };
}

/** What `--input-json -` reads, to its end. */
export async function readStdin({ stdin, stderr }: Terminal): Promise<Result<string, Diagnostic>> {
  if (stdin.isTTY) stderr.write('reading a record from the keyboard, as JSON; end it with Ctrl-D\n');
  if (isOfFolder(stdin)) return failure(inputIsFolder('stdin'));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    size += bytes.length;
    if (size > defaultLimit) return failure(unfit('too-large', 'the record on stdin is larger than 16 MB'));
    chunks.push(bytes);
  }
  try {
    return success(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    return failure(unfit('invalid-utf8', 'the record on stdin is not valid UTF-8'));
  }
}

function unfit(code: string, message: string): Diagnostic {
  return { severity: 'error', code, message };
}
