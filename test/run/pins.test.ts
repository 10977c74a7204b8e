import { describe, expect, it } from 'vitest';
import type { AnswerCache } from '../../src/run/cache/cache.ts';
import { modelIdentity, pinnedCache } from '../../src/run/pins.ts';
import { drive } from './support/drive.ts';
import { fakeModels } from './support/fake-models.ts';
import { plan, recordsOf, settings, step } from './support/plans.ts';

const chain = [step('one'), step('two', { after: ['one'] })];
/** The fake models answer as `small-2603`. */
const moved = new Map([['fake/small', 'small-2512']]);

describe('a model', () => {
  it('is known by who is asked, where, and by which name', () => {
    expect(modelIdentity(settings)).toBe('fake/small');
    expect(modelIdentity({ ...settings, base_url: 'http://x.example/v1' })).toBe(
      'fake/small at http://x.example/v1',
    );
  });
});

describe('a run whose models are pinned', () => {
  it('stops at the first answer of another, and makes no further call', async () => {
    const models = fakeModels();
    const run = drive(plan(chain, { concurrency: 2 }), recordsOf(5), {
      openModel: models.openModel,
      pins: moved,
    });
    const [first, second] = [await models.nextCall(), await models.nextCall()];
    first.reply();
    second.reply();
    const finished = await run.finished;
    expect(finished).toMatchObject({
      state: 'stopped',
      reason: {
        kind: 'provider',
        code: 'model_moved',
        message: '`small` was answered by `small-2603`, and the lock pins `small-2512`',
      },
      counts: { succeeded: 0, failed: 0, pending: 2 },
      usage: { total: { requests: 2 } },
    });
    expect(models.seen.calls).toBe(2);
    expect(run.of('run_stopping').map(({ how, grace }) => [how, grace])).toEqual([['draining', 25_000]]);
  });

  it.each([
    ['the pinned one answers', new Map([['fake/small', 'small-2603']])],
    ['another model is pinned', new Map([['fake/large', 'large-2512']])],
  ])('goes on where %s', async (_, pins) => {
    const models = fakeModels();
    const run = drive(plan([step('one')]), recordsOf(1), { openModel: models.openModel, pins });
    (await models.nextCall()).reply();
    expect(await run.finished).toMatchObject({ state: 'completed', counts: { succeeded: 1 } });
  });

  it('holds no pin where answers are simulated', async () => {
    const models = fakeModels();
    const simulator = { base_url: 'http://127.0.0.1:1' };
    const run = drive(plan([step('one')]), recordsOf(1), {
      openModel: models.openModel,
      pins: moved,
      simulator,
    });
    (await models.nextCall()).reply();
    expect(await run.finished).toMatchObject({ state: 'completed' });
  });
});

describe('a cache', () => {
  const kept = (model: string | null): AnswerCache => ({
    find: async () => ({ completion: { model } }) as never,
    put: () => {},
    close: async () => {},
  });

  it('has no answer of another model than the pinned one', async () => {
    const find = (model: string | null, pins = moved) => pinnedCache(kept(model), pins, settings)?.find('f');
    expect(await find('small-2603')).toBeUndefined();
    expect(await find('small-2512')).toBeDefined();
    expect(await find(null)).toBeDefined();
    expect(await find('small-2603', new Map())).toBeDefined();
    expect(pinnedCache(undefined, moved, settings)).toBeUndefined();
  });

  it('tells at once that it has none', () => {
    const none = { ...kept(null), find: () => undefined };
    expect(pinnedCache(none, moved, settings)?.find('f')).toBeUndefined();
  });
});
