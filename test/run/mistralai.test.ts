import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeServer, type FakeCall, type FakeServer } from '../support/fake-server.ts';
import { manualClock, settled } from './support/clock.ts';
import { drive } from './support/drive.ts';
import { plan, recordsOf, settings, step } from './support/plans.ts';

const model = { ...settings, provider: 'mistralai', name: 'mistral-small-latest' };
const prices = { date: '2026-01-01', models: { 'mistral-small-latest': { input: 1, output: 2 } } };

async function fakeServer(): Promise<FakeServer> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  return server;
}

function running(server: FakeServer, records: number, concurrency: number) {
  const clock = manualClock();
  const drain = new AbortController();
  const abort = new AbortController();
  const run = drive(plan([step('one', { model })], { concurrency, prices }), recordsOf(records), {
    simulator: { base_url: server.url, api_key: 'k'.repeat(32) },
    total: records,
    now: clock.now,
    sleep: clock.sleep,
    random: () => 0,
    drain: drain.signal,
    abort: abort.signal,
  });
  return { run, clock, drain, abort };
}

/** What it waits for is sure to come. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settled();
}

describe('a run with Mistral’s provider over HTTP', () => {
  it('asks, counts and prices', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('Hallo');
    const { run } = running(server, 20, 4);
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'completed',
      counts: { total: 20, succeeded: 20 },
      // 13 tokens in, 7 out, each.
      usage: { total: { requests: 20, retries: 0, total_tokens: 400, cost_usd: 0.00054 } },
    });
    expect(run.of('record_finished')[0]).toMatchObject({ output: { one: 'Hallo' } });
    expect(server.maxInFlight).toBeLessThanOrEqual(4);
  });

  it('never has more requests under way than its concurrency, while many fail and are tried again', async () => {
    const server = await fakeServer();
    let requests = 0;
    const answer = async (call: FakeCall): Promise<void> => {
      requests += 1;
      const isFailed = requests < 60 && requests % 6 !== 0;
      // Long enough for whoever else may go to be there as well.
      for (let turn = 0; turn < 10; turn += 1) await settled();
      if (isFailed) call.fail(503);
      else call.reply('Hallo');
    };
    server.answer = (call) => void answer(call);
    const { run, clock } = running(server, 30, 4);
    const state = { isOver: false };
    const finished = run.finished.finally(() => (state.isOver = true));
    while (!state.isOver) {
      await settled();
      if (server.inFlight === 0) await clock.advance(clock.sleeping[0] ?? 0);
    }
    expect((await finished).counts.total).toBe(30);
    expect(server.maxInFlight).toBe(4);
  });

  it.each([
    [
      { provider: 'mistralai', name: 'mistral-small-latest', parameters: { temperature: 1 } },
      { model: 'mistral-small-latest', temperature: 1 },
    ],
    [
      { provider: 'mistralai', name: 'mine', base_url: 'https://example.com', api_key_env: 'MINE' },
      { model: 'ft:mine' },
    ],
    [
      { provider: 'openai', name: 'gpt-x', parameters: { temperature: 2, seed: 1, max_tokens: 9 } },
      { model: 'ft:gpt-x', max_tokens: 9 },
    ],
    [
      { provider: 'openai', name: 'gpt-x', parameters: { max_tokens: 9, max_completion_tokens: 8 } },
      { model: 'ft:gpt-x', max_tokens: 8 },
    ],
    [
      { provider: 'anthropic', name: 'claude-x', parameters: { max_tokens: 7, top_k: 1 } },
      { model: 'ft:claude-x', max_tokens: 7 },
    ],
    [
      { provider: 'google-genai', name: 'gemini-x', parameters: { max_output_tokens: 6 } },
      { model: 'ft:gemini-x', max_tokens: 6 },
    ],
    [
      { provider: 'ollama', name: 'qwen', parameters: { num_predict: 5, num_ctx: 64 } },
      { model: 'ft:qwen', max_tokens: 5 },
    ],
    [{ provider: 'ollama', name: 'qwen', parameters: { num_predict: -1 } }, { model: 'ft:qwen' }],
  ])('asks a simulator in Mistral’s words, whoever it stands in for: %j', async (changes, body) => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('Hallo');
    const steps = [step('one', { model: { ...settings, ...changes } })];
    const run = drive(plan(steps), recordsOf(1), { simulator: { base_url: server.url } });
    const { counts, usage } = await run.finished;
    expect(counts.succeeded).toBe(1);
    expect(Object.keys(usage.by_model)).toEqual([changes.name]);
    expect(run.of('call_finished')[0]?.model).toBe(changes.name);
    expect(server.calls.map((call) => call.body)).toEqual([
      { ...body, messages: [{ role: 'user', content: 'one r0' }] },
    ]);
  });

  it.each([
    [{ name: 'mine', base_url: 'https://example.com', api_key_env: 'MINE' }, 'ft:mine', 'mine'],
    [{ name: 'ft:mine', base_url: 'https://example.com', api_key_env: 'MINE' }, 'ft:ft:mine', 'ft:mine'],
    [{ name: 'ft:mine' }, 'ft:mine', 'ft:mine'],
    [{ name: 'mistral-small-latest' }, 'mistral-small-2603', 'mistral-small-2603'],
  ])('tells of a simulated model its own name: %j', async (changes, model, told) => {
    const server = await fakeServer();
    server.answer = (call) => call.reply({ model });
    const steps = [step('one', { model: { ...settings, provider: 'mistralai', ...changes } })];
    const run = drive(plan(steps), recordsOf(1), { simulator: { base_url: server.url } });
    expect((await run.finished).counts.succeeded).toBe(1);
    expect(run.of('call_finished')[0]?.resolved_model).toBe(told);
  });

  it('pauses all calls for a 429, probes with one, then goes on with the others at a pace that it finds', async () => {
    const server = await fakeServer();
    const { run, clock } = running(server, 3, 3);
    const limited = [await server.nextCall(), await server.nextCall(), await server.nextCall()];
    for (const call of limited) call.fail(429, { headers: { 'retry-after': '30' } });
    await until(() => run.of('model_paused').length > 0);
    await Promise.all(limited.map(({ ended }) => ended));
    expect(run.of('model_paused')).toMatchObject([{ model: 'mistral-small-latest', duration: 30_000 }]);
    await clock.advance(29_999);
    expect(server.calls).toHaveLength(3);
    await clock.advance(1);
    const probe = await server.nextCall();
    expect(server.inFlight).toBe(1);
    probe.reply();
    await probe.ended;
    for (const _other of [1, 2]) {
      const next = server.nextCall();
      await until(() => clock.sleeping.length > 0);
      expect(clock.sleeping[0]).toBeLessThanOrEqual(1000);
      await clock.advance(1000);
      (await next).reply();
    }
    expect(await run.finished).toMatchObject({
      counts: { succeeded: 3, failed: 0 },
      usage: { total: { requests: 6, retries: 3 } },
    });
  });

  it('stops when nothing but 429 comes for five minutes', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.fail(429);
    const { run, clock } = running(server, 50, 4);
    while (run.of('run_finished').length === 0) {
      if (clock.sleeping.length > 0) await clock.advance(1000);
      await settled();
    }
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'provider', code: 'rate_limited' },
      counts: { total: 50, succeeded: 0, failed: 0, pending: 50 },
    });
    expect(finished.duration).toBeGreaterThanOrEqual(300_000);
    expect(finished.duration).toBeLessThan(310_000);
    // Four at first, then one probe a pause, of 250 ms growing to 30 s, half of a max_delay of 60 s.
    expect(server.calls.length).toBeLessThan(40);
  });

  it('stops when the key is rejected', async () => {
    const server = await fakeServer();
    const { run, clock } = running(server, 10, 2);
    const [first, second] = [await server.nextCall(), await server.nextCall()];
    first.fail(401);
    await until(() => run.of('run_stopping').length > 0);
    // The other, which is never answered, is given a time of grace.
    await clock.advance(25_000);
    expect(await second.ended).toBe('closed');
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'provider', code: 'rejected_key' },
      counts: { total: 10, pending: 10 },
    });
    expect(server.calls).toHaveLength(2);
  });

  it('drains without sitting out a pause, and sends nothing more', async () => {
    const server = await fakeServer();
    const { run, clock, drain } = running(server, 10, 3);
    const calls = [await server.nextCall(), await server.nextCall(), await server.nextCall()] as const;
    for (const call of calls.slice(0, 2)) call.fail(429, { headers: { 'retry-after': '240' } });
    await until(() => run.of('model_paused').length > 0);
    await Promise.all(calls.slice(0, 2).map(({ ended }) => ended));
    drain.abort();
    // What is on the wire is finished.
    calls[2].reply();
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'interrupted',
      counts: { total: 10, succeeded: 1, failed: 0, pending: 9 },
      usage: { total: { requests: 3, unmetered_requests: 0, total_tokens: 20 } },
      duration: 0,
    });
    expect(server.calls).toHaveLength(3);
    expect(clock.sleeping).toEqual([]);
  });

  it('drains without sitting out the wait for the next attempt', async () => {
    const server = await fakeServer();
    const { run, clock, drain } = running(server, 10, 1);
    (await server.nextCall()).fail(503, { headers: { 'retry-after': '50' } });
    await until(() => clock.sleeping.length > 0);
    drain.abort();
    expect(await run.finished).toMatchObject({
      state: 'interrupted',
      counts: { total: 10, succeeded: 0, failed: 0, pending: 10 },
      usage: { total: { requests: 1 } },
      duration: 0,
    });
    expect(server.calls).toHaveLength(1);
    expect(clock.sleeping).toEqual([]);
  });

  it('sends a request no second time when it fails after a drain', async () => {
    const server = await fakeServer();
    const { run, drain } = running(server, 10, 2);
    const calls = [await server.nextCall(), await server.nextCall()] as const;
    drain.abort();
    calls[0].fail(429, { headers: { 'retry-after': '240' } });
    calls[1].fail(500);
    expect(await run.finished).toMatchObject({
      state: 'interrupted',
      counts: { total: 10, failed: 0, pending: 10 },
      usage: { total: { requests: 2 } },
    });
    expect(server.calls).toHaveLength(2);
  });

  it('drains, and then aborts', async () => {
    const server = await fakeServer();
    const { run, drain, abort } = running(server, 10, 2);
    const [first, second] = [await server.nextCall(), await server.nextCall()];
    drain.abort();
    first.reply();
    await until(() => run.of('record_finished').length === 1);
    abort.abort();
    expect(await second.ended).toBe('closed');
    expect(await run.finished).toMatchObject({
      state: 'interrupted',
      counts: { total: 10, succeeded: 1, failed: 0, pending: 9 },
      usage: { total: { requests: 2, unmetered_requests: 1 } },
    });
  });
});
