import type { Pointer } from '../../json/json.ts';

/** What is wrong with a schema as a schema. */
export interface SchemaMistake {
  /** Default: an error. */
  readonly severity?: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Below the schema's root. */
  readonly pointer: Pointer;
  readonly part?: 'key' | 'value';
}
