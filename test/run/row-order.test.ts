import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/run/events.ts';
import { createRecordIndex } from '../../src/run/journal/record-index.ts';
import { orderRows } from '../../src/run/row-order.ts';
import { runPipeline } from '../../src/run/run.ts';
import { settled } from './support/clock.ts';
import { faultyDisk } from './support/faulty-disk.ts';
import { answer, failed, fakeModels, instantModels } from './support/fake-models.ts';
import { plan, recordsOf, source, step } from './support/plans.ts';
import { newRunFolder } from './support/run-folders.ts';

const one = plan([step('one')], { concurrency: 4 });

describe('orderRows', () => {
  it('gives each row at its turn, however records finish', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 3 }), fc.boolean()), { minLength: 12, maxLength: 12 }),
        async (picks) => {
          const folder = await newRunFolder();
          const models = fakeModels();
          const order = orderRows(folder);
          const rows: unknown[] = [];
          const turns: number[] = [];
          const finished: number[] = [];
          const run = (async () => {
            const options = { env: {}, openModel: models.openModel, folder };
            for await (const event of runPipeline(one, source(recordsOf(picks.length)).records, options)) {
              if (event.type === 'record_finished') finished.push(event.sequence);
              for await (const row of order.take(event)) {
                rows.push(row.output);
                turns.push(row.index);
              }
            }
          })();
          const expected: unknown[] = [];
          for (const [pick, succeeds] of picks) {
            while (models.waiting.length === 0) await settled();
            const calls = [...models.waiting];
            const chosen = calls[pick % calls.length];
            for (const call of calls) {
              const taken = await models.nextCall();
              if (call !== chosen) (models.waiting as (typeof call)[]).push(taken);
            }
            if (succeeds) chosen?.reply(chosen.prompt);
            else chosen?.fail({});
            if (succeeds && chosen !== undefined) {
              const id = chosen.prompt.replace('one ', '');
              expected.push({ id, one: chosen.prompt });
            }
          }
          await run;
          await order.close();
          const number = (row: unknown) => Number((row as { id: string }).id.slice(1));
          expect(rows).toEqual(expected.sort((first, second) => number(first) - number(second)));
          expect(turns).toEqual(turns.toSorted((first, second) => first - second));
          expect(finished.toSorted((first, second) => first - second)).toEqual(
            picks.map((_, index) => index),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('holds a row back until those before it are through, and lets rows past what is pending at the end', async () => {
    const folder = await newRunFolder();
    const models = fakeModels();
    const abort = new AbortController();
    const order = orderRows(folder);
    const log: string[] = [];
    const run = (async () => {
      const options = { env: {}, openModel: models.openModel, folder, abort: abort.signal };
      for await (const event of runPipeline(one, source(recordsOf(4)).records, options)) {
        log.push(nameOf(event));
        for await (const row of order.take(event)) log.push(`row ${row.index}`);
        if (event.type === 'record_finished' && event.sequence === 3) abort.abort();
      }
    })();
    const [zero, , two, three] = await Promise.all(Array.from({ length: 4 }, () => models.nextCall()));
    const ended = (sequence: number) => () => log.includes(`end ${sequence}`);
    two?.reply();
    await until(ended(2));
    zero?.reply();
    await until(ended(0));
    three?.reply();
    await run;
    await order.close();
    expect(log.filter((line) => line !== '')).toEqual([
      'end 2',
      'end 0',
      'row 0',
      'end 3',
      'over',
      'row 2',
      'row 3',
    ]);
  });

  it('passes over failed and skipped records', async () => {
    const folder = await newRunFolder();
    const order = orderRows(folder);
    const rows: number[] = [];
    const openModel = instantModels((prompt) => (/r[125]$/.test(prompt) ? failed() : answer('ok')));
    const events = runPipeline(one, source(recordsOf(8)).records, { env: {}, openModel, folder });
    for await (const event of events) for await (const row of order.take(event)) rows.push(row.index);
    await order.close();
    expect(rows).toEqual([0, 3, 4, 6, 7]);
  });

  it('gives a row at the end to who has left off at it before, and those after it', async () => {
    const folder = await newRunFolder();
    const order = orderRows(folder);
    const options = { env: {}, openModel: instantModels((prompt) => answer(prompt)), folder };
    let left = 0;
    const rows: number[] = [];
    for await (const event of runPipeline(one, source(recordsOf(6)).records, options)) {
      for await (const { index } of order.take(event)) {
        if (index > 1 && event.type !== 'run_finished') {
          left += 1;
          break;
        }
        rows.push(index);
      }
    }
    await order.close();
    expect(left).toBeGreaterThan(0);
    expect(rows).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('reads the rows of kept records back when their turn comes', async () => {
    const folder = await newRunFolder();
    const openModel = instantModels((prompt) => answer(prompt));
    const options = { env: {}, openModel, folder };
    for await (const event of runPipeline(one, source(recordsOf(5)).records, options)) void event;
    // As if record 3 were still to be run, and 1 had been skipped.
    const index = createRecordIndex();
    for (const sequence of [0, 2, 4]) index.set(sequence, 'succeeded', folder.index.place(sequence));
    index.set(1, 'skipped', folder.index.place(1));
    const order = orderRows({ index, openReader: () => folder.openReader() });
    const rows: string[] = [];
    const take = async (event: RunEvent) => {
      for await (const row of order.take(event)) rows.push(`${row.index}`);
      rows.push('|');
    };
    for (const sequence of [0, 1, 2]) {
      const outcome = sequence === 1 ? 'skipped' : 'succeeded';
      await take({ type: 'record_kept', sequence, index: sequence, outcome });
    }
    // It comes before its turn: the row waits for the record before it.
    await take({ type: 'record_kept', sequence: 4, index: 4, outcome: 'succeeded' });
    index.set(3, 'succeeded', folder.index.place(3));
    const last = { outcome: 'succeeded', sequence: 3, index: 3, line: 4, key: 'k', output: 'new' } as const;
    await take({ type: 'record_finished', ...last });
    await order.close();
    expect(rows.join(' ')).toBe('0 2 | | | | 3 4 |');
  });

  it('rejects when the journal cannot be read back, and can be closed then', async () => {
    const { fileSystem } = faultyDisk({ act: 'openToRead', file: 'journal.jsonl', from: 1, code: 'EACCES' });
    const folder = await newRunFolder({ fileSystem });
    folder.index.set(1, 'succeeded', { offset: 10, length: 10 });
    const order = orderRows(folder);
    const first: RunEvent = {
      type: 'record_finished',
      outcome: 'skipped',
      sequence: 0,
      index: 0,
      line: 1,
      key: 'k',
    };
    const taking = (async () => {
      for await (const row of order.take(first)) void row;
    })();
    await expect(taking).rejects.toThrow('EACCES');
    await order.close();
  });
});

function nameOf(event: RunEvent): string {
  if (event.type === 'record_finished') return `end ${event.sequence}`;
  return event.type === 'run_finished' ? 'over' : '';
}

/** Waits until the condition holds; what it waits for is sure to come. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settled();
}
