import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { batched } from '../../src/batched.ts';
import { success } from '../../src/result.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { holdRun } from '../../src/run/earlier-run.ts';
import { nodeFileSystem, type FileSystem } from '../../src/run/file-system.ts';
import type { OpenModel } from '../../src/run/options.ts';
import { runPipeline } from '../../src/run/run.ts';
import type { StepProgram, StepValue } from '../../src/steps/step.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { manualClock, settled } from './support/clock.ts';
import { drive } from './support/drive.ts';
import { answer, failed, fakeModels, instantModels, limited, promptOf, size } from './support/fake-models.ts';
import { newRunFolder } from './support/run-folders.ts';
import { asking, idOf, plan, record, recordsOf, settings, source, step, template } from './support/plans.ts';

describe('runPipeline', () => {
  it('tells a whole run in order', async () => {
    const models = fakeModels();
    const run = drive(plan([step('one')]), recordsOf(1), { openModel: models.openModel, total: 1 });
    const call = await models.nextCall();
    expect(call).toMatchObject({ prompt: 'one r0', step: 'one', settings });
    call.reply('hello');
    const finished = await run.finished;
    const [{ key } = { key: '' }] = run.of('record_started');
    expect(key).toMatch(/^[0-9a-f]{16}$/);
    expect(call.record).toBe(key);
    expect(run.events).toMatchObject([
      { type: 'run_started', pipeline: 'test', total: 1, concurrency: 2, simulated: false },
      { type: 'record_started', index: 0, key },
      {
        type: 'call_finished',
        finish_reason: 'stop',
        index: 0,
        step: 'one',
        call: 1,
        model: 'small',
        resolved_model: 'small-2603',
        ok: true,
        usage: { requests: 1, total_tokens: 15, cost_usd: 0.00002 },
      },
      { type: 'step_finished', index: 0, step: 'one', outcome: 'succeeded' },
      {
        type: 'record_finished',
        outcome: 'succeeded',
        sequence: 0,
        index: 0,
        line: 1,
        key,
        output: { id: 'r0', one: 'hello' },
      },
      {
        type: 'run_finished',
        state: 'completed',
        counts: { total: 1, succeeded: 1, failed: 0, skipped: 0, pending: 0 },
        failed: false,
      },
    ]);
    expect(finished.usage.total).toMatchObject({ records: 1, requests: 1, cost_usd: 0.00002 });
    expect(models.seen.closed).toBe(1);
  });

  it('runs no record at all', async () => {
    const run = drive(plan([step('one')]), [], { openModel: instantModels() });
    expect(await run.finished).toMatchObject({
      state: 'completed',
      failed: false,
      counts: { total: 0, succeeded: 0, failed: 0, skipped: 0, pending: 0 },
    });
  });

  it('does nothing before the first event is asked for, and nothing more after it has been left', async () => {
    const models = fakeModels();
    const { records, seen } = source(recordsOf(3));
    const events = runPipeline(plan([step('one')]), records, { env: {}, openModel: models.openModel });
    await settled();
    expect([seen.pulled, models.opened.length]).toEqual([0, 0]);
    const iterator = events[Symbol.asyncIterator]();
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    expect(models.opened.length).toBe(0);
  });

  it('opens one client for equal settings', async () => {
    const models = fakeModels();
    const hot = { ...settings, parameters: { temperature: 1 } };
    const cold = { ...settings, parameters: { temperature: 0 } };
    const other = { ...settings, name: 'large' };
    const elsewhere = { ...settings, base_url: 'http://127.0.0.1:1' };
    const ofStep = [hot, cold, hot, other, elsewhere];
    const steps = ofStep.map((model, at) => step(`s${at}`, { model }));
    const run = drive(plan(steps), [], { openModel: models.openModel });
    await run.finished;
    expect(models.opened.map((one) => one.settings)).toEqual([hot, cold, other, elsewhere]);
    expect(models.opened[0]?.services).toMatchObject({ connections: 2, retry: { attempts: 3 } });
    expect(models.seen.closed).toBe(4);
  });

  it('holds back by one gate all calls to a model, whatever their parameters, and no others', async () => {
    const models = fakeModels();
    const clock = manualClock();
    const cold = { ...settings, parameters: { temperature: 0 } };
    const other = { ...settings, name: 'large' };
    const elsewhere = { ...settings, base_url: 'http://127.0.0.1:1' };
    const steps = [settings, cold, settings, other, elsewhere].map((model, at) => step(`s${at}`, { model }));
    const run = drive(plan(steps, { concurrency: 5 }), recordsOf(1), {
      openModel: models.openModel,
      now: clock.now,
      sleep: clock.sleep,
    });
    const calls = await Promise.all(steps.map(() => models.nextCall()));
    const [first] = calls;
    const permit = await first?.gate.admit(size, first.signal);
    expect(permit?.ok && permit.value.settle(limited(30_000))).toBe('free');
    const passed: string[] = [];
    for (const { step: id, gate, signal } of calls) {
      Promise.resolve(gate.admit(size, signal)).then(
        () => passed.push(id),
        () => undefined,
      );
    }
    await settled();
    expect(passed.sort()).toEqual(['s3', 's4']);
    await clock.advance(30_000);
    expect(passed.length).toBe(3);
    for (const call of calls) call.reply();
    expect((await run.finished).counts.succeeded).toBe(1);
  });

  it('sends every model to the simulator it is given, with that one’s key only', async () => {
    const models = fakeModels();
    const model = { ...settings, base_url: 'https://example.com/v1', api_key_env: 'SECRET' };
    const run = drive(plan([step('one', { model })]), [], {
      openModel: models.openModel,
      env: { SECRET: 'secret' },
      simulator: { base_url: 'http://127.0.0.1:9', api_key: 'simulated' },
    });
    await run.finished;
    expect(models.opened[0]?.settings).toEqual({ ...settings, base_url: 'http://127.0.0.1:9' });
    expect(models.opened[0]?.services.api_key).toBe('simulated');
    expect(run.events[0]).toMatchObject({ type: 'run_started', simulated: true });
  });

  it('tells of every missing key before anything is called', async () => {
    const key = (name: string) => ({
      ...settings,
      provider: 'mistralai',
      base_url: 'https://example.com/v1',
      api_key_env: name,
    });
    const steps = [
      step('one', { model: key('FIRST_KEY') }),
      step('two', { model: key('SECOND_KEY') }),
      step('three', { model: key('FIRST_KEY') }),
      step('four', { model: key('SET_KEY') }),
    ];
    const { records, seen } = source(recordsOf(3));
    const run = drive(plan(steps), records, { env: { SET_KEY: 'a-key-that-is-set' }, total: 3 });
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'input', code: 'missing_api_key' },
      counts: { total: 3, pending: 3 },
    });
    expect(finished.reason?.message.match(/`FIRST_KEY` is not set/g)).toHaveLength(1);
    expect(finished.reason?.message).toContain('`SECOND_KEY` is not set');
    expect(finished.reason?.message).not.toContain('`SET_KEY`');
    expect(run.events.map(({ type }) => type)).toEqual(['run_started', 'run_finished']);
    expect(seen.pulled).toBe(0);
  });

  it('ends with a reason when a client cannot be opened', async () => {
    const run = drive(plan([step('one')]), recordsOf(1), {
      openModel: () => Promise.reject(new Error('no such module')),
    });
    expect((await run.finished).reason).toEqual({
      kind: 'local',
      code: 'internal_error',
      message: 'a mistake in pipe itself, please report it: no such module',
    });
  });
});

describe('a mistake of pipe’s own', () => {
  it('in a run’s last steps is thrown at the end, and is nobody’s before, however busy the consumer is', async () => {
    const unhandled: unknown[] = [];
    const heard = (error: unknown) => void unhandled.push(error);
    process.prependListener('unhandledRejection', heard);
    onTestFinished(() => void process.off('unhandledRejection', heard));
    const folder = await newRunFolder();
    let over = () => {};
    const isOver = new Promise<void>((resolve) => (over = resolve));
    const broken = {
      ...folder,
      release() {
        over();
        return Promise.reject(new Error('a mistake'));
      },
    };
    const options = { env: {}, openModel: instantModels(), folder: broken };
    const events: string[] = [];
    const run = async () => {
      for await (const { type } of runPipeline(plan([step('one')]), source(recordsOf(1)).records, options)) {
        events.push(type);
        // The run comes to its end meanwhile.
        if (type === 'record_finished') await isOver;
        await settled();
      }
    };
    await expect(run()).rejects.toThrow('a mistake');
    expect(events.at(-1)).toBe('run_finished');
    expect(unhandled).toEqual([]);
  });

  it('in the opening of a model leaves no file open', async () => {
    let open = 0;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      async openToRead(path) {
        const file = await nodeFileSystem.openToRead(path);
        open += 1;
        return {
          ...file,
          async close() {
            open -= 1;
            await file.close();
          },
        };
      },
    };
    const one = plan([step('one')]);
    const folder = await newRunFolder({ fileSystem }, one);
    const failing = instantModels((prompt) => (prompt === 'one r1' ? failed() : answer('ok')));
    await drive(one, recordsOf(2), { openModel: failing, folder }).finished;
    const held = await holdRun(folder.path, { fileSystem });
    const meta = { plan: one, input: { path: null, sha256: null }, simulated: false };
    const again = held.ok ? await held.value?.resume(meta, { force: false }) : undefined;
    if (again?.ok !== true) throw new Error('the run cannot be gone on with');
    const openModel = () => Promise.reject(new Error('cannot open'));
    const { reason } = await drive(one, recordsOf(2), { openModel, folder: again.value }).finished;
    expect(reason?.message).toContain('cannot open');
    expect(open).toBe(0);
  });
});

describe('the window', () => {
  it('reaches the concurrency, never exceeds it, and pulls a record only when there is room', async () => {
    const models = fakeModels();
    const { records, seen } = source(recordsOf(20));
    const run = drive(plan([step('one')], { concurrency: 4 }), records, { openModel: models.openModel });
    for (let answered = 0; answered < 20; answered++) {
      const call = await models.nextCall();
      await settled();
      const expected = Math.min(4, 20 - answered);
      expect(models.seen.inFlight).toBe(expected);
      expect(seen.pulled).toBe(Math.min(20, answered + 4));
      call.reply();
    }
    expect((await run.finished).counts.succeeded).toBe(20);
    expect(models.seen.most).toBe(4);
    expect(seen.closed).toBe(true);
  });

  it('is not held up by a slow record', async () => {
    const models = fakeModels();
    const run = drive(plan([step('one')], { concurrency: 2 }), recordsOf(10), {
      openModel: models.openModel,
    });
    const slow = await models.nextCall();
    for (let other = 1; other < 10; other++) (await models.nextCall()).reply();
    await settled();
    expect(run.of('record_finished').map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    slow.reply();
    expect((await run.finished).counts.succeeded).toBe(10);
  });

  it('finishes the steps of older records before it begins new records', async () => {
    const models = fakeModels();
    const steps = [step('one'), step('two', { after: ['one'] })];
    const { records, seen } = source(recordsOf(6));
    const run = drive(plan(steps, { concurrency: 2 }), records, { openModel: models.openModel });
    const order: string[] = [];
    for (let calls = 0; calls < 12; calls++) {
      const call = await models.nextCall();
      order.push(call.prompt);
      // Two records are in flight, whatever step they are at, and no other is begun.
      expect(seen.pulled - run.of('record_finished').length).toBeLessThanOrEqual(2);
      call.reply();
      await settled();
    }
    expect(order.slice(0, 4)).toEqual(['one r0', 'one r1', 'two r0', 'two r1']);
    expect((await run.finished).counts.succeeded).toBe(6);
  });

  it('gives a slot to the oldest record when steps outnumber the slots', async () => {
    const models = fakeModels();
    const steps = [step('a'), step('b'), step('c'), step('d', { after: ['a', 'b', 'c'] })];
    const { records, seen } = source(recordsOf(2));
    const run = drive(plan(steps, { concurrency: 2 }), records, { openModel: models.openModel });
    const pulled: number[] = [];
    const order: string[] = [];
    for (let calls = 0; calls < 8; calls++) {
      const call = await models.nextCall();
      await settled();
      order.push(call.prompt);
      pulled.push(seen.pulled);
      call.reply();
    }
    expect(order.slice(0, 3)).toEqual(['a r0', 'b r0', 'c r0']);
    // Three steps of the first record take more than there is room for: the second waits.
    expect(pulled[0]).toBe(1);
    expect(order.indexOf('d r0')).toBeLessThan(order.indexOf('c r1'));
    await run.finished;
    expect(models.seen.most).toBe(2);
  });

  it('counts a step that is busy without a call', async () => {
    const working = new Set<() => void>();
    const program: StepProgram = {
      ...asking(() => ''),
      execute: () =>
        new Promise((resolve) => {
          const value: StepValue = { output: 1, tool_calls: [], finish_reason: null, usage: zeroUsage };
          working.add(() => resolve(success(value)));
        }),
    };
    const { records, seen } = source(recordsOf(9));
    const run = drive(plan([step('busy', { program })], { concurrency: 3 }), records, {
      openModel: instantModels(),
    });
    for (let round = 0; round < 3; round++) {
      await settled();
      expect([working.size, seen.pulled]).toEqual([3, 3 * (round + 1)]);
      for (const end of working) end();
      working.clear();
    }
    expect((await run.finished).counts.succeeded).toBe(9);
  });

  it('tells in batches what it tells one by one', async () => {
    const run = () =>
      runPipeline(plan([step('one')], { concurrency: 4 }), source(recordsOf(500)).records, {
        env: {},
        openModel: instantModels(),
        now: () => 0,
      });
    const single: RunEvent[] = [];
    for await (const event of run()) single.push(event);
    const inBatches: (readonly RunEvent[])[] = [];
    for await (const batch of run().inBatches()) inBatches.push(batch);
    expect(inBatches.flat()).toEqual(single);
    expect(inBatches.length).toBeLessThan(single.length / 4);
  });

  it('ends at once when a consumer of batches leaves', async () => {
    const models = fakeModels();
    const { records, seen } = source(recordsOf(500));
    const events = runPipeline(plan([step('one')], { concurrency: 4 }), records, {
      env: {},
      openModel: models.openModel,
    });
    for await (const batch of events.inBatches()) if (batch.length > 0) break;
    const { pulled } = seen;
    await settled();
    expect([seen.pulled, pulled < 500]).toEqual([pulled, true]);
    for await (const batch of events.inBatches()) expect(batch).toBe('never');
  });

  it.each([1, 64, 600])(
    'tells every event of records that come in batches and are answered in bursts, %i at a time',
    async (concurrency) => {
      const waiting: (() => void)[] = [];
      const openModel: OpenModel = async () => ({
        call: () =>
          new Promise((resolve) => {
            waiting.push(() => resolve(answer('ok')));
          }),
        close: async () => {},
      });
      const records = recordsOf(2000);
      const chunks = async function* () {
        for (let at = 0; at < records.length; at += 700) yield records.slice(at, at + 700);
      };
      const events: RunEvent[] = [];
      const run = async () => {
        const told = runPipeline(plan([step('one')], { concurrency }), batched(chunks()), {
          env: {},
          openModel,
        });
        for await (const batch of told.inBatches()) events.push(...batch);
      };
      const running = run();
      while (events.at(-1)?.type !== 'run_finished') {
        for (const reply of waiting.splice(0)) reply();
        await settled();
      }
      await running;
      expect(events.at(-1)).toMatchObject({ type: 'run_finished', counts: { succeeded: 2000, pending: 0 } });
      expect(events.length).toBe(2 + 4 * 2000);
    },
  );

  it.each(['one by one', 'in batches'])(
    'begins the next step of a record before another record, where records come %s',
    async (how) => {
      const models = fakeModels();
      const records = recordsOf(4);
      const steps = [step('a'), step('b'), step('c', { after: ['a'] })];
      const items = how === 'in batches' ? batched(inOneBatch(records)) : source(records).records;
      const run = drive(plan(steps, { concurrency: 2 }), items, { openModel: models.openModel });
      const asked: string[] = [];
      for (let nth = 0; nth < 12; nth++) {
        const call = await models.nextCall();
        asked.push(call.step);
        call.reply();
      }
      await run.finished;
      expect(asked.join('')).toBe('abcabcabcabc');
    },
  );

  it('waits for a consumer who lags behind, with a bounded number of events', async () => {
    const { records, seen } = source(recordsOf(5000));
    const iterator = runPipeline(plan([step('one')], { concurrency: 4 }), records, {
      env: {},
      openModel: instantModels(),
    })[Symbol.asyncIterator]();
    await iterator.next();
    for (let turns = 0; turns < 20; turns++) await settled();
    // Four events a record.
    expect(seen.pulled).toBeGreaterThan(200);
    expect(seen.pulled).toBeLessThan(300);
    let told = 1;
    while ((await iterator.next()).done !== true) told += 1;
    expect(told).toBe(2 + 4 * 5000);
  });

  it('keeps its bounds and counts under any order of answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom('ok', 'fail', 'skip', 'invalid', 'duplicate', 'bad'), { maxLength: 25 }),
        async (scheduler, concurrency, kinds) => {
          let inFlight = 0;
          let most = 0;
          const openModel: OpenModel = async () => ({
            async call(request) {
              inFlight += 1;
              most = Math.max(most, inFlight);
              await scheduler.schedule(Promise.resolve());
              inFlight -= 1;
              return promptOf(request).includes('fail') ? failed() : answer('ok');
            },
            async close() {},
          });
          const items = kinds.map((kind, index) =>
            kind === 'bad'
              ? ({
                  ok: false,
                  index,
                  line: index + 1,
                  raw: `{${index}`,
                  error: { code: 'invalid_json', message: 'x' },
                } as const)
              : record(index, { id: kind === 'duplicate' ? 'same' : `${kind}${index}`, kind }),
          );
          const input = {
            key: 'id',
            when: template((scope) => !idOf(scope).startsWith('skip')),
            validate: ({ kind }: { readonly kind?: unknown }) => (kind === 'invalid' ? ['is invalid'] : []),
          };
          const steps = [step('a'), step('b'), step('c', { after: ['a', 'b'] })];
          const run = drive(plan(steps, { concurrency, input }), items, { openModel });
          while (run.of('run_finished').length === 0) {
            if (scheduler.count() > 0) await scheduler.waitOne();
            await settled();
          }
          const { counts } = await run.finished;
          const count = (kind: string) => kinds.filter((one) => one === kind).length;
          expect(counts).toEqual({
            total: kinds.length,
            succeeded: count('ok') + Math.min(1, count('duplicate')),
            failed: count('fail') + count('invalid') + count('bad') + Math.max(0, count('duplicate') - 1),
            skipped: count('skip'),
            pending: 0,
          });
          expect(most).toBeLessThanOrEqual(concurrency);
          const sequences = run.of('record_finished').map(({ sequence }) => sequence);
          expect(sequences.sort((one, other) => one - other)).toEqual(kinds.map((_, index) => index));
        },
      ),
      { numRuns: 60 },
    );
  });
});

async function* inOneBatch<Item>(items: readonly Item[]) {
  yield items;
}
