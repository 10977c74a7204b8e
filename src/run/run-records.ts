import type { Plan } from '../plan.ts';
import type { InputBroken, RecordItem } from '../records/record.ts';
import { openTracer } from '../tracing/registry.ts';
import type { Bell } from './bell.ts';
import type { Budget } from './budget.ts';
import { createCallSlots } from './call-slots.ts';
import type { Intaken } from './conclude.ts';
import { createConductor } from './conductor.ts';
import { openEarlier } from './earlier-records.ts';
import type { RecordFinished, RunEvent, ToolFinished } from './events.ts';
import { withGrace } from './grace.ts';
import type { Images } from './images.ts';
import type { Journal } from './journal/journal.ts';
import { openModels } from './models.ts';
import { graceOf, surroundings, type RunOptions } from './options.ts';
import type { RunRecordings } from './recordings/run-recordings.ts';
import { openNobody } from './recordings/nobody.ts';
import type { Stop } from './stop.ts';
import type { ReadyServices } from './ready-tools.ts';
import { tracesBy, untraced } from './traces.ts';
import type { UsageLedger } from './usage-ledger.ts';
import { openFar } from './workers/open-far.ts';
import type { Workers } from './workers/workers.ts';

/** What a run is given, and how it tells what becomes of that. */
export interface Execution {
  readonly plan: Plan;
  readonly records: AsyncIterable<RecordItem | InputBroken>;
  readonly options: RunOptions;
  readonly stop: Stop;
  /** Aborted when everything has to end at once. */
  readonly signal: AbortSignal;
  readonly bell: Bell;
  readonly tell: (event: RunEvent) => void;
  /** Whether the consumer lags so far behind that no new record should begin. */
  readonly consumerBehind: () => boolean;
}

/** What a run counts and writes, and what its records are run with. */
export interface Bookkeeping {
  /** By the clock of spans. */
  readonly began: number;
  readonly ledger: UsageLedger;
  readonly budget: Budget | undefined;
  readonly images: Images;
  readonly journal: Journal | undefined;
  readonly recordings: RunRecordings | undefined;
  readonly finished: (record: RecordFinished) => void;
  readonly toolFinished: (event: ToolFinished) => void;
  readonly replayed: () => void;
  readonly tools: ReadyServices;
  readonly workers: Workers;
}

/** Runs the records of a run that has begun, until none is left or it is to stop. `done`: they are through. */
export async function runRecords(
  execution: Execution,
  bookkeeping: Bookkeeping,
  done: (intaken: Intaken) => void,
): Promise<void> {
  const { plan, options, stop, signal, bell, tell } = execution;
  const { began, ledger, budget, images, journal, recordings } = bookkeeping;
  const { finished, toolFinished, replayed, tools, workers } = bookkeeping;
  const { now, elapsed, sleep, random } = surroundings(options);
  const warn = (message: string) => tell({ type: 'notice', message });
  const isReplayed = options.replay !== undefined;
  const earlier = await openEarlier(options.folder);
  // A replay has no need of the network, for traces neither.
  const tracer = isReplayed ? undefined : await openTracer(options.env, { sleep, warn });
  const traces = tracer === undefined ? untraced : tracesBy(tracer, plan.name);
  try {
    const { concurrency } = plan.limits;
    const slots = createCallSlots(concurrency);
    const models = await openModels(
      plan,
      isReplayed ? { ...options, openModel: openNobody } : options,
      { now, elapsed, sleep, random },
      {
        paused: (model, wait) => tell({ type: 'model_paused', model, ...wait }),
        spare(calls) {
          slots.widen(calls);
          bell.ring();
        },
        notice: warn,
      },
      isReplayed ? undefined : openFar(options, tracer !== undefined, workers, warn),
    );
    signal.addEventListener('abort', models.abortAll, { once: true });
    const conductor = createConductor(
      {
        calls: {
          plan,
          simulated: options.simulator !== undefined,
          models,
          slots,
          ledger,
          budget,
          cache: options.simulator === undefined && !isReplayed ? options.cache : undefined,
          recordings,
          images,
          pins: options.simulator === undefined ? options.pins : undefined,
          journal,
          stop,
          traces,
          stream: options.stream === true,
          grace: graceOf(options),
          replayed,
          now: elapsed,
          began,
          tell,
        },
        tools: {
          ...tools,
          plan,
          slots: createCallSlots(concurrency),
          journal,
          recordings,
          stop,
          traces,
          replayed,
          now: elapsed,
          finished: toolFinished,
          missed: tell,
        },
        signal,
        maxFailures: options.failFast === true ? 1 : (options.maxFailures ?? Infinity),
        behind: () => execution.consumerBehind() || journal?.full === true,
        finished: (record) => (journal === undefined ? finished(record) : journal.record(record)),
        earlier,
      },
      execution.records,
    );
    bell.answer(conductor.advance);
    conductor.advance();
    await withGrace(conductor.done, signal, sleep);
    done({ taken: conductor.taken, exhausted: conductor.exhausted });
    await withGrace(Promise.all([conductor.close(), models.close()]), signal, sleep);
  } finally {
    // To see traces off may take seconds that the records did not.
    await withGrace(Promise.all([traces.close(), earlier?.close()]), signal, sleep);
  }
}
