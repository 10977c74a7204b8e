import type { JsonObject } from '../../json/json.ts';
import type { ToolOutcome } from '../../tools/tool.ts';
import { readEntry, type Entry } from '../entry.ts';
import type { Fingerprint } from '../fingerprint.ts';
import { readOutcome } from '../read-outcome.ts';
import type { CountedIn } from '../usage-ledger.ts';
import type { UnfinishedRecord } from './past-records.ts';
import type { JournalReader } from './reader.ts';

/** What earlier sessions were answered for a record that is run again: each answer is given once, in their order. */
export interface Replay {
  /** An answer of the model to this question in this step; undefined where it has to be asked. */
  call(step: string, fingerprint: Fingerprint): Entry | undefined;
  /** What came of this call of a tool in this step, a failure too; undefined where it has to be run. */
  tool(step: string, fingerprint: Fingerprint): ToolOutcome | undefined;
  /** Which rows of the usage count the record already; its own to change. */
  readonly countedIn: CountedIn;
}

/** Rejects with the file system's error. A line that is no longer as it was written answers nothing. */
export async function readReplay(record: UnfinishedRecord, reader: JournalReader): Promise<Replay> {
  const { answers, countedIn } = record;
  const calls = new Map<string, Entry[]>();
  const tools = new Map<string, ToolOutcome[]>();
  for (const place of answers) {
    const line = await reader.checked(place);
    if (line === undefined) continue;
    const name = nameOf(line['step'], line['fingerprint']);
    if (line['type'] === 'tool') keep(tools, name, readOutcome(line));
    else keep(calls, name, readEntry(line));
  }
  return {
    call: (step, fingerprint) => calls.get(nameOf(step, fingerprint))?.shift(),
    tool: (step, fingerprint) => tools.get(nameOf(step, fingerprint))?.shift(),
    countedIn: { steps: new Set(countedIn.steps), models: new Set(countedIn.models) },
  };
}

function nameOf(step: JsonObject[string] | undefined, fingerprint: JsonObject[string] | undefined): string {
  return JSON.stringify([step, fingerprint]);
}

function keep<Value>(lists: Map<string, Value[]>, name: string, value: Value | undefined): void {
  if (value === undefined) return;
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [value]);
  else list.push(value);
}
