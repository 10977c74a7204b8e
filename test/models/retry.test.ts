import { describe, expect, it } from 'vitest';
import type { Attempt, Fault } from '../../src/models/attempt.ts';
import type { Gate, Refusal, RequestEnd } from '../../src/models/contract.ts';
import { callWithRetries } from '../../src/models/retry.ts';
import { failure, success } from '../../src/result.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { answeredBy, common, completion, faultOf } from './attempts.ts';

const failed: Attempt = {
  ...common,
  result: { kind: 'failed', fault: faultOf('server_error'), retry: true },
};
const refused: Attempt = {
  ...common,
  result: { kind: 'failed', fault: faultOf('invalid_request'), retry: false },
};
const limited: Attempt = { ...common, result: { kind: 'limited', fault: faultOf('rate_limited') } };
const unreached: Attempt = {
  ...common,
  sent: false,
  result: { kind: 'failed', fault: faultOf('connection_failed'), retry: true },
};
const lost: Attempt = {
  ...common,
  charged: true,
  result: { kind: 'failed', fault: faultOf('timed_out'), retry: true },
};
const done = answeredBy(completion);

const size = { bytes: 120, images: 1 };

interface Script {
  readonly attempts: readonly Attempt[];
  readonly allowed?: number;
  readonly max_delay?: number;
  readonly random?: number;
  readonly signal?: AbortSignal;
  /** Like `signal` unless told. */
  readonly waiting?: AbortSignal;
  readonly admit?: Gate['admit'];
  /** What uses up no attempt; default: 429s. */
  readonly free?: readonly RequestEnd['kind'][];
  /** Given in place of the request after those of `attempts`. */
  readonly refusal?: Refusal;
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

async function play(script: Script) {
  const signal = script.signal ?? new AbortController().signal;
  const free = script.free ?? ['limited'];
  const left = [...script.attempts];
  const told: string[] = [];
  const ends: RequestEnd[] = [];
  const permit = {
    settle(end: RequestEnd) {
      ends.push(end);
      told.push(end.kind === 'limited' ? `limited ${end.retry_after}` : end.kind);
      return free.includes(end.kind) ? 'free' : 'used';
    },
  } as const;
  const { outcome, attempts } = await callWithRetries(
    () => {
      told.push('request');
      const next = left.shift();
      return next ? Promise.resolve(next) : Promise.reject(new Error('One attempt too many'));
    },
    size,
    {
      retry: { attempts: script.allowed ?? 3, max_delay: script.max_delay ?? 60_000 },
      sleep(milliseconds, signal) {
        told.push(`sleep ${milliseconds}`);
        return script.sleep?.(milliseconds, signal) ?? Promise.resolve();
      },
      random: () => script.random ?? 1,
    },
    {
      signal,
      waiting: script.waiting ?? signal,
      gate: {
        admit(request, signal) {
          told.push('admit');
          expect(request).toEqual(size);
          if (left.length === 0 && script.refusal !== undefined)
            return Promise.resolve(failure(script.refusal));
          return script.admit?.(request, signal) ?? Promise.resolve(success(permit));
        },
      },
    },
  ).catch((error: unknown) => {
    throw Object.assign(error as Error, { told, ends });
  });
  return { outcome, attempts, told, ends, left: left.length };
}

describe('retries', () => {
  it('are not made when the first attempt completes', async () => {
    const { outcome, told, attempts } = await play({ attempts: [done] });
    expect(told).toEqual(['admit', 'request', 'answered']);
    expect(attempts).toBe(1);
    expect(outcome).toMatchObject({
      ok: true,
      completion,
      usage: { requests: 1, retries: 0, total_tokens: 5 },
    });
  });

  it('follow failures, with longer and longer waits', async () => {
    const { outcome, told } = await play({ attempts: [failed, failed, done] });
    expect(told).toEqual(
      [
        ['admit', 'request', 'unavailable', 'sleep 500'],
        ['admit', 'request', 'unavailable', 'sleep 1000'],
        ['admit', 'request', 'answered'],
      ].flat(),
    );
    expect(outcome).toMatchObject({ ok: true, usage: { requests: 3, retries: 2, total_tokens: 5 } });
  });

  it('end with the last attempt', async () => {
    const { outcome, left } = await play({ attempts: [failed, failed, failed, done] });
    expect(left).toBe(1);
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'server_error', message: 'fault server_error', attempts: 3 },
      usage: { requests: 3, retries: 2 },
    });
  });

  it('are not made where they cannot help', async () => {
    const { outcome, told } = await play({ attempts: [refused] });
    expect(told).toEqual(['admit', 'request', 'answered']);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid_request', attempts: 1 } });
  });

  it('are not made where one attempt is allowed', async () => {
    const { outcome, told } = await play({ attempts: [failed], allowed: 1 });
    expect(told).toEqual(['admit', 'request', 'unavailable']);
    expect(outcome).toMatchObject({ ok: false, error: { attempts: 1 } });
  });

  it('use no attempt for a 429, which pauses the model instead', async () => {
    const { outcome, told } = await play({
      attempts: [limited, { ...limited, retry_after: 7000 }, failed, limited, done],
      allowed: 2,
    });
    expect(told).toEqual(
      [
        ['admit', 'request', 'limited null'],
        ['admit', 'request', 'limited 7000'],
        ['admit', 'request', 'unavailable', 'sleep 500'],
        ['admit', 'request', 'limited null'],
        ['admit', 'request', 'answered'],
      ].flat(),
    );
    expect(outcome).toMatchObject({ ok: true, usage: { requests: 5, retries: 4 } });
  });

  it('use no attempt, and wait for the gate alone, where the model is out for everybody', async () => {
    const { outcome, told } = await play({
      attempts: [failed, lost, { ...failed, retry_after: 7000 }, unreached, done],
      allowed: 1,
      free: ['limited', 'unavailable', 'unreachable'],
    });
    const out = ['admit', 'request', 'unavailable'];
    const unreachable = ['admit', 'request', 'unreachable'];
    expect(told).toEqual([out, out, out, unreachable, 'admit', 'request', 'answered'].flat());
    expect(outcome).toMatchObject({ ok: true, usage: { requests: 4, unmetered_requests: 1 } });
  });

  it('are not made of what cannot be helped, though it was free', async () => {
    const { outcome, left } = await play({ attempts: [refused, done], free: ['answered'] });
    expect(left).toBe(1);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid_request', attempts: 0 } });
  });

  it('use an attempt for a 429 where the gate says so', async () => {
    const { outcome, told } = await play({ attempts: [limited, limited, done], allowed: 2, free: [] });
    expect(told.filter((word) => word.startsWith('sleep'))).toEqual(['sleep 500']);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'rate_limited', attempts: 2 } });
  });

  it.each<[Refusal['code'], 'run' | 'record']>([
    ['rate_limited', 'run'],
    ['outage', 'run'],
    ['aborted', 'record'],
  ])('end when the gate refuses the next request: %s', async (code, scope) => {
    const last: Attempt = {
      ...common,
      result: { kind: 'limited', fault: { ...faultOf('rate_limited'), status: 429, request_id: 'r1' } },
    };
    const { outcome } = await play({ attempts: [limited, last], refusal: { code, message: 'no more' } });
    expect(outcome).toEqual({
      ok: false,
      error: { code, message: 'no more', status: 429, request_id: 'r1', scope, attempts: 0 },
      usage: { ...zeroUsage, requests: 2, retries: 1 },
    });
  });

  it('are none where the gate refuses the first request', async () => {
    const { outcome, told } = await play({
      attempts: [],
      refusal: { code: 'outage', message: 'no request has succeeded' },
    });
    expect(told).toEqual(['admit']);
    expect(outcome).toEqual({
      ok: false,
      error: {
        code: 'outage',
        message: 'no request has succeeded',
        status: null,
        request_id: null,
        scope: 'run',
        attempts: 0,
      },
      usage: zeroUsage,
    });
  });

  it('count what was sent, and what may have been paid for unseen', async () => {
    const { outcome } = await play({ attempts: [unreached, lost, failed, done], allowed: 4 });
    expect(outcome.usage).toEqual({
      requests: 3,
      retries: 2,
      cached_requests: 0,
      unmetered_requests: 1,
      input_tokens: 2,
      cached_input_tokens: null,
      output_tokens: 3,
      reasoning_tokens: null,
      total_tokens: 5,
      cost_usd: null,
    });
  });

  it('know no tokens where none were told', async () => {
    const { outcome } = await play({ attempts: [lost, lost, failed] });
    expect(outcome.usage).toMatchObject({ unmetered_requests: 2, total_tokens: null, cost_usd: null });
  });

  it('cost nothing where no request left', async () => {
    const { outcome } = await play({ attempts: [unreached, unreached, unreached] });
    expect(outcome.usage).toMatchObject({ requests: 0, retries: 0, unmetered_requests: 0, cost_usd: 0 });
  });
});

describe('the gate', () => {
  const quota = { requests: 60, requests_left: 7, tokens: null, tokens_left: null };
  const failedBy = (code: Fault['code'], retry = false): Attempt => ({
    ...common,
    result: { kind: 'failed', fault: faultOf(code), retry },
  });

  it('is told all of each request, by itself', async () => {
    const { ends } = await play({ attempts: [lost, { ...limited, retry_after: 7000, quota }, done] });
    expect(ends).toMatchObject([
      {
        kind: 'unavailable',
        fault: 'fault timed_out',
        retry_after: null,
        quota: null,
        usage: { requests: 1, retries: 0, unmetered_requests: 1, total_tokens: null },
      },
      {
        kind: 'limited',
        fault: 'fault rate_limited',
        retry_after: 7000,
        quota,
        usage: { requests: 1, retries: 1, total_tokens: 0 },
      },
      {
        kind: 'answered',
        fault: null,
        retry_after: null,
        quota: null,
        usage: { requests: 1, retries: 1, total_tokens: 5, cost_usd: null },
      },
    ]);
  });

  it('is told the model that answered, where it says so', async () => {
    const named = { ...completion, model: 'small-2603' };
    const result = { kind: 'completed', completion: named, answer: { ...named, id: null } } as const;
    const { ends } = await play({ attempts: [failed, { ...done, result }] });
    expect(ends.map(({ model }) => model)).toEqual([undefined, 'small-2603']);
    const { ends: unnamed } = await play({ attempts: [done] });
    expect(unnamed.map((end) => 'model' in end)).toEqual([false]);
  });

  it.each<[Fault['code'], RequestEnd['kind']]>([
    ['server_error', 'unavailable'],
    ['connection_failed', 'unreachable'],
    ['timed_out', 'unavailable'],
    ['cut_body', 'unavailable'],
    ['malformed_answer', 'answered'],
    ['empty_answer', 'answered'],
    ['invalid_request', 'answered'],
    ['rejected_key', 'answered'],
    ['unknown_model', 'answered'],
    ['not_on_plan', 'answered'],
    ['redirected', 'answered'],
    ['rate_limited', 'answered'],
    ['aborted', 'aborted'],
  ])('takes a failure by %s for %s', async (code, kind) => {
    const { ends } = await play({ attempts: [failedBy(code)] });
    expect(ends).toMatchObject([{ kind, fault: `fault ${code}` }]);
  });

  it('takes what is no answer for a fault that passes, where a retry may help', async () => {
    const { ends } = await play({ attempts: [failedBy('malformed_answer', true), done] });
    expect(ends.map(({ kind }) => kind)).toEqual(['unavailable', 'answered']);
  });

  it.each([
    [408, 'unavailable'],
    [409, 'unavailable'],
    [425, 'unavailable'],
    [500, 'unavailable'],
    [501, 'unavailable'],
    [502, 'unreachable'],
    [503, 'unreachable'],
    [504, 'unreachable'],
    [505, 'unavailable'],
  ] as const)('takes an error by the status %d for %s', async (status, kind) => {
    const result = { kind: 'failed', fault: { ...faultOf('server_error'), status }, retry: false } as const;
    const { ends } = await play({ attempts: [{ ...common, result }] });
    expect(ends).toMatchObject([{ kind }]);
  });

  it('is told of a request that a bug has cut off, which may have been paid for', async () => {
    const bug: unknown = await play({ attempts: [failed] }).catch((error: unknown) => error);
    expect(bug).toMatchObject({
      message: 'One attempt too many',
      told: ['admit', 'request', 'unavailable', 'sleep 500', 'admit', 'request', 'aborted'],
      ends: [{}, { kind: 'aborted', usage: { requests: 1, retries: 1, unmetered_requests: 1 } }],
    });
  });

  it('gets a permit back that came too late to be used', async () => {
    const stop = new AbortController();
    const ends: RequestEnd[] = [];
    const { outcome, told } = await play({
      attempts: [],
      signal: stop.signal,
      async admit() {
        stop.abort();
        return success({
          settle(end) {
            ends.push(end);
            return 'used';
          },
        });
      },
    });
    expect(told).toEqual(['admit']);
    expect(ends).toEqual([
      { kind: 'aborted', fault: null, retry_after: null, quota: null, usage: zeroUsage },
    ]);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'aborted', attempts: 0 } });
  });
});

describe('the wait before the next attempt', () => {
  const waits = async (script: Omit<Script, 'attempts'>, attempts: readonly Attempt[]) => {
    const { told } = await play({ allowed: attempts.length + 1, ...script, attempts: [...attempts, done] });
    return told.filter((word) => word.startsWith('sleep')).map((word) => Number(word.slice(6)));
  };
  const after = (retry_after: number): Attempt => ({ ...failed, retry_after });
  const many = Array.from({ length: 8 }, () => failed);

  it('doubles up to the longest', async () => {
    expect(await waits({ max_delay: 10_000 }, many)).toEqual([
      500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000,
    ]);
  });

  it('is a chance share of that', async () => {
    expect(await waits({ random: 0.25 }, many.slice(0, 3))).toEqual([125, 250, 500]);
    expect(await waits({ random: 0 }, many.slice(0, 3))).toEqual([0, 0, 0]);
  });

  it('is as long as the server asks', async () => {
    expect(await waits({ random: 0 }, [after(3000), failed])).toEqual([3000, 0]);
  });

  it('is longer than the server asks where the back-off is', async () => {
    expect(await waits({}, [after(1), after(1), after(1)])).toEqual([500, 1000, 2000]);
  });

  it('is never longer than the longest, whatever the server asks', async () => {
    expect(await waits({ max_delay: 10_000 }, [after(3_600_000)])).toEqual([10_000]);
  });
});

describe('being told to stop', () => {
  const rejecting = (stop: AbortController) => (): Promise<never> => {
    stop.abort();
    return Promise.reject(new Error('stopped'));
  };

  it('ends the wait for admission', async () => {
    const stop = new AbortController();
    const { outcome, told } = await play({ attempts: [], signal: stop.signal, admit: rejecting(stop) });
    expect(told).toEqual(['admit']);
    expect(outcome).toMatchObject({
      ok: false,
      error: {
        code: 'aborted',
        message: 'stopped before the request was sent',
        attempts: 0,
        scope: 'record',
      },
      usage: { requests: 0, cost_usd: 0 },
    });
  });

  it('ends the wait for the next attempt, and says what came before', async () => {
    const stop = new AbortController();
    const { outcome, told } = await play({ attempts: [failed], signal: stop.signal, sleep: rejecting(stop) });
    expect(told).toEqual(['admit', 'request', 'unavailable', 'sleep 500']);
    expect(outcome).toMatchObject({
      ok: false,
      error: {
        code: 'aborted',
        message: 'stopped while waiting to try again after: fault server_error',
        attempts: 1,
      },
    });
  });

  it('sends nothing more even when the wait is over', async () => {
    const stop = new AbortController();
    const { outcome, told } = await play({
      attempts: [failed],
      signal: stop.signal,
      sleep: () => Promise.resolve(stop.abort()),
    });
    expect(told.filter((word) => word === 'request').length).toBe(1);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'aborted' } });
  });

  it.each(['admission', 'the next attempt'])(
    'while it waits for %s ends the call, not a request',
    async (wait) => {
      const stop = new AbortController();
      const told: string[] = [];
      const { outcome, left } = await play({
        attempts: [failed, done],
        signal: new AbortController().signal,
        waiting: stop.signal,
        ...(wait === 'admission'
          ? { admit: rejecting(stop) }
          : {
              sleep: (_milliseconds, signal) => {
                told.push(signal === stop.signal ? 'heeds it' : 'does not');
                return rejecting(stop)();
              },
            }),
      });
      expect(told).toEqual(wait === 'admission' ? [] : ['heeds it']);
      expect(left).toBe(wait === 'admission' ? 2 : 1);
      expect(outcome).toMatchObject({
        ok: false,
        error: { code: 'aborted' },
        usage: { requests: wait === 'admission' ? 0 : 1 },
      });
    },
  );

  it('does not hide a bug of the gate', async () => {
    await expect(play({ attempts: [], admit: () => Promise.reject(new Error('a bug')) })).rejects.toThrow(
      'a bug',
    );
  });
});
