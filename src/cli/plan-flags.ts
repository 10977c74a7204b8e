import type { PipelineFlags, SelectionFlags } from './prepare.ts';

export interface PlanFlags extends PipelineFlags, SelectionFlags {
  readonly input: string;
  readonly against?: string;
  readonly maxUsd?: number;
  readonly record?: string;
  readonly replay?: readonly string[];
  readonly format: 'text' | 'json';
}
