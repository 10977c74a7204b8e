import { expect, it } from 'vitest';
import type { RequestEnd } from '../../src/models/contract.ts';
import type { OpenModel } from '../../src/run/options.ts';
import { manualClock, settled, type ManualClock } from './support/clock.ts';
import { drive, type Drive } from './support/drive.ts';
import { answer, failed, limited, promptOf, size } from './support/fake-models.ts';
import { plan, recordsOf, step } from './support/plans.ts';

const attempts = 3;
const requestEnd = (kind: RequestEnd['kind']): RequestEnd => ({ ...limited(null), kind });

/** A server that fails what `isFaulty` says, however often it is asked, and how many requests it has had at one time. */
function serverOf(isFaulty: (prompt: string) => boolean, { sleep }: ManualClock) {
  const seen = { underWay: 0, most: 0 };
  const openModel: OpenModel = async () => ({
    async call(request, { gate, signal }) {
      for (let used = 0; ;) {
        const permit = await gate.admit(size, signal);
        if (!permit.ok) return failed({ ...permit.error, scope: 'run' });
        seen.underWay += 1;
        seen.most = Math.max(seen.most, seen.underWay);
        await sleep(30, signal);
        seen.underWay -= 1;
        const faulty = isFaulty(promptOf(request));
        const settled = await permit.value.settle(requestEnd(faulty ? 'unavailable' : 'answered'));
        if (!faulty) return answer('ok');
        if (settled === 'used') used += 1;
        if (used === attempts) return failed();
        if (settled === 'used') await sleep(100, signal);
      }
    },
    close: async () => {},
  });
  return { openModel, seen };
}

async function ended(run: Drive, clock: ManualClock) {
  let over = false;
  void run.finished.finally(() => (over = true));
  for (;;) {
    await settled();
    if (over) return run.finished;
    await clock.advance(clock.sleeping[0] ?? 0);
  }
}

async function runOf(faulty: number, all: number, concurrency: number) {
  const clock = manualClock();
  const records = recordsOf(all);
  const { openModel, seen } = serverOf((prompt) => Number(/\d+/.exec(prompt)?.[0]) < faulty, clock);
  const run = drive(plan([step('one')], { concurrency }), records, {
    openModel,
    random: () => 0.5,
    ...clock,
  });
  return { finished: await ended(run, clock), run, seen };
}

it('rows that are at fault fail alone, though there are more of them in a row than calls at one time', async () => {
  const { finished, seen } = await runOf(20, 40, 4);
  expect(finished).toMatchObject({ state: 'completed', counts: { failed: 20, succeeded: 20 } });
  expect(seen.most).toBe(4);
});

it('a server that fails whatever it is asked is out: no record fails but those that it had from the beginning', async () => {
  const { finished, seen } = await runOf(200, 200, 4);
  expect(finished).toMatchObject({ state: 'stopped', reason: { kind: 'provider', code: 'outage' } });
  expect(finished.counts).toMatchObject({ failed: 4, succeeded: 0 });
  expect(seen.most).toBe(4);
});
