import { describe, expect, it } from 'vitest';
import type { WritableFile } from '../../../src/run/file-system.ts';
import { createJournal } from '../../../src/run/journal/journal.ts';
import { headerLine } from '../../../src/run/journal/lines.ts';
import { openJournalReader } from '../../../src/run/journal/reader.ts';
import { createRecordIndex } from '../../../src/run/journal/record-index.ts';
import { answer, used } from '../support/fake-models.ts';
import { heldBytes } from '../support/memory.ts';
import { diskWith, historyOf, path, version } from './journals.ts';

const records = 50_000;
/** Every nth record is still to be run when the journal ends. */
const left = 10;
const keyOf = (sequence: number) => `ticket ${sequence}`;
const fingerprintOf = (sequence: number) => sequence.toString(16).padStart(32, '0');

/** A journal of a run of two steps, written as a run writes it, without a disk. */
async function longJournal(): Promise<Buffer> {
  const parts: Buffer[] = [headerLine(version)];
  const file: WritableFile = {
    append: async (bytes) => void parts.push(Buffer.from(bytes)),
    sync: async () => {},
    close: async () => {},
  };
  const listener = { recorded: () => {}, failed: () => {}, drained: () => {} };
  const journal = createJournal(file, parts[0]?.length ?? 0, createRecordIndex(), listener);
  const outcome = {
    ...answer('Your parcel is on its way. '.repeat(4)),
    usage: { ...used, cost_usd: 0.00002 },
  };
  for (let sequence = 0; sequence < records; sequence += 1) {
    const key = keyOf(sequence);
    const asked = { index: sequence, key, call: 1, fingerprint: fingerprintOf(sequence), model: 'small' };
    for (const step of ['one', 'two'])
      journal.call({ ...asked, step, outcome, duration: 300, at: 900, limited: 0 });
    if (sequence % left > 0) {
      const finished = { sequence, index: sequence, line: sequence + 1, key } as const;
      journal.record({ type: 'record_finished', outcome: 'succeeded', ...finished, output: { id: key } });
    }
    if (journal.full) await new Promise((resolve) => setImmediate(resolve));
  }
  await journal.close();
  return Buffer.concat(parts);
}

describe('the history of a long journal', () => {
  it('knows every record, and what each that is left was answered', async () => {
    const journal = await longJournal();
    const before = await heldBytes();
    const began = performance.now();
    const history = await historyOf(journal);
    const seconds = (performance.now() - began) / 1000;
    const size = `${(journal.length / 1e6).toFixed(0)} MB, ${records} records`;
    const cost = `${seconds.toFixed(1)} s, ${(((await heldBytes()) - before) / records).toFixed(0)} bytes a record`;
    // For people: how fast a machine is, and what it is busy with, decides no test.
    console.log(`${size}: read in ${cost}`);
    expect(history.length).toBe(journal.length);
    expect(history.outcomes).toEqual({ succeeded: records - records / left, failed: 0, skipped: 0 });
    expect(history.usage).toMatchObject({ records, total: { requests: 2 * records } });
    const reader = await openJournalReader(diskWith(journal), path);
    for (let sequence = 0; sequence < records; sequence += 1) {
      const isLeft = sequence % left === 0;
      if (history.isAt(sequence, keyOf(sequence)) === isLeft) throw new Error(`${sequence} is not known`);
      if (sequence % 1000 > 0) continue;
      const replay = await history.replayOf(keyOf(sequence), reader);
      expect(replay?.call('one', fingerprintOf(sequence))).toBeDefined();
      expect(replay?.call('two', fingerprintOf(sequence))).toBeDefined();
    }
  }, 120_000);
});
