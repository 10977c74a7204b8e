import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { success } from '../../src/result.ts';
import type { StepProgram, UnreadyTool } from '../../src/steps/step.ts';
import type { ToolError, ToolServices } from '../../src/tools/tool.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { manualClock, settled } from './support/clock.ts';
import { drive } from './support/drive.ts';
import { fakeModels, instantModels } from './support/fake-models.ts';
import { fakeTools } from './support/fake-tools.ts';
import { faultyDisk } from './support/faulty-disk.ts';
import { asking, plan, recordsOf, step } from './support/plans.ts';
import { jsonLines, newRunFolder } from './support/run-folders.ts';

const openModel = instantModels();
const secret = 'hunter2-hunter2';

describe('the tools of a run', () => {
  it('are never more at work than `concurrency`, over all records and steps, the oldest record first', async () => {
    const tools = fakeTools();
    const one = plan([step('one', { program: tools.calling(['a', 'b']) })], { concurrency: 3 });
    const run = drive(one, recordsOf(4), { openModel });
    await settled();
    expect(tools.seen).toEqual({ inFlight: 3, most: 3, calls: 3 });
    const order: string[] = [];
    for (let call = 0; call < 8; call += 1) {
      const next = await tools.nextCall();
      order.push(`${next.record} ${next.name}`);
      next.give(next.name);
    }
    expect(order).toEqual(['r0 a', 'r0 b', 'r1 a', 'r1 b', 'r2 a', 'r2 b', 'r3 a', 'r3 b']);
    const finished = await run.finished;
    expect(tools.seen.most).toBe(3);
    expect(finished).toMatchObject({ tool_calls: { total: 8, failed: 0 }, counts: { succeeded: 4 } });
    expect(run.of('record_finished')[0]).toMatchObject({ output: { one: ['a', 'b'] } });
  });

  it('hold no slot of the models', async () => {
    const tools = fakeTools();
    const models = fakeModels();
    const both = plan([step('use', { program: tools.calling(['a']) }), step('ask')], { concurrency: 1 });
    const run = drive(both, recordsOf(1), { openModel: models.openModel });
    const tool = await tools.nextCall();
    (await models.nextCall()).reply();
    tool.give(1);
    expect((await run.finished).counts.succeeded).toBe(1);
  });

  it('free their slot when they fail', async () => {
    const tools = fakeTools();
    const one = plan([step('one', { program: tools.calling(['a']) })], { concurrency: 1 });
    const run = drive(one, recordsOf(2), { openModel });
    (await tools.nextCall()).fail({ message: 'no such order' });
    (await tools.nextCall()).give('found');
    expect(await run.finished).toMatchObject({ tool_calls: { total: 2, failed: 1 } });
    expect(run.of('record_finished')).toMatchObject([
      { output: { one: ['no such order'] } },
      { output: { one: ['found'] } },
    ]);
  });

  it('end the run where one throws, which is a mistake of ours, and free its slot', async () => {
    const tools = fakeTools();
    const one = plan([step('one', { program: tools.calling(['a']) })], { concurrency: 1 });
    const run = drive(one, recordsOf(2), { openModel });
    (await tools.nextCall()).explode('oh');
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'local', code: 'internal_error' },
      counts: { pending: 1 },
    });
  });

  it('are told of when they have finished, with the time that they took', async () => {
    const tools = fakeTools();
    const clock = manualClock();
    const one = plan([step('one', { program: tools.calling(['a', 'b']) })], { concurrency: 1 });
    const run = drive(one, recordsOf(1), { openModel, now: clock.now, sleep: clock.sleep });
    const first = await tools.nextCall();
    await clock.advance(200);
    first.give(1);
    const second = await tools.nextCall();
    await clock.advance(50);
    second.fail({ code: 'timed_out' });
    await run.finished;
    expect(run.of('tool_finished')).toEqual([
      { type: 'tool_finished', index: 0, step: 'one', tool: 'a', ok: true, duration: 200 },
      // The wait for a free place is no part of it.
      {
        type: 'tool_finished',
        index: 0,
        step: 'one',
        tool: 'b',
        ok: false,
        code: 'timed_out',
        duration: 50,
      },
    ]);
  });

  it('are none in the counts of a run without tools', async () => {
    const run = drive(plan([step('one')]), recordsOf(1), { openModel });
    expect((await run.finished).tool_calls).toEqual({ total: 0, failed: 0 });
  });
});

describe('the journal', () => {
  it('has a line for each finished call of a tool', async () => {
    const tools = fakeTools();
    const clock = manualClock();
    const folder = await newRunFolder();
    const one = plan([step('one', { program: tools.calling(['a', 'b']) })]);
    const run = drive(one, recordsOf(1), { openModel, folder, now: clock.now, sleep: clock.sleep });
    const [first, second] = [await tools.nextCall(), await tools.nextCall()];
    await clock.advance(20);
    second.fail({ code: 'too_large', message: 'too much' });
    await clock.advance(10);
    first.give({ state: 'sent' });
    await run.finished;
    const [crc, fingerprint] = [
      expect.stringMatching(/^[0-9a-f]{8}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ];
    const call = { crc, type: 'tool', index: 0, step: 'one', fingerprint };
    expect((await jsonLines(join(folder.path, 'journal.jsonl'))).slice(1, 3)).toEqual([
      {
        ...call,
        key: expect.any(String),
        call: 2,
        id: 'call1',
        name: 'b',
        arguments: { at: 1 },
        ok: false,
        error: { code: 'too_large', message: 'too much' },
        duration: 20,
      },
      {
        ...call,
        key: expect.any(String),
        call: 1,
        id: 'call0',
        name: 'a',
        arguments: { at: 0 },
        ok: true,
        result: { state: 'sent' },
        duration: 30,
      },
    ]);
  });

  it('holds nobody up where it fails: a tool that has finished then ends with the run', async () => {
    const { fileSystem } = faultyDisk({ act: 'append', file: 'journal.jsonl', from: 2, code: 'ENOSPC' });
    const folder = await newRunFolder({ fileSystem });
    const tools = fakeTools();
    const one = plan([step('one', { program: tools.calling(['a', 'b']) })], { concurrency: 2 });
    const run = drive(one, recordsOf(3), { openModel, folder });
    (await tools.nextCall()).give(1);
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'local', code: 'run_folder_failed' },
      counts: { succeeded: 0, failed: 0 },
    });
    expect(tools.seen.inFlight).toBe(0);
  });

  it('has none for a call that was ended with the run', async () => {
    const tools = fakeTools();
    const folder = await newRunFolder();
    const abort = new AbortController();
    const one = plan([step('one', { program: tools.calling(['a']) })]);
    const run = drive(one, recordsOf(1), { openModel, folder, abort: abort.signal });
    await tools.nextCall();
    abort.abort();
    expect(await run.finished).toMatchObject({
      state: 'interrupted',
      counts: { pending: 1 },
      // It has not failed: it would have ended well, for all that anyone knows.
      tool_calls: { total: 0, failed: 0 },
    });
    expect(run.of('tool_finished')).toEqual([]);
    expect(await jsonLines(join(folder.path, 'journal.jsonl'))).toMatchObject([
      { type: 'run' },
      { type: 'end' },
    ]);
  });
});

describe('a run that stops', () => {
  it('lets tools at work finish, begins none, and leaves their records pending', async () => {
    const tools = fakeTools();
    const drain = new AbortController();
    const two = [
      step('one', { program: tools.calling(['a', 'b']) }),
      step('two', { after: ['one'], program: tools.calling(['c']) }),
    ];
    const run = drive(plan(two, { concurrency: 1 }), recordsOf(1), { openModel, drain: drain.signal });
    const first = await tools.nextCall();
    drain.abort();
    await settled();
    expect(first.services.signal.aborted).toBe(false);
    first.give(1);
    expect(await run.finished).toMatchObject({
      state: 'interrupted',
      counts: { pending: 1, failed: 0 },
      tool_calls: { total: 1, failed: 0 },
    });
    expect(tools.seen.calls).toBe(1);
  });

  it('completes a record whose last tool was at work', async () => {
    const tools = fakeTools();
    const drain = new AbortController();
    const one = plan([step('one', { program: tools.calling(['a']) })]);
    const run = drive(one, recordsOf(1), { openModel, drain: drain.signal });
    const call = await tools.nextCall();
    drain.abort();
    call.give(1);
    expect((await run.finished).counts).toMatchObject({ succeeded: 1, pending: 0 });
  });

  it('ends tools at work when it is to end at once', async () => {
    const tools = fakeTools();
    const [drain, abort] = [new AbortController(), new AbortController()];
    const one = plan([step('one', { program: tools.calling(['a']) })]);
    const run = drive(one, recordsOf(1), { openModel, drain: drain.signal, abort: abort.signal });
    const call = await tools.nextCall();
    drain.abort();
    abort.abort();
    expect((await run.finished).counts).toMatchObject({ pending: 1, failed: 0 });
    expect(call.services.signal.aborted).toBe(true);
    expect(tools.seen.inFlight).toBe(0);
  });

  it('begins no tool for a record that has failed in another step', async () => {
    const tools = fakeTools();
    const models = fakeModels();
    const both = plan([step('ask'), step('use', { program: tools.calling(['a', 'b']) })], { concurrency: 1 });
    const run = drive(both, recordsOf(1), { openModel: models.openModel });
    const [asked, tool] = [await models.nextCall(), await tools.nextCall()];
    asked.fail({ code: 'server_error' });
    await settled();
    tool.give(1);
    expect((await run.finished).counts.failed).toBe(1);
    expect(tools.seen.calls).toBe(1);
  });
});

describe('tools that could not run', () => {
  const unready = (tool: string, error: Partial<ToolError>): UnreadyTool => ({
    tool,
    error: { code: 'not_started', message: 'it is not there', fatal: true, ...error },
  });

  it('refuse the run before anything is called, all told at once and without secrets', async () => {
    const tools = fakeTools();
    const asked: ToolServices[] = [];
    const program = (found: readonly UnreadyTool[]) => ({
      ...tools.calling(['a'], ['ORDERS']),
      prepare: (services: ToolServices) => {
        asked.push(services);
        return Promise.resolve(found);
      },
    });
    const two = [
      step('one', { program: program([unready('a', {}), unready('b', { message: `says ${secret}` })]) }),
      step('two', { program: program([]) }),
      step('three', { program: program([unready('c', { code: 'timed_out', message: 'too slow' })]) }),
      step('four'),
    ];
    const env = { ORDERS: secret, OTHER: 'x', PATH: '/bin' };
    const { state, reason, counts } = await drive(plan(two), recordsOf(1), { openModel, env, total: 1 })
      .finished;
    expect({ state, reason, counts }).toMatchObject({
      state: 'stopped',
      reason: {
        kind: 'input',
        code: 'tool_not_ready',
        message:
          'the tool `a` of step `one` cannot run: it is not there. ' +
          'the tool `b` of step `one` cannot run: says [redacted]. ' +
          'the tool `c` of step `three` cannot run: too slow',
      },
      counts: { pending: 1 },
    });
    const given = { ORDERS: secret, PATH: '/bin' };
    expect(asked.map(({ env }) => env)).toEqual([given, given, given]);
    expect(tools.seen.calls).toBe(0);
  });

  it('say nothing where they were stopped with the run', async () => {
    const abort = new AbortController();
    const program = {
      ...fakeTools().calling(['a']),
      prepare: () => {
        abort.abort();
        return Promise.resolve([unready('a', { code: 'aborted' })]);
      },
    };
    const run = drive(plan([step('one', { program })]), recordsOf(1), { openModel, abort: abort.signal });
    expect((await run.finished).state).toBe('interrupted');
  });
});

describe('an interrupt while tools are prepared', () => {
  it('ends the run at once, before any record', async () => {
    const drain = new AbortController();
    const program = {
      ...fakeTools().calling(['a']),
      prepare: ({ signal }: ToolServices) =>
        new Promise<readonly UnreadyTool[]>((resolve) => {
          const error = { code: 'aborted', message: 'stopped' } as const;
          signal.addEventListener('abort', () => resolve([{ tool: 'a', error }]), { once: true });
          drain.abort();
        }),
    };
    const run = drive(plan([step('one', { program })]), recordsOf(1), {
      openModel,
      drain: drain.signal,
      total: 1,
    });
    expect(await run.finished).toMatchObject({ state: 'interrupted', counts: { total: 1, pending: 1 } });
  });
});

describe('what tools share', () => {
  it.each(['ends', 'fails'])('is made once a run, and closed when it %s', async (how) => {
    const closed: string[] = [];
    const made: string[] = [];
    const program: StepProgram = {
      ...asking(() => 'x'),
      async execute(_scope, services) {
        await services.tool({
          id: 'x',
          name: 'a',
          arguments: {},
          identity: null,
          run: ({ shared }) => {
            shared.get('thing', () => {
              made.push('thing');
              return { close: () => Promise.resolve(void closed.push('thing')) };
            });
            return how === 'ends' ? Promise.resolve(success(1)) : Promise.reject(new Error('a bug'));
          },
        });
        return success({ output: 1, tool_calls: [], finish_reason: null, usage: zeroUsage });
      },
    };
    const steps = [step('one', { program })];
    await drive(plan(steps, { concurrency: 1 }), recordsOf(2), { openModel }).finished;
    expect({ made, closed }).toEqual({ made: ['thing'], closed: ['thing'] });
  });
});

describe('the environment of tools', () => {
  const env = { PATH: '/bin', HOME: '/home/a', ORDERS: secret, OTHER: 'other-secret', MISTRAL_API_KEY: 'k' };

  it('is what the step names and what any program needs, and nothing else', async () => {
    const tools = fakeTools();
    const two = [
      step('one', { program: tools.calling(['a'], ['ORDERS']) }),
      step('two', { program: tools.calling(['b'], ['OTHER']) }),
    ];
    const run = drive(plan(two), recordsOf(1), { openModel, env });
    const calls = [await tools.nextCall(), await tools.nextCall()];
    expect(Object.fromEntries(calls.map(({ name, services }) => [name, services.env]))).toEqual({
      a: { PATH: '/bin', HOME: '/home/a', ORDERS: secret },
      b: { PATH: '/bin', HOME: '/home/a', OTHER: 'other-secret' },
    });
    for (const call of calls) call.give(1);
    await run.finished;
  });

  it('lacks nothing when the run begins', async () => {
    const tools = fakeTools();
    const two = [
      step('one', { program: tools.calling(['a'], ['ORDERS', 'MISSING']) }),
      step('two', { program: tools.calling(['b'], ['MISSING', 'GONE']) }),
    ];
    const run = drive(plan(two), recordsOf(1), { openModel, env, total: 1 });
    const { state, reason, counts } = await run.finished;
    expect({ state, kind: reason?.kind, code: reason?.code, counts }).toMatchObject({
      state: 'stopped',
      kind: 'input',
      code: 'missing_variable',
      counts: { pending: 1 },
    });
    expect(reason?.message).toBe(
      '`MISSING` is not set, and the tools of steps `one`, `two` need it; ' +
        '`GONE` is not set, and the tools of step `two` need it',
    );
    expect(reason?.hint).toBe(
      'set it by `export MISSING=…`; tools run with `--simulate` too; ' +
        'set it by `export GONE=…`; tools run with `--simulate` too',
    );
    expect(tools.seen.calls).toBe(0);
  });

  it('is nowhere in what the run keeps and tells, in no spelling', async () => {
    const tools = fakeTools();
    const folder = await newRunFolder();
    const one = plan([step('one', { program: tools.calling(['a', 'b'], ['ORDERS']) })]);
    const run = drive(one, recordsOf(1), { openModel, env, folder });
    const calls = [await tools.nextCall(), await tools.nextCall()];
    calls[0]?.give({ said: `Bearer ${secret}`, [secret]: [Buffer.from(secret).toString('base64')] });
    calls[1]?.fail({ message: `the token ${encodeURIComponent(secret)} has expired` });
    await run.finished;
    expect(run.of('record_finished')[0]).toMatchObject({
      output: {
        one: [
          { said: 'Bearer [redacted]', '[redacted]': ['[redacted]'] },
          'the token [redacted] has expired',
        ],
      },
    });
    for (const name of ['journal.jsonl', 'results.jsonl', 'run.json']) {
      const text = await readFile(join(folder.path, name), 'utf8');
      expect(text).not.toMatch(/hunter2|aHVudGVyMi/);
    }
  });
});
