import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { printable } from '../diagnostic/printable.ts';
import type { JsonValue } from '../json/json.ts';
import type { Plan } from '../plan.ts';
import type { RecordSource } from '../records/open.ts';
import type { RunEvent } from '../run/events.ts';
import type { RunFolder } from '../run/folder.ts';
import { resultColumns, type RunOutput } from './output.ts';
import { writeOut, type Terminal } from './terminal.ts';

/** Puts the result rows of a run where `--output` wants them. */
export interface Rows {
  /** To be given every event. Says what could not be written: the run's folder still has every result. */
  on(event: RunEvent, warn: (sentence: string) => void): Promise<Diagnostic | undefined>;
  close(): Promise<void>;
}

export interface RowsOptions {
  readonly terminal: Terminal;
  readonly output: RunOutput;
  readonly folder: RunFolder;
  readonly plan: Plan;
  readonly source: RecordSource;
  /** Called when nobody reads stdout any more. */
  readonly gone: () => void;
}

export async function openRows(options: RowsOptions): Promise<Rows> {
  const { output } = options;
  switch (output.kind) {
    case 'none':
      return { on: async () => undefined, close: async () => {} };
    case 'stdout':
      return streamRows(options, output);
    case 'file':
      return fileRows(options, output);
  }
}

/** Each row as soon as those before it have been written. */
async function streamRows(
  { terminal, folder, gone }: RowsOptions,
  { format }: Extract<RunOutput, { kind: 'stdout' }>,
): Promise<Rows> {
  const { orderRows } = await import('../run/row-order.ts');
  const order = orderRows(folder);
  const encoder = format.encoder([]);
  terminal.stdout.once('close', gone);
  return {
    async on(event) {
      if (event.type !== 'record_finished' && event.type !== 'run_finished') return undefined;
      for await (const { output } of order.take(event)) await writeOut(terminal, encoder.rows([output]));
      return undefined;
    },
    async close() {
      terminal.stdout.off('close', gone);
      await order.close();
    },
  };
}

/** The whole file at the end, beside its place where the run was not completed. */
async function fileRows(
  { folder, plan, source }: RowsOptions,
  { path, format }: Extract<RunOutput, { kind: 'file' }>,
): Promise<Rows> {
  const { writeRows } = await import('../records/writers.ts');
  async function* rows(): AsyncIterable<JsonValue> {
    for await (const { output } of folder.results()) yield output;
  }
  return {
    async on(event, warn) {
      if (event.type !== 'run_finished') return undefined;
      const target = event.state === 'completed' ? path : `${path}.partial`;
      const columns = resultColumns(plan, source);
      const written = await writeRows(target, rows, {
        output: format,
        ...(columns !== undefined && { columns }),
      });
      if (!written.ok) return written.error;
      const { leftOut } = written.value;
      if (leftOut.length > 0)
        warn(`${target} has no column for ${leftOut.map((name) => printable(name)).join(', ')}`);
      return undefined;
    },
    async close() {},
  };
}
