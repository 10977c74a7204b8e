/** One thing that `pipe doctor` has looked at. */
export interface Finding {
  /** A stable word, such as `key`. */
  readonly check: string;
  /**
   * - `fine`
   * - `note`: not known, or not asked
   * - `warning`: a run begins all the same
   * - `missing`: a run cannot begin without it
   * - `rejected`: the provider would not answer
   */
  readonly status: 'fine' | 'note' | 'warning' | 'missing' | 'rejected';
  /** One sentence without a final full stop; never the value of a key or of a proxy. */
  readonly message: string;
  /** The remedy. */
  readonly hint?: string;
}

export function fine(check: string, message: string): Finding {
  return { check, status: 'fine', message };
}

export function note(check: string, message: string): Finding {
  return { check, status: 'note', message };
}

export function warning(check: string, message: string, hint: string): Finding {
  return { check, status: 'warning', message, hint };
}

export function missing(check: string, message: string, hint?: string): Finding {
  return { check, status: 'missing', message, ...(hint !== undefined && { hint }) };
}

export function rejected(check: string, message: string, hint?: string): Finding {
  return { check, status: 'rejected', message, ...(hint !== undefined && { hint }) };
}
