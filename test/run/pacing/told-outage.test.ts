import { expect, it } from 'vitest';
import type { RequestEnd } from '../../../src/models/contract.ts';
import { manualClock, settled } from '../support/clock.ts';
import { drive } from '../support/drive.ts';
import { fakeModels, limited, size } from '../support/fake-models.ts';
import { plan, recordsOf, step } from '../support/plans.ts';

it('a run tells that a model is out, and when it will give it up', async () => {
  const models = fakeModels();
  const clock = manualClock();
  const run = drive(plan([step('one')], { concurrency: 3 }), recordsOf(3), {
    openModel: models.openModel,
    now: clock.now,
    sleep: clock.sleep,
    random: () => 0,
  });
  const unreachable: RequestEnd = { ...limited(null), kind: 'unreachable' };
  const calls = [await models.nextCall(), await models.nextCall(), await models.nextCall()];
  for (const { gate, signal } of calls) {
    const permit = await gate.admit(size, signal);
    if (permit.ok) await permit.value.settle(unreachable);
  }
  await settled();
  expect(run.of('model_paused')).toEqual([
    { type: 'model_paused', model: 'small', duration: 250, reason: 'unavailable', gives_up_in: 300_000 },
  ]);
  for (const call of calls) call.reply();
  await run.finished;
});
