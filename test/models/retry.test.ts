import { describe, expect, it } from 'vitest';
import type { Attempt, Fault } from '../../src/models/attempt.ts';
import type { Pacer } from '../../src/models/contract.ts';
import { callWithRetries } from '../../src/models/retry.ts';

const fault = (code: Fault['code']): Fault => ({
  code,
  message: `fault ${code}`,
  status: null,
  request_id: null,
  scope: 'record',
});
const common = { answered: true, sent: true, charged: false, tokens: null, retry_after: null };
const failed: Attempt = { ...common, result: { kind: 'failed', fault: fault('server_error'), retry: true } };
const refused: Attempt = {
  ...common,
  result: { kind: 'failed', fault: fault('invalid_request'), retry: false },
};
const limited: Attempt = { ...common, result: { kind: 'limited', fault: fault('rate_limited') } };
const unreached: Attempt = {
  ...common,
  answered: false,
  sent: false,
  result: { kind: 'failed', fault: fault('connection_failed'), retry: true },
};
const lost: Attempt = {
  ...common,
  answered: false,
  charged: true,
  result: { kind: 'failed', fault: fault('timed_out'), retry: true },
};
const completion = {
  thinking: '',
  refusal: null,
  text: 'Hi',
  tool_calls: [],
  finish_reason: 'stop',
  model: null,
  request_id: null,
};
const done: Attempt = {
  ...common,
  charged: true,
  tokens: {
    input_tokens: 2,
    cached_input_tokens: null,
    output_tokens: 3,
    reasoning_tokens: null,
    total_tokens: 5,
  },
  result: { kind: 'completed', completion, answer: { ...completion, id: null } },
};

interface Script {
  readonly attempts: readonly Attempt[];
  readonly allowed?: number;
  readonly max_delay?: number;
  readonly random?: number;
  readonly patience?: number;
  readonly signal?: AbortSignal;
  /** Like `signal` unless told. */
  readonly waiting?: AbortSignal;
  readonly admit?: Pacer['admit'];
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

async function play(script: Script) {
  const signal = script.signal ?? new AbortController().signal;
  const left = [...script.attempts];
  const told: string[] = [];
  let limits = 0;
  const { outcome, attempts } = await callWithRetries(
    () => {
      told.push('request');
      const next = left.shift();
      return next ? Promise.resolve(next) : Promise.reject(new Error('One attempt too many'));
    },
    {
      retry: { attempts: script.allowed ?? 3, max_delay: script.max_delay ?? 60_000 },
      pacer: {
        admit(signal) {
          told.push('admit');
          return script.admit?.(signal) ?? Promise.resolve();
        },
        limited(retry_after) {
          told.push(`limited ${retry_after}`);
          limits += 1;
          return limits < (script.patience ?? Infinity) ? 'wait' : 'give-up';
        },
        answered: () => void told.push('answered'),
      },
      sleep(milliseconds, signal) {
        told.push(`sleep ${milliseconds}`);
        return script.sleep?.(milliseconds, signal) ?? Promise.resolve();
      },
      random: () => script.random ?? 1,
    },
    { signal, waiting: script.waiting ?? signal },
  );
  return { outcome, attempts, told, left: left.length };
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
        ['admit', 'request', 'answered', 'sleep 500'],
        ['admit', 'request', 'answered', 'sleep 1000'],
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
    expect(told).toEqual(['admit', 'request', 'answered']);
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
        ['admit', 'request', 'answered', 'sleep 500'],
        ['admit', 'request', 'limited null'],
        ['admit', 'request', 'answered'],
      ].flat(),
    );
    expect(outcome).toMatchObject({ ok: true, usage: { requests: 5, retries: 4 } });
  });

  it('end when the pacer gives up on the model', async () => {
    const { outcome } = await play({ attempts: [limited, limited, done], patience: 2 });
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'rate_limited', attempts: 0 },
      usage: { requests: 2, retries: 1, total_tokens: 0, cost_usd: 0 },
    });
  });

  it('do not tell the pacer of an answer where there was none', async () => {
    const { told } = await play({ attempts: [lost, done] });
    expect(told).toEqual(['admit', 'request', 'sleep 500', 'admit', 'request', 'answered']);
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
  const rejecting = (stop: AbortController) => (): Promise<void> => {
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
    expect(told).toEqual(['admit', 'request', 'answered', 'sleep 500']);
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

  it('does not hide a bug of the pacer', async () => {
    await expect(play({ attempts: [], admit: () => Promise.reject(new Error('a bug')) })).rejects.toThrow(
      'a bug',
    );
  });
});
