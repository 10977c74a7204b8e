import { rm } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { printable, printableJson } from '../diagnostic/printable.ts';
import type { JsonValue } from '../json/json.ts';
import type { Plan } from '../plan.ts';
import type { RecordSource } from '../records/open.ts';
import type { RunEvent, RunFinished } from '../run/events.ts';
import type { RunResults } from '../run/results.ts';
import { resultColumns, type RunOutput } from './output.ts';
import { isInCi } from './reporters.ts';
import type { Interrupts } from './signals.ts';
import { writeOut, type Terminal } from './terminal.ts';

/** Why not all rows are where they were wanted. */
export type RowsLost = Diagnostic | 'unread';

/** Puts the result rows of a run where `--output` wants them. */
export interface Rows {
  /**
   * To be given every event, and to be awaited where it has something to do. Says what could not be written, or that rows
   * were left out at the end since nobody read them: the run's folder still has every result.
   */
  on(event: RunEvent, warn: (sentence: string) => void): Promise<RowsLost | undefined> | undefined;
  close(): Promise<void>;
}

export interface RowsOptions {
  readonly terminal: Terminal;
  /** Whoever reads stdout is no longer waited for while the run comes to its end (`drain`), or at all (`end`). */
  readonly interrupts: Pick<Interrupts, 'drain' | 'end'>;
  readonly output: RunOutput;
  readonly results: RunResults;
  readonly plan: Plan;
  readonly source: RecordSource;
}

export async function openRows(options: RowsOptions): Promise<Rows> {
  const { output } = options;
  switch (output.kind) {
    case 'none':
      return { on: () => undefined, close: async () => {} };
    case 'stdout':
      return streamRows(options, output);
    case 'file':
      return fileRows(options, output);
  }
}

/** What a row's turn may come with. */
const turning: ReadonlySet<RunEvent['type']> = new Set(['record_kept', 'record_finished', 'run_finished']);

/** Each row as soon as those before it have been written. */
async function streamRows(
  { terminal, interrupts, results }: RowsOptions,
  { format }: Extract<RunOutput, { kind: 'stdout' }>,
): Promise<Rows> {
  const order = results.inOrder();
  const encoder = format.encoder([]);
  // A CI runner reads commands from its log, wherever in a line they stand.
  const shown = terminal.stdout.isTTY || isInCi(terminal) ? printableJson : (text: string) => text;
  async function turn(event: RunEvent): Promise<RowsLost | undefined> {
    const isLast = event.type === 'run_finished';
    const unwaited = isLast ? interrupts.end : interrupts.drain;
    try {
      for await (const { output } of order.take(event)) {
        // What is left out comes with a later event, or not at all.
        if (unwaited.aborted && terminal.stdout.writableNeedDrain) return isLast ? 'unread' : undefined;
        await writeOut(terminal, shown(encoder.rows([output])), unwaited);
      }
      return undefined;
    } catch (error) {
      // Read back from the run's folder, which may have gone or be on a disk that fails.
      const why = error instanceof Error ? error.message : String(error);
      return {
        severity: 'error',
        code: 'results-unreadable',
        message: `the rows cannot be read back: ${why}`,
      };
    }
  }
  return {
    on: (event) => (turning.has(event.type) ? turn(event) : undefined),
    async close() {
      await order.close();
    },
  };
}

/** The whole file at the end, beside its place where the run was not completed. */
async function fileRows(
  { interrupts, results, plan, source }: RowsOptions,
  { path, format }: Extract<RunOutput, { kind: 'file' }>,
): Promise<Rows> {
  const { writeRows } = await import('../records/writers.ts');
  async function* rows(): AsyncIterable<JsonValue> {
    for await (const { output } of results.results()) yield output;
  }
  async function write(
    state: RunFinished['state'],
    warn: (sentence: string) => void,
  ): Promise<Diagnostic | undefined> {
    const target = state === 'completed' ? path : `${path}.partial`;
    const columns = resultColumns(plan, source);
    const written = await writeRows(target, rows, {
      output: format,
      signal: interrupts.end,
      // A link there may lead to anybody's file.
      unfollowed: target !== path,
      ...(columns !== undefined && { columns }),
    });
    if (!written.ok) return written.error;
    const { leftOut } = written.value;
    if (leftOut.length > 0) {
      const fields = leftOut.map((name) => `\`${printable(name)}\``).join(', ');
      warn(`warning: \`${printable(target)}\` has no column for ${fields}`);
    }
    // What an earlier, interrupted run left there is no part of this one.
    if (target === path) await removePartial(`${path}.partial`, warn);
    return undefined;
  }
  return {
    on: (event, warn) => (event.type === 'run_finished' ? write(event.state, warn) : undefined),
    async close() {},
  };
}

async function removePartial(path: string, warn: (sentence: string) => void): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warn(
      `warning: \`${printable(path)}\` is no part of this run, and could not be removed: ${printable(why)}`,
    );
  }
}
