import type { Diagnostic } from '../../diagnostic/diagnostic.ts';

/** Why runs are not merged: all that is wrong with them, or what the disk refused. */
export interface MergeRefusal {
  readonly kind: 'input' | 'local';
  readonly reasons: readonly Diagnostic[];
}

export function refused(code: string, message: string, hint?: string): Diagnostic {
  return { severity: 'error', code, message, ...(hint !== undefined && { hint }) };
}
