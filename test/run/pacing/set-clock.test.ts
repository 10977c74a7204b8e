import { afterEach, expect, it, vi } from 'vitest';
import { drive } from '../support/drive.ts';
import { fakeModels, limited, size } from '../support/fake-models.ts';
import { plan, recordsOf, step } from '../support/plans.ts';

afterEach(() => void vi.restoreAllMocks());

it.each([
  ['forward', 3_600_000],
  ['back', -3_600_000],
])('a clock on the wall that is set %s, again and again, ends no run and holds none up', async (_way, by) => {
  let time = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => (time += by));
  const models = fakeModels();
  const retry = { attempts: 1, max_delay: 1, outage: 600_000 };
  const run = drive(plan([step('one')], { retry }), recordsOf(1), { openModel: models.openModel });
  const call = await models.nextCall();
  for (let refused = 0; refused < 5; refused++) {
    const permit = await call.gate.admit(size, call.signal);
    expect(permit.ok && (await permit.value.settle(limited(null)))).toBe('free');
  }
  call.reply();
  expect(await run.finished).toMatchObject({ counts: { succeeded: 1 } });
});
