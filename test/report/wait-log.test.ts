import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWaitLog } from '../../src/report/wait-log.ts';
import type { ModelPaused } from '../../src/run/events.ts';
import { paused } from './samples.ts';

function createScene({ seen = false } = {}) {
  const lines: string[] = [];
  let now = 0;
  const log = createWaitLog({
    print: (line) => lines.push(line),
    now: () => now,
    seen,
  });
  const at = (moment: number, changes: Partial<ModelPaused> = {}) => {
    now = moment;
    log.add(paused(changes));
  };
  return { lines, at };
}

describe('a line for a long wait', () => {
  it.each<[string, Partial<ModelPaused>, boolean, readonly string[]]>([
    ['a wait for quota', { duration: 42_000 }, false, ['small waits 42 s for quota']],
    ['a short one', { duration: 9000 }, false, []],
    ['one that is seen anyway', { duration: 42_000 }, true, []],
    ['the limits', { duration: 42_000, reason: 'limits' }, false, ['small waits 42 s for its limits']],
    [
      'a model that is down',
      { duration: 500, reason: 'unavailable', gives_up_in: 300_000 },
      true,
      [
        'no answer from small, trying again for 5m 00s',
        '  then the run stops by itself, to be resumed: nothing is lost',
      ],
    ],
    [
      'a model that is down for who knows how long',
      { duration: 500, reason: 'unavailable' },
      false,
      ['no answer from small, trying again', '  nothing is lost'],
    ],
  ])('is right for %s', (_, changes, seen, expected) => {
    const { lines, at } = createScene({ seen });
    at(0, changes);
    expect(lines).toEqual(expected);
  });

  it('comes when the trouble begins, and again when it is back after a while', () => {
    const { lines, at } = createScene();
    for (const moment of [0, 12_000, 100_000, 230_000]) at(moment);
    expect(lines).toHaveLength(1);
    at(230_000 + 12_000 + 120_000);
    expect(lines).toHaveLength(2);
  });

  it('is not kept back by a short wait before it', () => {
    const { lines, at } = createScene();
    at(0, { duration: 1000 });
    at(1000, { duration: 60_000 });
    expect(lines).toEqual(['small waits 1m 00s for quota']);
  });

  it('comes for each model and each reason', () => {
    const { lines, at } = createScene();
    at(0);
    at(0, { model: 'large' });
    at(0, { reason: 'limits' });
    expect(lines).toHaveLength(3);
  });

  it('is never a flood, however often a model is paused', () => {
    const gaps = fc.array(fc.tuple(fc.nat(100_000), fc.nat(60_000)), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, (gaps) => {
        const { lines, at } = createScene();
        let now = 0;
        for (const [gap, duration] of gaps) at((now += gap), { duration });
        expect(lines.length).toBeLessThanOrEqual(1 + now / 120_000);
      }),
    );
  });
});
