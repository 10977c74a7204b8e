import { fstatSync } from 'node:fs';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';

/** Says that what should hold records is a folder. */
export function inputIsFolder(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'input-is-folder',
    message: `\`${path}\` is a folder, not a file`,
    hint: 'name one file of records',
  };
}

/** Whether a shell has put a folder there (`< rows/`), which Node reads as nothing at all. */
export function isOfFolder(stream: object): boolean {
  if (!('fd' in stream) || typeof stream.fd !== 'number') return false;
  try {
    return fstatSync(stream.fd).isDirectory();
  } catch {
    // It is closed: what reads it tells that.
    return false;
  }
}
