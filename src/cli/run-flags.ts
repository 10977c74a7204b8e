import type { PipelineFlags, SelectionFlags } from './prepare.ts';

export interface RunFlags extends PipelineFlags, SelectionFlags {
  readonly input: string;
  readonly output?: string;
  readonly runDir?: string;
  readonly simulate?: string;
  readonly record?: string;
  readonly replay?: readonly string[];
  readonly liveTools?: boolean;
  readonly strict?: boolean;
  readonly workers?: number;
  readonly failFast?: boolean;
  readonly maxFailures?: number;
  readonly format: 'text' | 'json';
  readonly quiet?: boolean;
  readonly stream?: boolean;
  /** The run goes on that `runDir` holds. */
  readonly resume?: { readonly force: boolean };
}
