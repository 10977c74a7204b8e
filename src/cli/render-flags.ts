import type { SelectionFlags } from './prepare.ts';
import type { RecordFlags } from './record-flags.ts';

export interface RenderFlags extends RecordFlags, SelectionFlags {
  readonly step?: string;
  readonly watch?: boolean;
  readonly format: 'text' | 'json';
}
