import type { InputBroken, RecordItem } from '../records/record.ts';
import type { ActiveRecord, BegunRecord, RecordEnd } from './active-record.ts';
import type { CallServices } from './call.ts';
import { callModel } from './calls.ts';
import type { RecordFinished, StopReason } from './events.ts';
import { createIntake } from './intake.ts';
import { examine } from './examine.ts';
import type { Replay } from './journal/replay.ts';
import { createKeys } from './keys.ts';
import { keepAnswers } from './known-answers.ts';
import { runRecord, type RecordHost } from './record.ts';
import { stepOrder } from './step-order.ts';
import { runTool, type ToolCallServices } from './tools.ts';
import { inputBroken, spoolFailed, textOf, tooManyFailures, unexpected } from './reasons.ts';

export interface ConductorServices {
  readonly calls: CallServices;
  readonly tools: ToolCallServices;
  /** Aborted when everything has to end at once. */
  readonly signal: AbortSignal;
  /** Stops the run at so many failed records. */
  readonly maxFailures: number;
  /** Whether whoever takes what the records leave (the consumer, the disk) is too far behind for another. */
  readonly behind: () => boolean;
  readonly finished: (record: RecordFinished) => void;
  /** What earlier sessions have left; undefined where there were none. */
  readonly earlier: EarlierRecords | undefined;
}

/** The records of earlier sessions. */
export interface EarlierRecords {
  /** How the record ended, where it is not to be run again. */
  kept(sequence: number, key: string): 'succeeded' | 'skipped' | undefined;
  failed(sequence: number): boolean;
  /** What it was answered, where it is to be run again; undefined where it never came to a call. */
  replayOf(key: string): Promise<Replay | undefined>;
}

/** Runs all records, each as soon as there is room for it. */
export interface Conductor {
  /** To be called when something has changed that may make room or end the run. */
  readonly advance: () => void;
  /** Resolves when no record is in flight and none will come. */
  readonly done: Promise<void>;
  /** Records taken so far. */
  readonly taken: number;
  /** Whether the input was read to its end. */
  readonly exhausted: boolean;
  /** Lets go of the input. */
  close(): Promise<void>;
}

/**
 * A record in flight takes as much room as it has steps running, and at least one place; a new one is pulled while
 * less than `concurrency` is taken. So there are never more records in flight than that, the slots are never without a
 * call that could use them for want of records, and a record keeps its place between two of its steps. Where there are
 * more slots for a while, there is as much more room.
 */
export function createConductor(
  services: ConductorServices,
  records: AsyncIterable<RecordItem | InputBroken>,
): Conductor {
  const { plan, stop, tell } = services.calls;
  const keys = createKeys(plan.input.key);
  let taken = 0;
  let inFlight = 0;
  let room = plan.limits.concurrency;
  let failures = 0;
  let resolveDone = () => {};
  const done = new Promise<void>((resolve) => {
    resolveDone = resolve;
  });

  const host: RecordHost = {
    plan,
    order: stepOrder(plan.steps),
    traces: services.calls.traces,
    signal: services.signal,
    call: (record, step, nth, request) => callModel(services.calls, record, step, nth, request),
    tool: (record, step, position, call) => runTool(services.tools, record, step, position, call),
    stopped: () => stop.halted('calls'),
    stepBegins(record) {
      record.running += 1;
      if (record.running > 1) room -= 1;
    },
    stepEnds(record) {
      if (record.running > 1) room += 1;
      record.running -= 1;
    },
    moveOn: advance,
    stepFinished(record, at, outcome) {
      if (outcome === 'succeeded') keepAnswers(record, at, services.calls.cache);
      const step = plan.steps[at]?.id ?? '';
      tell({ type: 'step_finished', index: record.index, step, outcome });
    },
    bug,
  };

  const intake = createIntake(records, {
    room: () => room + services.calls.slots.extra > 0 && !stop.halted('records') && !services.behind(),
    take,
    ended: advance,
    broke: (error) => stopTaking(inputBroken(taken, { message: textOf(error) })),
  });

  function advance(): void {
    intake.pull();
    if (inFlight === 0 && (intake.exhausted || stop.halted('records'))) resolveDone();
  }

  function bug(error: unknown): void {
    stop.request(unexpected(error), 'calls');
  }

  /** What has been taken is still run to its end. */
  function stopTaking(reason: StopReason): void {
    stop.request(reason, 'records');
    advance();
  }

  function take(item: RecordItem | InputBroken): void {
    if (stop.halted('records')) return;
    if ('broken' in item) {
      const { code, message } = item.broken;
      stopTaking(code === 'spool-failed' ? spoolFailed(message) : inputBroken(taken, item.broken));
      return;
    }
    const sequence = taken;
    taken += 1;
    try {
      begin(item, sequence);
    } catch (error) {
      bug(error);
    }
  }

  function begin(item: RecordItem, sequence: number): void {
    const { index, line, file_line } = item;
    const named = keys.keyOf(item);
    const { key } = named;
    const outcome = services.earlier?.kept(sequence, key);
    if (outcome !== undefined) {
      tell({ type: 'record_kept', sequence, index, outcome });
      return;
    }
    const examined = examine(item, named, plan);
    if (!examined.ok) {
      finish({ sequence, index, line, file_line, key }, examined.error);
      return;
    }
    tell({ type: 'record_started', index, key });
    void perform({ sequence, index, line, file_line, key, value: examined.value });
  }

  async function perform(begun: BegunRecord): Promise<void> {
    inFlight += 1;
    room -= 1;
    try {
      // Without earlier sessions a record's steps begin at once: each takes its room before another record is pulled.
      const replay = services.earlier && (await services.earlier.replayOf(begun.key));
      const record = activeRecord(begun, replay);
      finish(record, await runRecord(record, host));
    } catch (error) {
      bug(error);
    }
    inFlight -= 1;
    room += 1;
    advance();
  }

  function activeRecord(begun: BegunRecord, replay: Replay | undefined): ActiveRecord {
    return {
      countedIn: replay?.countedIn ?? { steps: new Set<string>(), models: new Set<string>() },
      failed_before: services.earlier?.failed(begun.sequence) === true,
      answers: [],
      running: 0,
      ...begun,
      ...(replay && { replay }),
    };
  }

  function finish(
    { sequence, index, line, file_line, key }: Omit<BegunRecord, 'value'>,
    end: RecordEnd,
  ): void {
    if (end.outcome === 'pending') return;
    services.finished({ type: 'record_finished', sequence, index, line, file_line, key, ...end });
    if (end.outcome !== 'failed') return;
    failures += 1;
    if (failures >= services.maxFailures) stop.request(tooManyFailures(failures), 'calls');
  }

  return {
    advance,
    done,
    get taken() {
      return taken;
    },
    get exhausted() {
      return intake.exhausted;
    },
    close: () => intake.close(),
  };
}
