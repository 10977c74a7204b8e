import type { Diagnostic } from '../../diagnostic/diagnostic.ts';

/** What cannot be taken as it was given. */
export function refused(message: string, hint: string): Diagnostic {
  return { severity: 'error', code: 'usage', message, hint };
}
