import { describe, expect, it } from 'vitest';
import type { Permit, Refusal, RequestEnd } from '../../src/models/contract.ts';
import { unsent } from '../../src/models/retry.ts';
import { failure, success } from '../../src/result.ts';
import { createBudget } from '../../src/run/budget.ts';
import { openGate, type CallGate, type GatedCall } from '../../src/run/gate.ts';
import type { Journal } from '../../src/run/journal/journal.ts';
import type { JournalReservation, JournalSettlement } from '../../src/run/journal/lines.ts';
import type { Pacer } from '../../src/run/pacing/pacer.ts';
import { createStop } from '../../src/run/stop.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { settled } from './support/clock.ts';
import { limited, size } from './support/fake-models.ts';

/** Of input and output together: what a request of this size and length may use at most. */
const most = 2124;
const prices = {
  date: '2026-01-01',
  models: { small: { input: 1, output: 1 }, large: { input: 3, output: 3 } },
};
const asked: GatedCall = {
  key: 'a',
  step: 'one',
  call: 1,
  max_output_tokens: 1000,
  failed_before: false,
  model: 'small',
  prices,
};

const ending = { fault: null, retry_after: null, quota: null };
const usage = { ...zeroUsage, requests: 1, input_tokens: 800, output_tokens: 200, total_tokens: 1000 };
const answered = (model?: string): RequestEnd => ({
  ...ending,
  kind: 'answered',
  usage: { ...usage, cost_usd: null },
  ...(model !== undefined && { model }),
});
/** A fault that passes: of a request that was not charged for, that was, or of which nobody knows. */
const faulty = (tokens: 'free' | 'used' | 'unknown'): RequestEnd => ({
  ...ending,
  kind: 'unavailable',
  fault: 'it failed',
  usage: {
    free: { ...zeroUsage, requests: 1 },
    used: { ...usage, cost_usd: null },
    unknown: { ...zeroUsage, requests: 1, unmetered_requests: 1, total_tokens: null, cost_usd: null },
  }[tokens],
});

interface Letting {
  /** The request may be sent. */
  go(): void;
  /** No request may be. */
  refuse(refusal: Refusal): void;
}

/** The gates of a run. Pace and journal let pass soon, the one that is held by hand; `at once`: pace without a promise. */
function gates(
  limits: { readonly usd?: number; readonly tokens?: number },
  held: 'pace' | 'journal' | 'at once' | '' = '',
) {
  const budget = createBudget(limits, { usd: 0, tokens: 0 });
  const paced: Letting[] = [];
  const ends: RequestEnd[] = [];
  const permit = {
    settle(end: RequestEnd) {
      ends.push(end);
      return 'used' as const;
    },
  };
  const pacer: Pacer = {
    admit: (_, signal) =>
      held === 'at once'
        ? success(permit)
        : new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted')));
            const go = () => resolve(success(permit));
            if (held === 'pace') paced.push({ go, refuse: (refusal) => resolve(failure(refusal)) });
            else go();
          }),
  };
  const lines: JournalReservation[] = [];
  const settlements: (JournalSettlement & { readonly spent: number | undefined })[] = [];
  const writing: ((written: boolean) => void)[] = [];
  const journal = {
    reserve: (line: JournalReservation) =>
      new Promise<boolean>((resolve) => {
        lines.push(line);
        if (held === 'journal') writing.push(resolve);
        else resolve(true);
      }),
    settle: (line: JournalSettlement) => {
      settlements.push({ ...line, spent: budget.report().tokens?.spent });
    },
  } as Partial<Journal> as Journal;
  const stop = createStop(() => {});
  return {
    budget,
    paced,
    ends,
    lines,
    settlements,
    writing,
    stop,
    open: (call: Partial<GatedCall> = {}) =>
      openGate({ pacer, budget, journal, stop }, { ...asked, ...call }),
  };
}

async function admitted(gate: CallGate): Promise<Permit> {
  const permit = await gate.admit(size, new AbortController().signal);
  if (!permit.ok) throw new Error(permit.error.message);
  return permit.value;
}

/** A first request that holds its money and waits for its pace once more, after a second that went out with the rest was refused. */
async function pacedAgain(signal: AbortSignal) {
  const { open, budget, paced } = gates({ tokens: most + 1000 }, 'pace');
  const first = open().admit(size, signal);
  const second = admitted(open({ key: 'b' }));
  await settled();
  paced[1]?.go();
  const permit = await second;
  paced[0]?.go();
  await settled();
  await permit.settle(limited(null));
  await settled();
  expect(budget.report().tokens?.spent).toBe(most);
  return { first, budget, paced };
}

describe('the gate of a call with a budget', () => {
  it('writes a reservation down when the pace lets the request go, and not before', async () => {
    const { open, budget, paced, lines, writing } = gates({ tokens: 10_000 }, 'pace');
    const gate = open();
    const admitting = admitted(gate);
    await settled();
    expect([budget.report().tokens?.spent, lines, writing]).toEqual([0, [], []]);
    paced[0]?.go();
    const permit = await admitting;
    expect(budget.report().tokens?.spent).toBe(most);
    expect(lines).toEqual([
      { key: 'a', step: 'one', call: 1, model: 'small', request: 1, usd: most / 1e6, tokens: most },
    ]);
    await permit.settle(answered());
    gate.ended();
    expect(budget.report().tokens?.spent).toBe(1000);
  });

  it('lets go what an answer has left when the call has its line, and not before', async () => {
    const { open, budget, settlements } = gates({ tokens: 10_000 });
    const gate = open();
    await (await admitted(gate)).settle(answered());
    expect(budget.report().tokens?.spent).toBe(most);
    gate.ended();
    expect(budget.report().tokens?.spent).toBe(1000);
    gate.ended();
    expect([budget.report().tokens?.spent, settlements]).toEqual([1000, []]);
  });

  it('lets go what a request without an answer has left at once, behind a line that says so', async () => {
    const { open, budget, settlements } = gates({ tokens: 10_000 });
    const gate = open();
    const call = { key: 'a', step: 'one', call: 1, model: 'small' };
    const uses = [
      [limited(null), 0, { requests: 1, total_tokens: 0, cost_usd: 0 }],
      [faulty('used'), 1000, { requests: 2, total_tokens: 1000, cost_usd: 0.001 }],
      [faulty('unknown'), 1000 + most, { requests: 3, total_tokens: 1000, unmetered_requests: 1 }],
    ] as const;
    for (const [nth, [end, spent, usage]] of uses.entries()) {
      const before = (uses[nth - 1]?.[1] ?? 0) + most;
      await (await admitted(gate)).settle(end);
      expect(settlements[nth]).toMatchObject({ ...call, usage, spent: before });
      expect(budget.report().tokens?.spent).toBe(spent);
    }
    expect(settlements.map(({ held }) => held)).toEqual([
      undefined,
      undefined,
      { usd: most / 1e6, tokens: most },
    ]);
  });

  it('lets go what an answer has left before its call asks again', async () => {
    const { open, budget, settlements } = gates({ tokens: most + 1000 });
    const gate = open();
    await (await admitted(gate)).settle(answered());
    await admitted(gate);
    expect(settlements).toMatchObject([{ usage: { total_tokens: 1000, cost_usd: 0.001 }, spent: most }]);
    expect(budget.report().tokens?.spent).toBe(1000 + most);
  });

  it('leaves its money to others while it waits for its pace, and waits for it again where they have it', async () => {
    const { open, budget, paced, ends, lines } = gates({ tokens: most + 1000 }, 'pace');
    const first = admitted(open());
    const second = admitted(open({ key: 'b' }));
    await settled();
    expect(paced).toHaveLength(2);
    paced[1]?.go();
    const permit = await second;
    paced[0]?.go();
    await settled();
    // Its permit is given back, and its money waited for.
    expect([ends, paced.length]).toEqual([[unsent], 2]);
    await permit.settle(limited(null));
    await settled();
    expect([paced.length, budget.report().tokens?.spent]).toEqual([3, most]);
    paced[2]?.go();
    await first;
    expect(lines.map(({ key }) => key)).toEqual(['b', 'a']);
  });

  it('keeps its money where its pace lets it go at once, whoever waits for that', async () => {
    const { open, ends, lines } = gates({ tokens: most + 1000 }, 'at once');
    const first = admitted(open());
    const second = admitted(open({ key: 'b' }));
    await (await first).settle(limited(null));
    await second;
    expect(lines.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(ends).not.toContain(unsent);
  });

  it.each([
    ['there is money', 10_000],
    ['others have its money', most + 1000],
  ])('gives on that its pace lets nobody go any more, where %s', async (_, tokens) => {
    const { open, budget, paced } = gates({ tokens }, 'pace');
    const first = open().admit(size, new AbortController().signal);
    const second = admitted(open({ key: 'b' }));
    await settled();
    paced[1]?.go();
    await second;
    const refusal = { code: 'outage', message: 'no request has succeeded' } as const;
    paced[0]?.refuse(refusal);
    expect(await first).toEqual(failure(refusal));
    expect(budget.report().tokens?.spent).toBe(most);
  });

  it('stops the run where others have spent its money while it waited for its pace', async () => {
    const { open, paced, ends, stop } = gates({ tokens: most + 1000 }, 'pace');
    const first = open().admit(size, new AbortController().signal);
    const second = admitted(open({ key: 'b' }));
    await settled();
    paced[1]?.go();
    await (await second).settle(faulty('unknown'));
    paced[0]?.go();
    expect(await first).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(stop.reason?.code).toBe('budget_spent');
    // Its permit is given back.
    expect(ends.at(-1)).toBe(unsent);
  });

  it('lets no request go whose reservation is not written yet', async () => {
    const { open, writing } = gates({ tokens: 10_000 }, 'journal');
    let isOut = false;
    const admitting = admitted(open()).then(() => (isOut = true));
    await settled();
    expect([isOut, writing.length]).toEqual([false, 1]);
    writing[0]?.(true);
    await admitting;
  });

  it('gives back what it had where the journal fails', async () => {
    const { open, writing, budget, ends } = gates({ tokens: 10_000 }, 'journal');
    const admitting = open().admit(size, new AbortController().signal);
    await settled();
    writing[0]?.(false);
    expect(await admitting).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(ends).toEqual([unsent]);
    expect(budget.report().tokens?.spent).toBe(0);
  });

  it('gives back what it had where the call ends while it waits', async () => {
    const { open, budget, lines } = gates({ tokens: 10_000 }, 'pace');
    const abort = new AbortController();
    const admitting = open().admit(size, abort.signal);
    await settled();
    abort.abort();
    await expect(admitting).rejects.toThrow('aborted');
    expect([budget.report().tokens?.spent, lines]).toEqual([0, []]);
  });

  it('gives back what it had where the call ends while it holds its money and waits for its pace again', async () => {
    const abort = new AbortController();
    const { first, budget } = await pacedAgain(abort.signal);
    abort.abort();
    await expect(first).rejects.toThrow('aborted');
    expect(budget.report().tokens?.spent).toBe(0);
  });

  it('gives back what it had where its pace lets nobody go any more', async () => {
    const { first, budget, paced } = await pacedAgain(new AbortController().signal);
    paced[2]?.refuse({ code: 'outage', message: 'no request has succeeded' });
    expect(await first).toMatchObject({ ok: false, error: { code: 'outage' } });
    expect(budget.report().tokens?.spent).toBe(0);
  });

  it('lets go at once what an answer of no use has left: its call may ask again, and later', async () => {
    const { open, budget } = gates({ tokens: 10_000 });
    await (await admitted(open())).settle({ ...answered(), fault: 'it is empty' });
    expect(budget.report().tokens?.spent).toBe(1000);
    await (await admitted(open({ key: 'b' }))).settle(answered());
    expect(budget.report().tokens?.spent).toBe(1000 + most);
  });

  it('writes with a reservation what the requests before it have spent, known or not', async () => {
    const { open, lines } = gates({ usd: 1, tokens: 100_000 });
    const gate = open();
    const ends = [
      limited(null),
      faulty('free'),
      faulty('unknown'),
      faulty('used'),
      limited(null),
      answered(),
    ];
    for (const end of ends) await (await admitted(gate)).settle(end);
    const lost = { usd: most / 1e6, tokens: most };
    const both = { usd: (most + 1000) / 1e6, tokens: most + 1000 };
    expect(lines.map(({ request, held }) => [request, held])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
      [4, lost],
      [5, both],
      [6, both],
    ]);
    expect(gate.held).toEqual(lost);
  });

  it('says of no dollars that they are known where the model has no price', async () => {
    const { open, lines } = gates({ tokens: 10_000 });
    const gate = open({ model: 'of no known price' });
    for (const end of [faulty('used'), faulty('unknown'), faulty('unknown')])
      await (await admitted(gate)).settle(end);
    expect(lines.map(({ usd, held }) => [usd, held])).toEqual([
      [null, undefined],
      [null, { usd: null, tokens: 1000 }],
      [null, { usd: null, tokens: 1000 + most }],
    ]);
    expect(gate.held).toEqual({ usd: null, tokens: 2 * most });
  });

  it('lets nobody else spend what a dearer model than was asked has cost', async () => {
    const { open, budget, stop } = gates({ usd: 0.0055 });
    const [one, other] = [open(), open({ key: 'b' })];
    const first = await admitted(one);
    const second = await admitted(other);
    let isTold = false;
    const third = Promise.resolve(open({ key: 'c' }).admit(size, new AbortController().signal));
    void third.then(() => (isTold = true));
    // At the price of the model that was asked it would have cost a third, and the other could be let go.
    await first.settle(answered('large'));
    one.ended();
    await settled();
    expect([isTold, budget.report().usd?.spent]).toEqual([false, 0.003 + most / 1e6]);
    await second.settle(answered());
    other.ended();
    expect(await third).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(stop.reason?.code).toBe('budget_spent');
  });

  it('settles a call by the model that answered in the end', async () => {
    const { open, budget, lines } = gates({ usd: 1 });
    const gate = open();
    await (await admitted(gate)).settle(faulty('used'));
    expect(budget.report().usd?.spent).toBe(0.001);
    await (await admitted(gate)).settle(answered('large'));
    gate.ended();
    expect(budget.report().usd?.spent).toBe(0.006);
    expect(lines[1]?.held).toEqual({ usd: 0.001, tokens: 1000 });
    const cheaper = open({ model: 'large' });
    await (await admitted(cheaper)).settle(answered('small'));
    cheaper.ended();
    expect(budget.report().usd?.spent).toBe(0.007);
    const unpriced = open();
    await (await admitted(unpriced)).settle(answered('of no known price'));
    unpriced.ended();
    expect(budget.report().usd?.spent).toBe(0.008);
  });

  it('gives nothing back where a cheaper model answers in the end', async () => {
    const { open, budget } = gates({ usd: 1 });
    const gate = open({ model: 'large' });
    await (await admitted(gate)).settle(faulty('used'));
    expect(budget.report().usd?.spent).toBe(0.003);
    // At its price both would have cost 0.002; others may have been refused for what the first was settled with.
    await (await admitted(gate)).settle(answered('small'));
    gate.ended();
    expect(budget.report().usd?.spent).toBe(0.003);
  });
});
