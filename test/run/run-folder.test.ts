import { readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BadRecord, RecordItem } from '../../src/records/record.ts';
import { createRunFolder } from '../../src/run/folder.ts';
import type { RunFinished } from '../../src/run/events.ts';
import type { OpenModel } from '../../src/run/options.ts';
import { runPipeline } from '../../src/run/run.ts';
import { version } from '../../src/version.ts';
import { expectGolden } from '../support/golden.ts';
import { manualClock, settled } from './support/clock.ts';
import { drive } from './support/drive.ts';
import { answer, failed, fakeModels, instantModels, promptOf } from './support/fake-models.ts';
import { faultyDisk, type Fault } from './support/faulty-disk.ts';
import { path, plan, record, recordsOf, source, step } from './support/plans.ts';
import { jsonLines, newRunFolder } from './support/run-folders.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const one = plan([step('one')], { concurrency: 3 });

async function jsonFile(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown;
}

async function all<Value>(values: AsyncIterable<Value>): Promise<readonly Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}

describe('the folder of a run', () => {
  it('is as the golden one, to the byte', async () => {
    const clock = manualClock();
    const bad: BadRecord = {
      ok: false,
      index: 3,
      line: 4,
      raw: '{"id": "d", text}',
      error: { code: 'invalid_json', message: 'a name stands where a text in quotes must' },
    };
    const items: readonly RecordItem[] = [
      record(0, { id: 'a', text: 'Bonjour' }),
      record(1, { id: 'b', text: 'Où est mon colis ?' }),
      record(2, { id: 'c', text: '', go: false }),
      bad,
      record(4, { id: 'a', text: 'encore' }),
      record(5, { id: 'e', text: 'Merci' }),
    ];
    const file = { path: '/project/translate.yaml', sha256: 'a'.repeat(64) };
    const partial = { path: '/project/partials/style.hbs', sha256: 'b'.repeat(64) };
    const pipeline = plan(
      [
        step('translate', { prompt: ({ input }) => `Translate ${(input as { text: string }).text}` }),
        step('classify', { after: ['translate'], when: path('input.text') }),
      ],
      {
        name: 'translate',
        concurrency: 1,
        files: [file, partial],
        vars: { output_language: 'English' },
        overrides: ['--var output_language=English'],
        input: { key: 'id', validate: () => [], when: path('input.text') },
      },
    );
    const folder = await createRunFolder(
      join(temporaryFolder(), 'run'),
      { plan: pipeline, input: { path: '/project/rows.jsonl', sha256: 'c'.repeat(64) }, simulated: false },
      { now: clock.now, id: () => '0123456789abcdef' },
    );
    if (!folder.ok) throw new Error(folder.error.message);
    const { openModel, ...models } = fakeModels();
    const run = drive(pipeline, items, {
      openModel,
      folder: folder.value,
      now: clock.now,
      sleep: clock.sleep,
      total: 6,
    });
    const reply = async (text: string | null) => {
      const call = await models.nextCall();
      await clock.advance(250);
      if (text !== null) call.reply(text);
      else
        call.fail({
          code: 'server_error',
          message: 'the server failed: "busy"',
          status: 503,
          request_id: 'r-9',
        });
    };
    await reply('Hello');
    await reply('greeting');
    await reply('Where is my parcel?');
    await reply(null);
    await reply('Thank you');
    await reply('thanks');
    await run.finished;
    for (const name of (await readdir(folder.value.path)).sort()) {
      const text = await readFile(join(folder.value.path, name), 'utf8');
      expectGolden(
        new URL(`golden/folder/${name}`, import.meta.url).pathname,
        text
          .replaceAll(JSON.stringify(version), '"<version>"')
          // The checksum of the header is one of the version too.
          .replace(/"crc":"[0-9a-f]{8}",(?="type":"run")/, '"crc":"<crc>",'),
      );
    }
    expect((await readdir(folder.value.path)).length).toBe(5);
  });

  it('has results and errors in input order, whatever the order of answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (scheduler, succeeding) => {
          const folder = await newRunFolder();
          const openModel: OpenModel = async () => ({
            async call(request) {
              await scheduler.schedule(Promise.resolve());
              const prompt = promptOf(request);
              return succeeding[Number(prompt.slice(5))] === true ? answer(prompt) : failed();
            },
            async close() {},
          });
          const run = drive(one, recordsOf(succeeding.length), { openModel, folder });
          while (run.of('run_finished').length === 0) {
            if (scheduler.count() > 0) await scheduler.waitOne();
            await settled();
          }
          const { counts } = await run.finished;
          const indexes = (ok: boolean) =>
            succeeding.flatMap((succeeds, index) => (succeeds === ok ? [index] : []));
          const results = await jsonLines(join(folder.path, 'results.jsonl'));
          expect(results).toEqual(await all(folder.results()));
          expect(results).toMatchObject(
            indexes(true).map((index) => ({ index, output: { id: `r${index}`, one: `one r${index}` } })),
          );
          const errors = await jsonLines(join(folder.path, 'errors.jsonl'));
          expect(errors).toMatchObject(
            indexes(false).map((index) => ({ index, line: index + 1, input: { id: `r${index}` } })),
          );
          expect(await jsonFile(join(folder.path, 'run.json'))).toMatchObject({ state: 'completed', counts });
          expect(counts).toMatchObject({ succeeded: results.length, failed: errors.length, pending: 0 });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('has what succeeded so far when the run is interrupted', async () => {
    const folder = await newRunFolder();
    const models = fakeModels();
    const abort = new AbortController();
    const run = drive(one, recordsOf(9), {
      openModel: models.openModel,
      folder,
      abort: abort.signal,
      total: 9,
    });
    await models.nextCall();
    (await models.nextCall()).reply('kept');
    while (run.of('record_finished').length === 0) await settled();
    abort.abort();
    await run.finished;
    expect(await jsonLines(join(folder.path, 'results.jsonl'))).toMatchObject([
      { index: 1, output: { one: 'kept' } },
    ]);
    expect(await jsonFile(join(folder.path, 'run.json'))).toMatchObject({
      state: 'interrupted',
      reason: { kind: 'interrupted', code: 'interrupted' },
      counts: { total: 9, succeeded: 1, pending: 8 },
      finished: expect.any(String),
    });
  });

  it('tells of a run that could not begin for want of a key', async () => {
    const folder = await newRunFolder();
    const model = { provider: 'mistralai', name: 'small', parameters: {}, timeout: 1000, idle_timeout: 1000 };
    const run = drive(plan([step('one', { model })]), recordsOf(2), { folder, total: 2 });
    await run.finished;
    expect(await jsonFile(join(folder.path, 'run.json'))).toMatchObject({
      state: 'stopped',
      reason: { kind: 'input', code: 'missing_api_key' },
      counts: { total: 2, pending: 2 },
      usage: { requests: 0 },
      cost_usd: 0,
    });
    expect(await readFile(join(folder.path, 'results.jsonl'), 'utf8')).toBe('');
  });

  it('is left whole by a consumer who leaves', async () => {
    const folder = await newRunFolder();
    const models = fakeModels();
    const events = runPipeline(one, source(recordsOf(9)).records, {
      env: {},
      openModel: models.openModel,
      folder,
    });
    for await (const event of events) if (event.type === 'record_started') break;
    expect(await jsonFile(join(folder.path, 'run.json'))).toMatchObject({
      state: 'interrupted',
      reason: { code: 'abandoned' },
    });
  });

  it('has the hash of a stream that was known only at the end', async () => {
    const input = { path: '-', sha256: null as string | null };
    const folder = await createRunFolder(join(temporaryFolder(), 'run'), {
      plan: one,
      input,
      simulated: false,
    });
    if (!folder.ok) throw new Error(folder.error.message);
    const run = drive(one, recordsOf(1), { openModel: instantModels(), folder: folder.value });
    input.sha256 = 'd'.repeat(64);
    await run.finished;
    expect(await jsonFile(join(folder.value.path, 'run.json'))).toMatchObject({ input });
  });
});

describe('a disk that fails during a run', () => {
  const journalFaults: readonly Fault[] = [
    { act: 'append', file: 'journal.jsonl', from: 2, code: 'ENOSPC' },
    { act: 'append', file: 'journal.jsonl', from: 4, code: 'ENOSPC' },
    { act: 'append', file: 'journal.jsonl', from: 6, code: 'EIO' },
  ];
  it.each(journalFaults)(
    'at the journal stops it at once, and counts only what was kept: %j',
    async (fault) => {
      const { fileSystem } = faultyDisk(fault);
      const folder = await newRunFolder({ fileSystem });
      const models = fakeModels();
      const run = drive(one, recordsOf(2000), { openModel: models.openModel, folder, total: 2000 });
      // Each answer is written before the next is given, so that the fault comes at a record that is known.
      let answered = 0;
      while (run.of('run_stopping').length === 0) {
        (await models.nextCall()).reply();
        answered += 1;
        while (run.of('record_finished').length < answered && run.of('run_stopping').length === 0)
          await settled();
      }
      const finished = await run.finished;
      expect(finished).toMatchObject({
        state: 'stopped',
        reason: { kind: 'local', code: 'run_folder_failed' },
        counts: { total: 2000, succeeded: answered - 1, failed: 0, pending: 2000 - (answered - 1) },
      });
      expect(finished.reason?.message).toContain(`the run folder ${folder.path} could not be written: `);
      expect(run.of('run_stopping')).toMatchObject([{ how: 'aborting' }]);
      expect(models.seen.inFlight).toBe(0);
      expect(await jsonLines(join(folder.path, 'results.jsonl'))).toHaveLength(answered - 1);
      expect(await jsonFile(join(folder.path, 'run.json'))).toMatchObject({
        state: 'stopped',
        reason: { kind: 'local' },
        counts: finished.counts,
        journal_bytes: null,
      });
    },
  );

  const endFaults: readonly Fault[] = [
    { act: 'sync', file: 'journal.jsonl', from: 2, code: 'EIO' },
    { act: 'close', file: 'journal.jsonl', from: 2, code: 'EIO' },
    { act: 'openToRead', file: 'journal.jsonl', from: 1, code: 'EACCES' },
    { act: 'append', file: 'results.jsonl.tmp', from: 1, code: 'ENOSPC' },
    { act: 'create', file: 'errors.jsonl.tmp', from: 1, code: 'EMFILE' },
    { act: 'rename', file: 'usage.json', from: 1, code: 'EACCES' },
  ];
  it.each(endFaults)('at the end is told, and in run.json too: %j', async (fault) => {
    const { fileSystem } = faultyDisk(fault);
    const folder = await newRunFolder({ fileSystem });
    const run = drive(one, recordsOf(5), { openModel: instantModels(), folder });
    const finished = await run.finished;
    const reason = { kind: 'local', code: 'run_folder_failed', message: expect.stringContaining(fault.code) };
    expect(finished).toMatchObject({
      state: 'stopped',
      reason,
      counts: { total: 5, succeeded: 5, pending: 0 },
    });
    const ofJournal = fault.act === 'openToRead' ? ['errors.jsonl', 'results.jsonl'] : [];
    const files = fault.file === 'journal.jsonl' ? ofJournal : [fault.file.replace('.tmp', '')];
    expect((finished.unwritten?.files ?? []).toSorted()).toEqual(files);
    expect(await jsonFile(join(folder.path, 'run.json'))).toMatchObject({ state: 'stopped', reason });
  });

  it('before the first record lets none begin', async () => {
    const { fileSystem } = faultyDisk({
      act: 'openToAppend',
      file: 'journal.jsonl',
      from: 1,
      code: 'EMFILE',
    });
    const folder = await newRunFolder({ fileSystem });
    const models = fakeModels();
    const run = drive(one, recordsOf(5), { openModel: models.openModel, folder, total: 5 });
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'local', code: 'run_folder_failed' },
      counts: { total: 5, pending: 5 },
    });
    expect(models.opened).toEqual([]);
  });

  it('at run.json is told', async () => {
    const { fileSystem } = faultyDisk({ act: 'append', file: 'run.json.tmp', from: 2, code: 'ENOSPC' });
    const folder = await newRunFolder({ fileSystem });
    const run = drive(one, recordsOf(5), { openModel: instantModels(), folder });
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'local' },
      unwritten: { files: ['run.json'], gone: false },
    });
    expect(await jsonLines(join(folder.path, 'results.jsonl'))).toHaveLength(5);
    expect(await readdir(folder.path)).not.toContain('run.json.tmp');
  });

  it('tells why a run stopped before, where the disk is not the reason', async () => {
    const { fileSystem } = faultyDisk({ act: 'rename', file: 'usage.json', from: 1, code: 'EACCES' });
    const folder = await newRunFolder({ fileSystem });
    const openModel = instantModels(() => failed({ code: 'rejected_key', scope: 'run' }));
    const run = drive(one, recordsOf(5), { openModel, folder });
    // Results that may be lost come before all else.
    expect(await run.finished).toMatchObject({ reason: { kind: 'local' } });
  });

  it('is told when the folder is taken away', async () => {
    const folder = await newRunFolder();
    const models = fakeModels();
    const run = drive(one, recordsOf(50), { openModel: models.openModel, folder });
    (await models.nextCall()).reply();
    await rm(folder.path, { recursive: true });
    const answers = (async () => {
      while (run.of('run_finished').length === 0) (await models.nextCall()).reply();
    })();
    const finished = await run.finished;
    expect(finished.reason?.message).toBe(
      `the run folder ${folder.path} could not be written: it or a file in it is gone (ENOENT)`,
    );
    expect(finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'local' },
      unwritten: { files: expect.arrayContaining(['results.jsonl', 'run.json']) as unknown, gone: true },
    });
    void answers;
  });

  it.each([
    ['taken away', undefined],
    ['replaced', 'mine'],
  ])('is told when the journal is %s', async (_, replacement) => {
    const folder = await newRunFolder();
    const models = fakeModels();
    const run = drive(one, recordsOf(1), { openModel: models.openModel, folder });
    const call = await models.nextCall();
    const journal = join(folder.path, 'journal.jsonl');
    await unlink(journal);
    if (replacement !== undefined) await writeFile(journal, replacement);
    call.reply();
    const finished = await run.finished;
    expect(finished).toMatchObject({ state: 'stopped', reason: { kind: 'local' } });
    expect(finished.reason?.message).toContain('it or a file in it is gone');
  });
});

describe('fifty thousand records', () => {
  it('leave nothing behind in memory but their keys and places', async () => {
    const folder = await newRunFolder();
    const count = 50_000;
    async function* many() {
      for (let index = 0; index < count; index++) yield record(index, { id: index, text: 'x'.repeat(200) });
    }
    let most = 0;
    const finished: RunFinished[] = [];
    let told = 0;
    const options = { env: {}, openModel: instantModels(() => answer('y'.repeat(200))), folder };
    const wide = plan([step('one')], { concurrency: 256 });
    for await (const event of runPipeline(wide, many(), options)) {
      told += 1;
      if (told % 20_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed);
      if (event.type === 'run_finished') finished.push(event);
    }
    expect(finished).toMatchObject([{ counts: { total: count, succeeded: count } }]);
    // The rows alone are 30 MB; a run that held them, or their events, would hold several times that.
    expect(most).toBeLessThan(160e6);
    let rows = 0;
    for await (const row of folder.results()) {
      if (row.index !== rows) throw new Error(`row ${row.index} stands where ${rows} should`);
      rows += 1;
    }
    expect(rows).toBe(count);
  });
});
