import type { Plan } from '../../../src/plan.ts';
import type { InputBroken, RecordItem } from '../../../src/records/record.ts';
import type { RecordFinished, RunEvent, RunFinished } from '../../../src/run/events.ts';
import type { RunOptions } from '../../../src/run/options.ts';
import { runPipeline } from '../../../src/run/run.ts';
import { source } from './plans.ts';

export interface Drive {
  /** Told so far. */
  readonly events: readonly RunEvent[];
  /** Resolves when the run has ended. */
  readonly finished: Promise<RunFinished>;
  /** Events of one type told so far. */
  of<Type extends RunEvent['type']>(type: Type): readonly Extract<RunEvent, { readonly type: Type }>[];
  /** How each record ended so far, by its key or id. */
  outcomes(): { readonly [key: string]: string };
}

/** Starts a run and reads its events as fast as they come. */
export function drive(
  plan: Plan,
  records: AsyncIterable<RecordItem | InputBroken> | readonly RecordItem[],
  options: Partial<RunOptions>,
): Drive {
  const events: RunEvent[] = [];
  const items = Symbol.asyncIterator in records ? records : source(records).records;
  const run = async (): Promise<RunFinished> => {
    for await (const event of runPipeline(plan, items, { env: {}, ...options })) events.push(event);
    const last = events.at(-1);
    if (last?.type !== 'run_finished') throw new Error('the run ended without saying so');
    return last;
  };
  const of = <Type extends RunEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<RunEvent, { readonly type: Type }> => event.type === type);
  return {
    events,
    finished: run(),
    of,
    outcomes: () => Object.fromEntries(of('record_finished').map((record) => [record.key, ending(record)])),
  };
}

/** `succeeded`, `skipped`, or `failed: code in step`. */
export function ending(record: RecordFinished): string {
  if (record.outcome !== 'failed') return record.outcome;
  return `failed: ${record.error.code}${record.step === null ? '' : ` in ${record.step}`}`;
}
