import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure, success } from '../../../src/result.ts';
import type { RecordFinished } from '../../../src/run/events.ts';
import { nodeFileSystem } from '../../../src/run/file-system.ts';
import { openJournalReader, resultRow } from '../../../src/run/journal/reader.ts';
import { createJournal, type JournalListener } from '../../../src/run/journal/journal.ts';
import { headerLine } from '../../../src/run/journal/lines.ts';
import { createRecordIndex } from '../../../src/run/journal/record-index.ts';
import { zeroUsage } from '../../../src/usage/add.ts';
import { answer, failed, used } from '../support/fake-models.ts';
import { expectGolden } from '../../support/golden.ts';
import { jsonLines } from '../support/run-folders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { heldFile, until } from './held-file.ts';

const succeeded = (sequence: number, output: string): RecordFinished => ({
  type: 'record_finished',
  outcome: 'succeeded',
  sequence,
  index: sequence * 2,
  line: sequence + 1,
  key: `key "${sequence}" ✓`,
  output,
});

function listening() {
  const told: { readonly recorded: number[]; readonly failures: unknown[]; drained: number } = {
    recorded: [],
    failures: [],
    drained: 0,
  };
  const listener: JournalListener = {
    recorded: ({ sequence }) => told.recorded.push(sequence),
    failed: (error) => told.failures.push(error),
    drained: () => (told.drained += 1),
  };
  return { told, listener };
}

async function journalOnDisk() {
  const path = join(temporaryFolder(), 'journal.jsonl');
  const file = await nodeFileSystem.create(path);
  await file.append(Buffer.from('{"type":"run"}\n'));
  const index = createRecordIndex();
  const { told, listener } = listening();
  return { path, index, told, journal: createJournal(file, 15, index, listener) };
}

describe('createJournal', () => {
  it('writes lines of every type as the golden one has them, to the byte', async () => {
    const path = join(temporaryFolder(), 'journal.jsonl');
    const file = await nodeFileSystem.create(path);
    const header = headerLine('0.1.0');
    await file.append(header);
    const journal = createJournal(file, header.length, createRecordIndex(), listening().listener);
    const [first, second] = ['1'.repeat(32), '2'.repeat(32)];
    const asked = { index: 0, key: 'ticket-1', step: 'lookup', call: 1, model: 'small', duration: 340 };
    expect(await journal.reserve({ ...asked, request: 1, usd: 0.004, tokens: 1200 })).toBe(true);
    const held = { usd: 0.004, tokens: 1200 };
    const lost = { ...zeroUsage, requests: 1, unmetered_requests: 1, total_tokens: null, cost_usd: null };
    journal.settle({ ...asked, usage: lost, held });
    expect(await journal.reserve({ ...asked, request: 2, usd: 0.004, tokens: 1200, held })).toBe(true);
    const unmetered = { ...used, requests: 2, retries: 1, unmetered_requests: 1, cost_usd: 0.00002 };
    const answered = { ...answer('It is on its way.'), usage: unmetered };
    journal.call({ ...asked, fingerprint: first, outcome: answered, at: 1340, limited: 1, waited: 40, held });
    const tool = {
      ...asked,
      fingerprint: second,
      id: 'c1',
      name: 'state',
      arguments: { order: 7 },
      duration: 12,
    };
    journal.tool({ ...tool, outcome: success({ state: 'sent' }) });
    const broken = failure({ code: 'tool_failed', message: 'it ended with code 1' } as const);
    journal.tool({ ...tool, call: 2, arguments: '{"order":', outcome: broken });
    journal.record({ ...succeeded(0, 'sent'), key: 'ticket-1' });
    expect(await journal.reserve({ ...asked, key: 'ticket-2', request: 1, usd: null, tokens: 1200 })).toBe(
      true,
    );
    await journal.close();
    const golden = new URL('golden/journal.jsonl', import.meta.url).pathname;
    expectGolden(golden, await readFile(path, 'utf8'));
  });

  it('writes lines in the order they came, whole and readable', async () => {
    const { path, journal, told } = await journalOnDisk();
    const question = { fingerprint: '0123456789abcdef0123456789abcdef', model: 'small' };
    const call = { index: 4, key: 'k', step: 'one', call: 1, ...question, duration: 12, at: 20, limited: 0 };
    journal.call({ ...call, outcome: answer('hé "you"\n') });
    journal.record(succeeded(2, 'out'));
    journal.call({ ...call, call: 2, outcome: failed({ code: 'timed_out', raw: '<html>' }) });
    journal.record({
      type: 'record_finished',
      outcome: 'skipped',
      sequence: 0,
      index: 0,
      line: 1,
      key: 'k0',
    });
    journal.record({
      type: 'record_finished',
      outcome: 'failed',
      sequence: 1,
      index: 2,
      line: 3,
      key: 'k1',
      step: null,
      input: null,
      raw: '{"',
      error: { code: 'invalid_json', message: 'no', status: null, attempts: 0, request_id: null },
    });
    await journal.close();
    expect(told).toEqual({ recorded: [2, 0, 1], failures: [], drained: 0 });
    expect(await jsonLines(path)).toMatchObject([
      { type: 'run' },
      {
        type: 'call',
        index: 4,
        key: 'k',
        step: 'one',
        call: 1,
        model: 'small',
        ok: true,
        completion: { text: 'hé "you"\n' },
        usage: { requests: 1 },
        duration: 12,
      },
      {
        type: 'record',
        outcome: 'succeeded',
        sequence: 2,
        line: 3,
        index: 4,
        key: 'key "2" ✓',
        output: 'out',
      },
      { type: 'call', call: 2, ok: false, error: { code: 'timed_out', raw: '<html>' } },
      { type: 'record', outcome: 'skipped', sequence: 0, line: 1, index: 0, key: 'k0' },
      {
        type: 'record',
        outcome: 'failed',
        sequence: 1,
        index: 2,
        line: 3,
        key: 'k1',
        input: null,
        step: null,
        error: { code: 'invalid_json' },
        raw: '{"',
      },
      { type: 'end' },
    ]);
  });

  it('gives back every record, whatever their sizes and order', async () => {
    const sizes = fc.oneof(
      { weight: 20, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
      // Around and beyond one batch, in characters of one to four bytes.
      { weight: 1, arbitrary: fc.constantFrom('x', 'é', '✓', '🙂').map((text) => text.repeat(90_000)) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(sizes, { maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        async (outputs, order) => {
          const { path, journal, index, told } = await journalOnDisk();
          const sequences = outputs
            .map((_, sequence) => ({ sequence, rank: order.next().value }))
            .sort((one, other) => one.rank - other.rank)
            .map(({ sequence }) => sequence);
          for (const sequence of sequences) journal.record(succeeded(sequence, outputs[sequence] ?? ''));
          await journal.close();
          expect(told.recorded).toEqual(sequences);
          const reader = await openJournalReader(nodeFileSystem, path);
          for (const [sequence, output] of outputs.entries()) {
            const row = { index: sequence * 2, key: `key "${sequence}" ✓`, output };
            expect(await resultRow(reader, index.place(sequence))).toEqual(row);
            const line = (await reader.line(index.place(sequence))).toString();
            expect(line).toBe(`${JSON.stringify(row)}\n`);
          }
          await reader.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('counts a record only when its line is in the file, and puts lines that come together into one write', async () => {
    const { file, writes } = heldFile();
    const { told, listener } = listening();
    const index = createRecordIndex();
    const journal = createJournal(file, 0, index, listener);
    for (let sequence = 0; sequence < 5; sequence++) journal.record(succeeded(sequence, 'x'));
    expect(writes).toHaveLength(0);
    await until(() => writes.length === 1);
    expect(told.recorded).toEqual([]);
    expect(index.size).toBe(0);
    for (let sequence = 5; sequence < 9; sequence++) journal.record(succeeded(sequence, 'x'));
    writes[0]?.done();
    await until(() => told.recorded.length === 5);
    await until(() => writes.length === 2);
    expect(writes.map(({ bytes }) => bytes.toString().split('\n').length - 1)).toEqual([5, 4]);
    writes[1]?.done();
    const closing = journal.close();
    await until(() => writes.length === 3);
    writes[2]?.done();
    await closing;
    expect(told.recorded).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('says when the disk falls behind, and when it has caught up', async () => {
    const { file, writes } = heldFile();
    const { told, listener } = listening();
    const journal = createJournal(file, 0, createRecordIndex(), listener);
    let records = 0;
    while (!journal.full) journal.record(succeeded(records++, 'x'.repeat(10_000)));
    // 4 MB wait, and a batch may be under way.
    expect(records).toBeGreaterThan(400);
    expect(records).toBeLessThan(460);
    await until(() => writes.length === 1);
    writes[0]?.done();
    await until(() => told.drained === 1);
    expect(journal.full).toBe(false);
    const closing = journal.close();
    for (let write = 1; told.recorded.length < records; write++) {
      await until(() => writes.length > write);
      writes[write]?.done();
      await until(() => writes.length > write + 1 || told.recorded.length === records);
    }
    await closing;
  });

  it('syncs at the end, and only after all is written', async () => {
    const { file, writes, syncs, closed } = heldFile();
    const journal = createJournal(file, 0, createRecordIndex(), listening().listener);
    journal.record(succeeded(0, 'x'));
    const closing = journal.close();
    await until(() => writes.length === 1);
    expect([syncs, closed()]).toEqual([[], 0]);
    writes[0]?.done();
    await closing;
    expect([syncs, closed()]).toEqual([[1], 1]);
  });

  it('syncs within a second of a write though no other write comes', async () => {
    const { file, writes, syncs } = heldFile();
    const journal = createJournal(file, 0, createRecordIndex(), listening().listener);
    journal.record(succeeded(0, 'x'));
    await until(() => writes.length === 1);
    writes[0]?.done();
    await until(() => syncs.length === 1);
    expect(writes).toHaveLength(1);
    const closing = journal.close();
    await until(() => writes.length === 2);
    writes[1]?.done();
    await closing;
  });

  it('tells a failure once, records nothing after it, and still closes the file', async () => {
    const { file, writes, closed } = heldFile();
    const { told, listener } = listening();
    const journal = createJournal(file, 0, createRecordIndex(), listener);
    journal.record(succeeded(0, 'x'));
    await until(() => writes.length === 1);
    journal.record(succeeded(1, 'x'));
    writes[0]?.fail(new Error('ENOSPC'));
    await until(() => told.failures.length === 1);
    journal.record(succeeded(2, 'x'));
    await journal.close();
    expect(told).toMatchObject({ recorded: [], failures: [new Error('ENOSPC')] });
    expect([writes.length, closed()]).toEqual([1, 1]);
  });

  it('takes nothing after it was closed', async () => {
    const { path, journal, told } = await journalOnDisk();
    await journal.close();
    journal.record(succeeded(0, 'x'));
    const asked = { key: 'k', step: 'one', call: 1, model: 'small' };
    const reservation = { ...asked, request: 1, usd: null, tokens: 10 };
    expect(await journal.reserve(reservation)).toBe(false);
    expect(told.recorded).toEqual([]);
    expect(await jsonLines(path)).toMatchObject([{ type: 'run' }, { type: 'end' }]);
  });
});
