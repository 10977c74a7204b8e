import type { ActiveRecord } from './active-record.ts';
import type { CallSlots } from './call-slots.ts';
import type { Stop } from './stop.ts';
import type { Traces } from './traces.ts';

/** What a model's call and a tool's call need of a run to be begun at the right time. */
export interface SlotServices {
  readonly slots: CallSlots;
  readonly stop: Stop;
  readonly traces: Traces;
}

/**
 * Does the work when a slot is free; gives `refused`, and does nothing, where the run or the record is over by then. It is
 * asked twice, since much may happen while the work waits.
 */
export function inSlot<Value>(
  { slots, stop, traces }: SlotServices,
  record: ActiveRecord,
  refused: Value,
  work: () => Promise<Value>,
): Promise<Value> {
  const over = () => stop.halted('calls') || record.end !== undefined;
  const refuse = () => Promise.resolve(refused);
  if (over()) return refuse();
  return slots.run(
    record.sequence,
    traces.here(() => (over() ? refuse() : work())),
  );
}
