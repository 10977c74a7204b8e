import { setMaxListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../src/models/attempt.ts';
import type {
  CallOptions,
  Gate,
  ModelRequest,
  ModelSettings,
  Permit,
  RequestEnd,
  RequestSize,
  Settled,
} from '../../../src/models/contract.ts';
import { callWithRetries } from '../../../src/models/retry.ts';
import { failure, success } from '../../../src/result.ts';
import type { OpenModel } from '../../../src/run/options.ts';
import { createWorkers } from '../../../src/run/workers/workers.ts';
import { zeroUsage } from '../../../src/usage/add.ts';
import { answeredBy, common, completion as plainCompletion, faultOf } from '../../models/attempts.ts';
import { fakeModels, size } from '../support/fake-models.ts';
import { channelThreads } from './support/channel.ts';

const settings: ModelSettings = {
  provider: 'mistralai',
  name: 'small',
  parameters: { temperature: 0, stop: ['\n'] },
  timeout: 60_000,
  idle_timeout: 30_000,
};
const request: ModelRequest = {
  messages: [
    { role: 'system', content: 'Look at it.' },
    { role: 'user', content: [{ type: 'text', text: 'Was ist „das“?' }] },
  ],
  tools: [{ name: 'find', parameters: { type: 'object', properties: { n: { type: 'integer' } } } }],
};
const services = {
  retry: { attempts: 3, max_delay: 60_000 },
  api_key: 'secret-key',
  connections: 16,
  sleep: () => Promise.reject(new Error('of the main thread')),
  random: () => 0,
  now: () => 0,
};
const never = new AbortController().signal;
// Each test's threads listen to it.
setMaxListeners(0, never);

/** A gate that admits everything, and what it was told, in order. */
function recordingGate(answer: (end: RequestEnd) => Settled = () => 'used') {
  const told: string[] = [];
  const sizes: RequestSize[] = [];
  const ends: RequestEnd[] = [];
  const permit: Permit = {
    settle(end) {
      told.push(end.kind);
      ends.push(end);
      return answer(end);
    },
  };
  const gate: Gate = {
    async admit(size) {
      told.push('admit');
      sizes.push(size);
      return success(permit);
    },
  };
  return { gate, told, sizes, ends, permit };
}

function optionsWith(changed: Partial<CallOptions> = {}): CallOptions {
  const { gate } = recordingGate();
  return { signal: never, waiting: never, gate, step: 'translate', record: 'a', ...changed };
}

/** Workers whose threads' clients are opened so. */
function workersOf(open: OpenModel, count = 1) {
  const { start, threads } = channelThreads(open);
  const broken: unknown[] = [];
  const workers = createWorkers({ count, start, broke: (error) => broken.push(error) });
  return { workers, threads, broken, open: () => workers.open(settings, services) };
}

/** A model whose calls go through the one retry policy, with these attempts. */
function scripted(attempts: readonly Attempt[]) {
  const left = [...attempts];
  const requests: AbortSignal[] = [];
  const open: OpenModel = async (_settings, services) => ({
    async call(_request, control) {
      const attempt = async (signal: AbortSignal) => {
        requests.push(signal);
        return left.shift() ?? Promise.reject(new Error('One attempt too many'));
      };
      return (await callWithRetries(attempt, size, services, control)).outcome;
    },
    close: async () => {},
  });
  return { open, requests };
}

const completion = {
  ...plainCompletion,
  tool_calls: [{ id: '1', name: 'find', arguments: '{"n": 1.0}', echo: { signed: 'x' } }],
};
const done = answeredBy(completion);
const fault = (code: 'server_error' | 'rate_limited') => faultOf(code, { status: 500, request_id: 'r1' });
const failedOnce: Attempt = {
  ...common,
  result: { kind: 'failed', fault: fault('server_error'), retry: true },
};
const quota = { requests: 60, requests_left: 0, tokens: null, tokens_left: null };
const limitedOnce: Attempt = {
  ...common,
  retry_after: 1500,
  quota,
  result: { kind: 'limited', fault: fault('rate_limited') },
};

describe('a call in a worker', () => {
  it('is asked what was asked, by a client that was opened so, and answers what was answered', async () => {
    const models = fakeModels();
    const { open, threads } = workersOf(models.openModel);
    const client = await open();
    expect(models.opened.map(({ settings }) => settings)).toEqual([settings]);
    const [opened] = threads.flatMap(({ services }) => services);
    expect(opened).toMatchObject({ retry: services.retry, api_key: 'secret-key', connections: 16 });
    expect(opened?.now()).toBe(7);

    const answered = client.call(request, optionsWith());
    const call = await models.nextCall();
    expect(call).toMatchObject({ request, step: 'translate', record: 'a' });
    expect(call.stream).toBeUndefined();
    call.reply('Ein Haus');
    expect(await answered).toMatchObject({ ok: true, completion: { text: 'Ein Haus' } });
  });

  it('comes as a stream where it is to, and nobody is told', async () => {
    const models = fakeModels();
    const client = await workersOf(models.openModel).open();
    const told: unknown[] = [];
    const answered = client.call(request, optionsWith({ stream: (delta) => told.push(delta) }));
    const call = await models.nextCall();
    call.stream?.({ type: 'text', text: 'Ein' });
    call.reply();
    await answered;
    expect(call.stream).toBeTypeOf('function');
    expect(told).toEqual([]);
  });

  it('fails as it fails there', async () => {
    const models = fakeModels();
    const client = await workersOf(models.openModel).open();
    const answered = client.call(request, optionsWith());
    (await models.nextCall()).fail({ code: 'rejected_key', scope: 'run', raw: '{}' });
    expect(await answered).toMatchObject({ ok: false, error: { code: 'rejected_key', scope: 'run' } });
  });

  it('rejects with what was thrown there, as only a mistake of ours can be', async () => {
    const models = fakeModels();
    const { open, broken } = workersOf(models.openModel);
    const client = await open();
    const answered = client.call(request, optionsWith());
    (await models.nextCall()).explode('a bug');
    await expect(answered).rejects.toThrow('a bug');
    expect(broken).toEqual([]);
  });

  it('cannot be made by a client that cannot be opened', async () => {
    const { workers } = workersOf(() => Promise.reject(new Error('no such package')), 2);
    await expect(workers.open(settings, services)).rejects.toThrow('no such package');
  });

  it('goes to the thread with the fewest calls under way', async () => {
    const models = fakeModels();
    const { open, threads } = workersOf(models.openModel, 3);
    const client = await open();
    const made = () => threads.map(({ asked }) => asked.flat().filter(({ type }) => type === 'call').length);
    const calls = Array.from({ length: 6 }, (_, nth) =>
      client.call(request, optionsWith({ record: `${nth}` })),
    );
    const taken = [];
    for (const _ of calls) taken.push(await models.nextCall());
    expect(made()).toEqual([2, 2, 2]);
    // The second thread has made the calls 1 and 4.
    for (const call of taken) if (call.record === '1' || call.record === '4') call.reply();
    await Promise.all([calls[1], calls[4]]);
    void client.call(request, optionsWith());
    await models.nextCall();
    expect(made()).toEqual([2, 3, 2]);
  });
});

describe("a worker's requests", () => {
  it('each ask the gate of the main thread, and tell it what came of them', async () => {
    const { open, requests } = scripted([failedOnce, limitedOnce, done]);
    const client = await workersOf(open).open();
    const { gate, told, sizes, ends } = recordingGate(({ kind }) => (kind === 'limited' ? 'free' : 'used'));
    const outcome = await client.call(request, optionsWith({ gate }));
    expect(told).toEqual(['admit', 'unavailable', 'admit', 'limited', 'admit', 'answered']);
    expect(sizes).toEqual([size, size, size]);
    expect(ends[1]).toMatchObject({ fault: 'fault rate_limited', retry_after: 1500, quota });
    expect(ends.map(({ usage }) => usage.requests)).toEqual([1, 1, 1]);
    expect(outcome).toMatchObject({
      ok: true,
      completion,
      usage: { requests: 3, retries: 2, total_tokens: 5 },
    });
    expect(requests).toHaveLength(3);
  });

  it.each<readonly [settled: Settled, code: string, attempts: number]>([
    ['used', 'server_error', 3],
    ['free', 'outage', 0],
  ])('use up attempts as the gate says: %s', async (settled, code, attempts) => {
    const { open } = scripted([failedOnce, failedOnce, failedOnce, failedOnce]);
    const client = await workersOf(open).open();
    const { gate, sizes } = recordingGate(() => settled);
    const patient: Gate = {
      admit: async (size, signal) =>
        sizes.length < 4
          ? gate.admit(size, signal)
          : failure({ code: 'outage', message: 'down for too long' }),
    };
    const outcome = await client.call(request, optionsWith({ gate: patient }));
    expect(outcome).toMatchObject({ ok: false, error: { code, attempts } });
    expect(sizes).toHaveLength(settled === 'used' ? 3 : 4);
  });

  it('are not sent where the gate refuses', async () => {
    const { open, requests } = scripted([]);
    const client = await workersOf(open).open();
    const refusal = { code: 'rate_limited', message: 'refused for too long' } as const;
    const outcome = await client.call(
      request,
      optionsWith({ gate: { admit: async () => failure(refusal) } }),
    );
    expect(outcome).toMatchObject({ ok: false, error: { ...refusal, scope: 'run', attempts: 0 } });
    expect(requests).toEqual([]);
  });
});

describe('a worker that is told to stop', () => {
  it('ends the request under way', async () => {
    const models = fakeModels();
    const client = await workersOf(models.openModel).open();
    const stop = new AbortController();
    const answered = client.call(request, optionsWith({ signal: stop.signal }));
    await models.nextCall();
    stop.abort();
    expect(await answered).toMatchObject({ ok: false, error: { code: 'aborted' } });
  });

  it('ends only the calls whose signal it is', async () => {
    const models = fakeModels();
    const client = await workersOf(models.openModel, 2).open();
    const stop = new AbortController();
    const ended: string[] = [];
    const ask = async (record: string, signal: AbortSignal) => {
      await client.call(request, optionsWith({ record, signal }));
      ended.push(record);
    };
    const calls = [ask('a', stop.signal), ask('b', never), ask('c', stop.signal)];
    const taken = [await models.nextCall(), await models.nextCall(), await models.nextCall()];
    stop.abort();
    await Promise.all([calls[0], calls[2]]);
    expect(ended.toSorted()).toEqual(['a', 'c']);
    for (const call of taken) call.reply();
    await calls[1];
  });

  it('begins no request where it was told before', async () => {
    const { open, requests } = scripted([]);
    const client = await workersOf(open).open();
    const { signal } = stopped();
    const { gate, told } = recordingGate();
    const outcome = await client.call(request, optionsWith({ signal, waiting: signal, gate }));
    expect(outcome).toMatchObject({ ok: false, error: { code: 'aborted' }, usage: { requests: 0 } });
    expect(requests).toEqual([]);
    // It may have asked before it knew, and then it says that it sent nothing.
    expect(told.filter((word) => word === 'admit')).toHaveLength(
      told.filter((word) => word === 'aborted').length,
    );
  });

  it('leaves the gate', async () => {
    const { open, requests } = scripted([]);
    const { open: openClient, broken } = workersOf(open);
    const client = await openClient();
    const stop = new AbortController();
    const gate: Gate = {
      admit: (_size, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('told to stop')));
          stop.abort();
        }),
    };
    const outcome = await client.call(request, optionsWith({ waiting: stop.signal, gate }));
    expect(outcome).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect([requests, broken]).toEqual([[], []]);
  });

  it('gives a permit back that came too late to be used', async () => {
    const { open, requests } = scripted([]);
    const client = await workersOf(open).open();
    const stop = new AbortController();
    const { permit, ends } = recordingGate();
    const gate: Gate = {
      async admit() {
        stop.abort();
        return success(permit);
      },
    };
    const outcome = await client.call(request, optionsWith({ waiting: stop.signal, gate }));
    expect(outcome).toMatchObject({ ok: false, error: { code: 'aborted' }, usage: zeroUsage });
    await turn();
    expect(ends).toEqual([
      { kind: 'aborted', fault: null, retry_after: null, quota: null, usage: zeroUsage },
    ]);
    expect(requests).toEqual([]);
  });
});

function stopped(): AbortController {
  const stop = new AbortController();
  stop.abort();
  return stop;
}

/** A call that has one request behind it and one under way in its thread. */
async function underWay(count = 1) {
  const models = fakeModels();
  const setting = workersOf(models.openModel, count);
  const client = await setting.open();
  const { gate, ends } = recordingGate();
  const answered = client.call(request, optionsWith({ gate }));
  const call = await models.nextCall();
  const first = await call.gate.admit(size, never);
  if (!first.ok) throw new Error('the first request was not admitted');
  await first.value.settle({
    kind: 'unavailable',
    fault: 'it failed',
    retry_after: null,
    quota: null,
    usage: { ...zeroUsage, requests: 1 },
  });
  await call.gate.admit(size, never);
  return { ...setting, models, client, call, answered, ends };
}

const lost = {
  ok: false,
  error: {
    code: 'aborted',
    message: 'the thread that made the call has ended',
    status: null,
    attempts: 1,
    request_id: null,
    scope: 'record',
  },
};

describe('a thread that dies', () => {
  it('is told once, and what it had sent counts as sent', async () => {
    const { threads, broken, answered, ends, client } = await underWay();
    const error = new Error('out of memory');
    threads[0]?.listener.died(error);
    threads[0]?.listener.died(new Error('and again'));
    const usage = { requests: 2, retries: 1, unmetered_requests: 1, total_tokens: null };
    expect(await answered).toMatchObject({ ...lost, usage });
    expect(ends.map(({ kind, usage }) => [kind, usage.unmetered_requests])).toEqual([
      ['unavailable', 0],
      ['aborted', 1],
    ]);
    expect(broken).toEqual([error]);
    expect(await client.call(request, optionsWith())).toMatchObject({
      ok: false,
      error: { code: 'aborted' },
    });
    expect(threads).toHaveLength(1);
  });

  it('takes no call of another with it', async () => {
    const { threads, models, client, answered } = await underWay(2);
    const other = client.call(request, optionsWith({ record: 'b' }));
    const call = await models.nextCall();
    threads[0]?.listener.died(new Error('out of memory'));
    expect(await answered).toMatchObject(lost);
    call.reply('still here');
    expect(await other).toMatchObject({ ok: true, completion: { text: 'still here' } });
  });

  it('while it opens a client opens none', async () => {
    const { workers, threads } = workersOf(() => new Promise(() => {}), 2);
    const opened = workers.open(settings, services);
    threads[1]?.listener.died(new Error('no such module'));
    await expect(opened).rejects.toThrow('no such module');
    await expect(workers.open(settings, services)).rejects.toThrow('gone');
  });

  it('while its gate is asked has sent nothing', async () => {
    const models = fakeModels();
    const { open, threads } = workersOf(models.openModel);
    const client = await open();
    const { permit, ends } = recordingGate();
    const gate: Gate = {
      async admit() {
        threads[0]?.listener.died(new Error('out of memory'));
        return success(permit);
      },
    };
    const answered = client.call(request, optionsWith({ gate }));
    void (await models.nextCall()).gate.admit(size, never);
    expect(await answered).toMatchObject({ ok: false, usage: zeroUsage });
    await turn();
    expect(ends).toMatchObject([{ kind: 'aborted', usage: zeroUsage }]);
  });
});

describe('a mistake of ours', () => {
  it.each<readonly [what: string, told: unknown]>([
    ['an answer that nobody asked for', { type: 'ended', call: 99, outcome: {} }],
    ['a request of a call that has ended', { type: 'admit', call: 99, size }],
    ['a client that nobody opened', { type: 'opened', client: 99 }],
  ])('ends the thread: %s', async (_what, told) => {
    const { threads, broken, answered } = await underWay();
    threads[0]?.listener.heard([told as never]);
    expect(await answered).toMatchObject(lost);
    expect(broken).toMatchObject([{ message: expect.stringContaining('what it was not asked') }]);
    expect(threads[0]?.ended).toBe(1);
  });

  it('such as a request that is no data ends the thread', async () => {
    const { client, broken, answered } = await underWay();
    const odd = { messages: [{ role: 'user', content: (() => 'a function') as unknown as string }] } as const;
    const asked = client.call(odd, optionsWith());
    expect(await asked).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(await answered).toMatchObject(lost);
    expect(broken).toHaveLength(1);
  });

  it('such as a gate that throws ends the thread', async () => {
    const { open: openClient, broken } = workersOf(scripted([]).open);
    const client = await openClient();
    const gate: Gate = { admit: () => Promise.reject(new Error('a bug of the gate')) };
    expect(await client.call(request, optionsWith({ gate }))).toMatchObject({ error: { code: 'aborted' } });
    expect(broken).toMatchObject([{ message: 'a bug of the gate' }]);
  });
});

describe('close', () => {
  it('ends every thread, and calls under way as told to stop', async () => {
    const { workers, threads, broken, answered, ends } = await underWay(2);
    await workers.close();
    expect(await answered).toMatchObject(lost);
    expect(ends.at(-1)).toMatchObject({ kind: 'aborted', usage: { unmetered_requests: 1 } });
    expect(threads.map(({ ended }) => ended)).toEqual([1, 1]);
    expect(broken).toEqual([]);
  });

  it('starts none where no client was opened', async () => {
    const { workers, threads } = workersOf(fakeModels().openModel, 2);
    await workers.close();
    expect(threads).toEqual([]);
  });
});

it('a thread keeps the process alive only while it is asked for something', async () => {
  const models = fakeModels();
  const { open, threads } = workersOf(models.openModel);
  const client = await open();
  expect(threads[0]?.held).toEqual(['hold', 'release']);
  const calls = [client.call(request, optionsWith()), client.call(request, optionsWith())];
  expect(threads[0]?.held).toEqual(['hold', 'release', 'hold']);
  for (const _ of calls) (await models.nextCall()).reply();
  await Promise.all(calls);
  expect(threads[0]?.held).toEqual(['hold', 'release', 'hold', 'release']);
});

it('what is said within a turn goes as one message, in order', async () => {
  const models = fakeModels();
  const { open, threads } = workersOf(models.openModel);
  const client = await open();
  const records = Array.from({ length: 40 }, (_, nth) => `${nth}`);
  const calls = records.map((record) => client.call(request, optionsWith({ record })));
  const taken = [];
  for (const _ of records) taken.push(await models.nextCall());
  expect(taken.map(({ record }) => record)).toEqual(records);
  // The first is the client's.
  expect(threads[0]?.asked.slice(1).map((batch) => batch.length)).toEqual([16, 16, 8]);
  for (const call of taken) call.reply();
  await Promise.all(calls);
  expect(threads[0]?.told.slice(1).map((batch) => batch.length)).toEqual([16, 16, 8]);
});
