import { describe, expect, it } from 'vitest';
import { runPipeline } from '../../src/run/run.ts';
import type { RunFinished } from '../../src/run/events.ts';
import { manualClock, settled } from './support/clock.ts';
import { drive, type Drive } from './support/drive.ts';
import { answer, failed, fakeModels, instantModels, limited, size } from './support/fake-models.ts';
import { plan, recordsOf, settings, source, step } from './support/plans.ts';

const chain = [step('one'), step('two', { after: ['one'] })];

function addsUp({ counts }: RunFinished): boolean {
  return counts.total === counts.succeeded + counts.failed + counts.skipped + counts.pending;
}

function stopping(run: Drive) {
  return run.of('run_stopping').map(({ how, reason }) => `${how}: ${reason.kind}`);
}

describe('drain', () => {
  it('finishes the calls in flight, keeps what they complete, and leaves the rest pending', async () => {
    const models = fakeModels();
    const drain = new AbortController();
    const { records, seen } = source(recordsOf(10));
    const run = drive(plan(chain, { concurrency: 2 }), records, {
      openModel: models.openModel,
      drain: drain.signal,
      total: 10,
    });
    (await models.nextCall()).reply();
    const second = await models.nextCall();
    const ofLastStep = await models.nextCall();
    expect([second.prompt, ofLastStep.prompt]).toEqual(['one r1', 'two r0']);
    drain.abort();
    await settled();
    expect(ofLastStep.signal.aborted).toBe(false);
    second.reply();
    ofLastStep.reply();
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'interrupted',
      reason: { kind: 'interrupted', code: 'interrupted' },
      counts: { total: 10, succeeded: 1, failed: 0, pending: 9 },
      usage: { total: { requests: 3, records: 2 } },
    });
    expect(models.seen.calls).toBe(3);
    expect(stopping(run)).toEqual(['draining: interrupted']);
    expect(seen).toEqual({ pulled: 2, closed: true });
    expect(run.of('step_finished').map(({ index, step }) => [index, step])).toEqual([
      [0, 'one'],
      [1, 'one'],
      [0, 'two'],
    ]);
  });

  it('refuses calls that wait for a slot', async () => {
    const models = fakeModels();
    const drain = new AbortController();
    const wide = [step('a'), step('b'), step('c')];
    const run = drive(plan(wide, { concurrency: 1 }), recordsOf(2), {
      openModel: models.openModel,
      drain: drain.signal,
    });
    const call = await models.nextCall();
    drain.abort();
    call.reply();
    expect((await run.finished).counts).toEqual({
      total: 1,
      succeeded: 0,
      failed: 0,
      skipped: 0,
      pending: 1,
    });
    expect(models.seen.calls).toBe(1);
    expect(run.of('call_finished')).toHaveLength(1);
  });

  it('before the run begins nothing', async () => {
    const { records, seen } = source(recordsOf(3));
    const run = drive(plan(chain), records, {
      openModel: instantModels(),
      drain: AbortSignal.abort(),
      total: 3,
    });
    expect(await run.finished).toMatchObject({ state: 'interrupted', counts: { total: 3, pending: 3 } });
    expect(seen.pulled).toBe(0);
    expect(run.events.map(({ type }) => type)).toEqual(['run_started', 'run_stopping', 'run_finished']);
  });

  it('does not wait for an input that hangs', async () => {
    const models = fakeModels();
    const drain = new AbortController();
    const run = drive(plan(chain), source(recordsOf(1), 'hangs').records, {
      openModel: models.openModel,
      drain: drain.signal,
    });
    (await models.nextCall()).reply();
    (await models.nextCall()).reply();
    await settled();
    drain.abort();
    expect(await run.finished).toMatchObject({ state: 'interrupted', counts: { total: 1, succeeded: 1 } });
  });

  it('after the last record is through has interrupted nothing', async () => {
    const models = fakeModels();
    const drain = new AbortController();
    const run = drive(plan([step('one')]), recordsOf(2), {
      openModel: models.openModel,
      drain: drain.signal,
      total: 2,
    });
    const calls = [await models.nextCall(), await models.nextCall()];
    await settled();
    drain.abort();
    for (const call of calls) call.reply();
    const finished = await run.finished;
    expect(finished).toMatchObject({ state: 'completed', counts: { total: 2, succeeded: 2, pending: 0 } });
    expect(finished.reason).toBeUndefined();
  });

  it('keeps a failure that is the record’s own', async () => {
    const models = fakeModels();
    const drain = new AbortController();
    const run = drive(plan(chain), recordsOf(5), { openModel: models.openModel, drain: drain.signal });
    const [one, other] = [await models.nextCall(), await models.nextCall()];
    drain.abort();
    one.fail({ code: 'invalid_request' });
    other.reply();
    const { counts } = await run.finished;
    expect(counts).toMatchObject({ failed: 1, pending: 1 });
  });
});

describe('abort', () => {
  it('before the run begins nothing, and tells the reason that it was given', async () => {
    const reason = { kind: 'local', code: 'terminal_gone', message: 'the terminal is gone' };
    const run = drive(plan(chain), recordsOf(3), {
      openModel: instantModels(),
      abort: AbortSignal.abort(reason),
      total: 3,
    });
    expect(await run.finished).toMatchObject({ reason, counts: { total: 3, pending: 3 } });
    expect(run.events.map(({ type }) => type)).toEqual(['run_started', 'run_stopping', 'run_finished']);
  });

  it('ends the calls in flight at once, with what they cost', async () => {
    const models = fakeModels();
    const abort = new AbortController();
    const run = drive(plan(chain, { concurrency: 3 }), recordsOf(9), {
      openModel: models.openModel,
      abort: abort.signal,
      total: 9,
    });
    (await models.nextCall()).reply();
    await settled();
    expect(models.seen.inFlight).toBe(3);
    abort.abort();
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'interrupted',
      counts: { total: 9, succeeded: 0, failed: 0, pending: 9 },
      usage: { total: { requests: 4 } },
    });
    expect(models.seen).toMatchObject({ inFlight: 0, closed: 1 });
    expect(stopping(run)).toEqual(['aborting: interrupted']);
  });

  it('follows a drain', async () => {
    const models = fakeModels();
    const [drain, abort] = [new AbortController(), new AbortController()];
    const run = drive(plan(chain), recordsOf(4), {
      openModel: models.openModel,
      drain: drain.signal,
      abort: abort.signal,
    });
    await models.nextCall();
    await settled();
    drain.abort();
    await settled();
    expect(models.seen.inFlight).toBe(2);
    abort.abort();
    const finished = await run.finished;
    expect(stopping(run)).toEqual(['draining: interrupted', 'aborting: interrupted']);
    expect(finished.counts).toEqual({ total: 2, succeeded: 0, failed: 0, skipped: 0, pending: 2 });
  });

  it('waits a second for what does not heed it, and no longer', async () => {
    const models = fakeModels({ deaf: true });
    const abort = new AbortController();
    const clock = manualClock();
    const run = drive(plan([step('one')]), recordsOf(4), {
      openModel: models.openModel,
      abort: abort.signal,
      now: clock.now,
      sleep: clock.sleep,
    });
    const call = await models.nextCall();
    await settled();
    abort.abort();
    await clock.advance(999);
    expect(run.of('run_finished')).toEqual([]);
    await clock.advance(1);
    const finished = await run.finished;
    expect(finished).toMatchObject({ state: 'interrupted', counts: { total: 2, pending: 2 } });
    call.reply();
    await settled();
    expect(run.events.at(-1)).toBe(finished);
  });

  it('takes no failure for the record’s own: the step may have failed because it was ended', async () => {
    const models = fakeModels({ deaf: true });
    const abort = new AbortController();
    const run = drive(plan([step('one')]), recordsOf(1), {
      openModel: models.openModel,
      abort: abort.signal,
    });
    const call = await models.nextCall();
    abort.abort();
    call.fail({ code: 'connection_failed' });
    expect((await run.finished).counts).toMatchObject({ failed: 0, pending: 1 });
  });
});

describe('a consumer who leaves', () => {
  it('ends everything, and nothing is left running', async () => {
    const models = fakeModels();
    const { records, seen } = source(recordsOf(10));
    for await (const event of runPipeline(plan(chain), records, { env: {}, openModel: models.openModel })) {
      if (event.type !== 'record_started') continue;
      await models.nextCall();
      break;
    }
    expect(models.seen).toMatchObject({ inFlight: 0, closed: 1 });
    expect(seen.closed).toBe(true);
    const { calls } = models.seen;
    await settled();
    expect(models.seen.calls).toBe(calls);
  });

  it('may have asked for an event that has not come', async () => {
    const models = fakeModels();
    const events = runPipeline(plan(chain), recordsSource(), { env: {}, openModel: models.openModel });
    const iterator = events[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    await iterator.next();
    const asked = iterator.next();
    await models.nextCall();
    await iterator.return?.();
    expect(await asked).toEqual({ value: undefined, done: true });
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    expect(models.seen.inFlight).toBe(0);
  });

  it('may leave when all is over', async () => {
    const iterator = runPipeline(plan(chain), recordsSource(), { env: {}, openModel: instantModels() })[
      Symbol.asyncIterator
    ]();
    while ((await iterator.next()).done !== true);
    expect(await iterator.return?.()).toEqual({ value: undefined, done: true });
  });
});

function recordsSource() {
  return source(recordsOf(2)).records;
}

describe('a provider that no call can succeed with', () => {
  const rejected = {
    code: 'rejected_key',
    message: 'the key was rejected',
    status: 401,
    scope: 'run',
  } as const;

  it('stops the run with its words, lets the calls in flight finish, and leaves the rest pending', async () => {
    const models = fakeModels();
    const other = { ...settings, name: 'large' };
    const steps = [step('dead'), step('alive', { model: other })];
    const run = drive(plan(steps, { concurrency: 4 }), recordsOf(50), {
      openModel: models.openModel,
      total: 50,
    });
    const calls = await Promise.all(Array.from({ length: 4 }, () => models.nextCall()));
    calls.find((call) => call.step === 'dead')?.fail(rejected);
    await settled();
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([false, false, false, false]);
    expect(run.of('run_finished')).toEqual([]);
    for (const call of calls) call.reply();
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'provider', code: 'rejected_key', message: 'the key was rejected' },
      counts: { total: 50, succeeded: 1, failed: 0, skipped: 0, pending: 49 },
      usage: { total: { requests: 4 } },
    });
    expect(stopping(run)).toEqual(['draining: provider']);
    expect(models.seen.inFlight).toBe(0);
  });

  it('tells the first reason when many calls meet it', async () => {
    const openModel = instantModels((prompt) => failed({ ...rejected, message: prompt }));
    const run = drive(plan([step('one')], { concurrency: 8 }), recordsOf(30), { openModel });
    expect((await run.finished).reason?.message).toBe('one r0');
    expect(run.of('run_stopping')).toHaveLength(1);
  });

  it('can still be interrupted', async () => {
    const models = fakeModels();
    const abort = new AbortController();
    const steps = [step('dead'), step('alive', { model: { ...settings, name: 'large' } })];
    const run = drive(plan(steps), recordsOf(1), { openModel: models.openModel, abort: abort.signal });
    (await models.nextCall()).fail(rejected);
    await settled();
    abort.abort();
    expect(await run.finished).toMatchObject({ state: 'stopped', reason: { kind: 'provider' } });
    expect(stopping(run)).toEqual(['draining: provider', 'aborting: provider']);
  });
});

describe('failures', () => {
  it('stop the run at the first when asked to', async () => {
    const models = fakeModels();
    const run = drive(plan([step('one')], { concurrency: 2 }), recordsOf(10), {
      openModel: models.openModel,
      failFast: true,
      total: 10,
    });
    const [first, second] = [await models.nextCall(), await models.nextCall()];
    first.fail({});
    await settled();
    second.reply();
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: {
        kind: 'failures',
        code: 'too_many_failures',
        message: 'a record has failed, and the run was to stop at the first',
      },
      counts: { total: 10, succeeded: 1, failed: 1, pending: 8 },
      failed: true,
    });
    expect(models.seen.calls).toBe(2);
  });

  it('stop the run at the nth when asked to, those of invalid records counted', async () => {
    const openModel = instantModels((prompt) => (prompt.endsWith('r0') ? failed() : answer('ok')));
    const input = { validate: ({ id }: { readonly id?: unknown }) => (id === 'r3' ? ['no'] : []) };
    const run = drive(plan([step('one')], { concurrency: 1, input }), recordsOf(10), {
      openModel,
      maxFailures: 2,
    });
    const finished = await run.finished;
    expect(finished).toMatchObject({ state: 'stopped', counts: { succeeded: 2, failed: 2 } });
    expect(finished.reason?.message).toBe('2 records have failed, and the run was to stop at so many');
  });

  it('leave a Ctrl-C its time of grace: what they finish is waited for no longer', async () => {
    const models = fakeModels();
    const clock = manualClock();
    const drain = new AbortController();
    const run = drive(plan([step('one')], { concurrency: 2 }), recordsOf(10), {
      openModel: models.openModel,
      failFast: true,
      drain: drain.signal,
      now: clock.now,
      sleep: clock.sleep,
      total: 10,
    });
    const [first] = [await models.nextCall(), await models.nextCall()];
    first.fail({});
    await clock.advance(60_000);
    drain.abort();
    await clock.advance(24_999);
    expect(run.of('run_finished')).toEqual([]);
    await clock.advance(1);
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'failures' },
      counts: { total: 10, failed: 1, pending: 9 },
    });
    expect(stopping(run)).toEqual(['draining: failures', 'draining: failures', 'aborting: failures']);
  });

  it('below the limit do not', async () => {
    const openModel = instantModels((prompt) => (prompt.endsWith('r0') ? failed() : answer('ok')));
    const run = drive(plan([step('one')]), recordsOf(5), { openModel, maxFailures: 2 });
    expect(await run.finished).toMatchObject({ state: 'completed', counts: { succeeded: 4, failed: 1 } });
  });
});

describe('an input that breaks off', () => {
  it('lets the records in flight run to their end', async () => {
    const models = fakeModels();
    const broken = source(recordsOf(2), new Error('rows.jsonl is no valid gzip'));
    const run = drive(plan(chain, { concurrency: 4 }), broken.records, {
      openModel: models.openModel,
      total: 9,
    });
    for (let calls = 0; calls < 4; calls++) (await models.nextCall()).reply();
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: {
        kind: 'input',
        code: 'input_broken',
        message: 'the input broke off after 2 records: rows.jsonl is no valid gzip',
      },
      counts: { total: 9, succeeded: 2, pending: 7 },
    });
    expect(stopping(run)).toEqual(['draining: input']);
  });

  it('may tell so by its last item', async () => {
    const message = 'rows.csv: a quote is never closed';
    async function* records() {
      yield* recordsOf(2);
      yield { ok: false, broken: { severity: 'error', code: 'unclosed-quote', message } } as const;
    }
    const run = drive(plan([step('one')]), records(), { openModel: instantModels(), total: 9 });
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'input', message: `the input broke off after 2 records: ${message}` },
      counts: { total: 9, succeeded: 2, failed: 0, pending: 7 },
    });
  });

  it('may do so before the first record, and without a promise', async () => {
    const records = {
      [Symbol.asyncIterator]: () => ({
        next: (): never => {
          throw new Error('gone');
        },
      }),
    };
    const run = drive(plan(chain), records, { openModel: instantModels() });
    expect((await run.finished).reason?.message).toBe('the input broke off after 0 records: gone');
  });
});

describe('a mistake of ours', () => {
  const reason = {
    kind: 'local',
    code: 'internal_error',
    message: 'a mistake in pipe itself, please report it: oops',
  };

  it('in a client ends the run, and what is in flight is finished', async () => {
    const models = fakeModels();
    const run = drive(plan([step('one')]), recordsOf(9), { openModel: models.openModel });
    const [bad, good] = [await models.nextCall(), await models.nextCall()];
    bad.explode('oops');
    await settled();
    good.reply();
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'stopped',
      reason,
      counts: { total: 2, succeeded: 1, pending: 1 },
    });
  });

  it('in the check of a record ends the run', async () => {
    const input = {
      validate: (): never => {
        throw new Error('oops');
      },
    };
    const run = drive(plan([step('one')], { input }), recordsOf(2), { openModel: instantModels() });
    expect(await run.finished).toMatchObject({ state: 'stopped', reason, counts: { total: 1, pending: 1 } });
  });
});

describe('a model that answers 429', () => {
  it('is told as paused, by its name', async () => {
    const models = fakeModels();
    const clock = manualClock();
    const run = drive(plan([step('one')]), recordsOf(1), {
      openModel: models.openModel,
      now: clock.now,
      sleep: clock.sleep,
      random: () => 0,
    });
    const call = await models.nextCall();
    const permit = await call.gate.admit(size, call.signal);
    expect(permit.ok && permit.value.settle(limited(2000))).toBe('free');
    await settled();
    expect(run.of('model_paused')).toEqual([
      { type: 'model_paused', model: 'small', duration: 2000, reason: 'rate_limited' },
    ]);
    call.reply();
    await run.finished;
    await settled();
    expect(clock.sleeping).toEqual([]);
  });
});

describe('counts', () => {
  it.each([0, 1, 2, 3, 5, 8, 13, 21, 40])(
    'add up when the run is drained after %d answers',
    async (answers) => {
      const models = fakeModels();
      const drain = new AbortController();
      const run = drive(plan(chain, { concurrency: 3 }), recordsOf(15), {
        openModel: models.openModel,
        drain: drain.signal,
        total: 15,
      });
      for (let answered = 0; run.of('run_finished').length === 0; answered++) {
        if (answered === answers) drain.abort();
        await settled();
        if (models.waiting.length === 0) continue;
        const call = await models.nextCall();
        if (answered % 5 === 4) call.fail({});
        else call.reply();
      }
      const end = await run.finished;
      expect(addsUp(end)).toBe(true);
      expect(end.counts.total).toBe(15);
      expect(end.counts.succeeded + end.counts.failed).toBe(run.of('record_finished').length);
    },
  );
});
