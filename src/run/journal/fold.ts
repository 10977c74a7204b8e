import { failure, success, type Result } from '../../result.ts';
import { isStepFailure, stepFailures } from '../../steps/step.ts';
import { addUsage } from '../../usage/add.ts';
import type { Usage } from '../../usage/usage.ts';
import { isSealed } from '../checked-line.ts';
import type { StopReason } from '../events.ts';
import type { ToolCounts } from '../totals.ts';
import type { ReadableFile } from '../file-system.ts';
import { addCall, createUsageSums, wasMade, type UsageSums } from '../usage-ledger.ts';
import { damagedJournal, headlessJournal, newerJournal } from './damage.ts';
import { readHead, type CallHead, type Head, type RecordHead } from './heads.ts';
import { journalFormat, type JournalReservation } from './lines.ts';
import { createPastRecords, type PastRecords } from './past-records.ts';
import { createRecordIndex, type Place, type RecordIndex } from './record-index.ts';
import { scanLines, type ScannedLine } from './scan-lines.ts';
import { createSpending, type Spent } from './spending.ts';

/** What the lines of a journal come to. */
export interface Folded {
  /** Bytes up to the end of the last whole line. */
  readonly length: number;
  /** The run that the header names. */
  readonly run: string | undefined;
  readonly sessions: number;
  /** Where the last forced session begins; 0 where there was none. */
  readonly forcedAt: number;
  readonly records: PastRecords;
  readonly index: RecordIndex;
  readonly usage: UsageSums;
  readonly tool_calls: ToolCounts;
  readonly spent: Spent;
}

/**
 * Records that a run has begun and not ended, at most: far more than any `concurrency` that a machine bears. Those before a
 * record that has ended have ended too, each with a line, or were in flight with it.
 */
const mostInFlight = 1_000_000;

export interface FoldOptions {
  /** Records that ended before this byte count as not ended: they are run again, and their answers are kept. */
  readonly keepBefore: number;
  /** The last session is at work: what it has on its way has not been given up. */
  readonly goesOn: boolean;
}

export async function foldJournal(
  file: ReadableFile,
  path: string,
  { keepBefore, goesOn }: FoldOptions,
): Promise<Result<Folded, StopReason>> {
  const fold = createFold(keepBefore);
  let ended = 0;
  let fault: StopReason | undefined;
  const { length, lines } = await scanLines(file, (line) => {
    fault = faultOf(line);
    return fault === undefined;
  });
  if (fault !== undefined) return failure(fault);
  if (lines === 0) return failure(headlessJournal(path));
  if (!goesOn) fold.sessionEnded();
  return success({ length, ...fold.folded() });

  function faultOf(line: ScannedLine): StopReason | undefined {
    const damaged = (what: string) => damagedJournal(path, line, what);
    const { bytes, offset, number } = line;
    if (!isSealed(bytes)) return damaged('is not as it was written');
    const head = readHead(bytes);
    if (head === undefined) return damaged('is no line of a journal');
    if (number === 1 && head.type !== 'run') return damaged('is not the header that a journal begins with');
    if (number > 1 && head.type === 'run') return damaged('is the header of a second journal');
    if (head.type === 'run' && head.format > journalFormat) return newerJournal(path, head.format);
    // What is kept by sequence takes room for all before it.
    if (head.type === 'record') {
      ended += 1;
      if (head.sequence >= ended + mostInFlight)
        return damaged('tells of a record that the run cannot have come to');
    }
    fold.take(head, { offset, length: bytes.length });
    return undefined;
  }
}

interface Fold {
  take(head: Head, line: Place): void;
  /** What was on its way when the lines of a session end has been given up. */
  sessionEnded(): void;
  folded(): Omit<Folded, 'length'>;
}

function createFold(keepBefore: number): Fold {
  const records = createPastRecords();
  const index = createRecordIndex();
  const usage = createUsageSums();
  const spending = createSpending();
  const tools = { total: 0, failed: 0 };
  let run: string | undefined;
  let sessions = 0;
  let forcedAt = 0;
  /** Of the session that the lines have come to. */
  let session = { hasEnded: false, reserves: false };

  function sessionBegan({ reserves }: { readonly reserves: boolean }): void {
    sessions += 1;
    session = { hasEnded: false, reserves };
  }

  function sessionEnded(): void {
    for (const { last, settled } of spending.sessionEnded()) {
      const { key, step, model } = last;
      const lost = {
        step,
        model,
        resolved_model: null,
        usage: 'usage' in last ? last.usage : lostUsage(last, settled),
      };
      addCall(usage, lost, records.called(key, step, model));
    }
    records.sessionEnded();
    if (!session.hasEnded && !session.reserves) usage.crashed_sessions += 1;
  }

  function takeCall(call: CallHead, line: Place): void {
    const { key, step, model, resolved_model } = call;
    if (wasMade(call.usage))
      addCall(usage, { step, model, resolved_model, usage: call.usage }, records.called(key, step, model));
    spending.called(call);
    if (call.ok) records.answered(key, step, 'model', line);
  }

  function takeRecord(record: RecordHead, { offset, length }: Place): void {
    const { key, sequence, outcome, body, failure: reason } = record;
    const counts = offset >= keepBefore;
    if (counts) index.set(sequence, outcome, { offset: offset + body, length: length - body - 1 });
    if (outcome !== 'failed' && counts) records.ended(key, sequence);
    else records.failed(key, reason && failedAt(reason));
  }

  return {
    take(head, line) {
      if (head.type === 'call') takeCall(head, line);
      else if (head.type === 'record') takeRecord(head, line);
      else if (head.type === 'reserve') {
        session = { ...session, reserves: true };
        spending.reserved(head);
      } else if (head.type === 'settle') spending.settled(head);
      else if (head.type === 'end') session = { ...session, hasEnded: true };
      else if (head.type === 'tool') {
        const { key, step, ok } = head;
        tools.total += 1;
        if (!ok) tools.failed += 1;
        records.answered(key, step, ok ? 'tool' : 'failed tool', line);
      } else if (head.type === 'run') {
        run = head.run;
        sessionBegan(head);
      } else if (head.type === 'resumed') {
        sessionEnded();
        sessionBegan(head);
        if (head.force) forcedAt = line.offset;
      }
    },
    sessionEnded,
    folded: () => ({
      run,
      sessions,
      forcedAt,
      records,
      index,
      usage,
      tool_calls: tools,
      spent: spending.spent,
    }),
  };
}

/** Of a call whose last line is a reservation: its last request may have been paid for. */
function lostUsage({ request, held }: JournalReservation, settled: Usage | undefined): Usage {
  if (settled !== undefined)
    return addUsage(settled, {
      ...unmetered,
      requests: 1,
      retries: settled.requests > 0 ? 1 : 0,
      unmetered_requests: 1,
    });
  // Nothing was said of those before it: they may have been paid for where something is held for them.
  return {
    ...unmetered,
    requests: request,
    retries: request - 1,
    unmetered_requests: held === undefined ? 1 : request,
  };
}

const unmetered = {
  cached_requests: 0,
  input_tokens: null,
  cached_input_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  total_tokens: null,
  cost_usd: null,
};

/** What the record failed by that may be another when it is run again; undefined where nothing may. */
function failedAt({ step, code }: NonNullable<RecordHead['failure']>): Parameters<PastRecords['failed']>[1] {
  if (step === null || !isStepFailure(code)) return undefined;
  const cause = stepFailures[code];
  return cause === 'input' ? undefined : { step, cause };
}
