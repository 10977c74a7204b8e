import type { Command } from 'commander';
import { positiveInteger } from './options.ts';
import type { PipelineFlags } from './prepare.ts';

/** How a command names the one record that it is about. */
export interface RecordFlags extends PipelineFlags {
  /** From 1. */
  readonly row?: number;
  readonly key?: string;
  /** The record itself, as JSON. */
  readonly inputJson?: string;
}

export function addRecordOptions(command: Command): Command {
  return command
    .option('--row <n>', 'the nth record of the input, from 1; a header counts for nothing', positiveInteger)
    .option('--key <key>', 'the record of this key')
    .option('--input-json <record>', 'this record, as JSON; - reads it from stdin');
}

/** Whether the flags name one record. */
export function namesRecord({ row, key, inputJson }: RecordFlags): boolean {
  return row !== undefined || key !== undefined || inputJson !== undefined;
}

/** What cannot stand together, as a sentence. */
export function recordConflict({ input, row, key, inputJson }: RecordFlags): string | undefined {
  if (row !== undefined && key !== undefined) return '--row and --key both name the record: keep one';
  const named = row !== undefined ? '--row' : key !== undefined ? '--key' : undefined;
  if (inputJson !== undefined) {
    const other = input !== undefined ? '--input' : named;
    return other && `--input-json is the record, and ${other} names another: keep one`;
  }
  if (input !== undefined) return undefined;
  return named && `${named} names a record of an input: add \`--input <rows>\``;
}
