import type { RecordFlags } from './record-flags.ts';

export interface TryFlags extends RecordFlags {
  readonly step?: string;
  readonly watch?: boolean;
  readonly simulate?: string;
  readonly record?: string;
  readonly replay?: readonly string[];
  readonly liveTools?: boolean;
  readonly format: 'text' | 'json';
}
