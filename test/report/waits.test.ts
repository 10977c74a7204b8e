import { describe, expect, it } from 'vitest';
import { collectWaits, waitForms, waitInWords, type Wait } from '../../src/report/waits.ts';
import { paused } from './samples.ts';

describe('what models wait for', () => {
  it('is counted down, the longest first, until it is over', () => {
    const waits = collectWaits();
    waits.pause(paused({ model: 'small', duration: 5000 }), 0);
    waits.pause(paused({ model: 'large', duration: 12_000 }), 0);
    expect(waits.read(1000)).toEqual([
      { model: 'large', reason: 'rate_limited', left: 11_000 },
      { model: 'small', reason: 'rate_limited', left: 4000 },
    ]);
    expect(waits.read(5000)).toEqual([{ model: 'large', reason: 'rate_limited', left: 7000 }]);
    expect(waits.read(12_000)).toEqual([]);
  });

  it.each<[string, Parameters<typeof paused>[0], Wait[]]>([
    ['a longer one', { duration: 20_000 }, [{ model: 'small', reason: 'rate_limited', left: 20_000 }]],
    ['a shorter one', { duration: 1000 }, [{ model: 'small', reason: 'rate_limited', left: 1000 }]],
    [
      'that it gives no answer',
      { duration: 1000, reason: 'unavailable' },
      [{ model: 'small', reason: 'unavailable', left: null }],
    ],
    [
      'limits that last longer',
      { duration: 20_000, reason: 'limits' },
      [{ model: 'small', reason: 'limits', left: 20_000 }],
    ],
    [
      'but not limits that say less',
      { duration: 1000, reason: 'limits' },
      [{ model: 'small', reason: 'rate_limited', left: 12_000 }],
    ],
  ])('is what was told last of a model: %s', (_, changes, left) => {
    const waits = collectWaits();
    waits.pause(paused(), 0);
    waits.pause(paused(changes), 0);
    expect(waits.read(0)).toEqual(left);
  });

  it('lasts, where no answer comes, until one comes or the run stops for it', () => {
    const waits = collectWaits();
    const down = paused({ reason: 'unavailable', duration: 1000, gives_up_in: 300_000 });
    waits.pause(paused({ model: 'large', duration: 400_000 }), 0);
    waits.pause(down, 0);
    expect(waits.read(60_000)[0]).toEqual({ model: 'small', reason: 'unavailable', left: 240_000 });
    expect(waits.answered('large')).toBe(false);
    expect(waits.read(60_000)).toHaveLength(2);
    expect(waits.answered('small')).toBe(true);
    expect(waits.read(60_000)).toEqual([{ model: 'large', reason: 'rate_limited', left: 340_000 }]);
    waits.pause(down, 60_000);
    expect(waits.read(360_000)).toEqual([{ model: 'large', reason: 'rate_limited', left: 40_000 }]);
  });

  it('is a rest where a model is not asked at all, until the last one is again', () => {
    const waits = collectWaits();
    expect(waits.restsUntil()).toBe(-Infinity);
    waits.pause(paused({ model: 'limited', reason: 'limits', duration: 60_000 }), 0);
    expect(waits.restsUntil()).toBe(-Infinity);
    waits.pause(paused({ model: 'small', duration: 5000 }), 1000);
    waits.pause(
      paused({ model: 'large', reason: 'unavailable', duration: 1000, gives_up_in: 300_000 }),
      1000,
    );
    expect(waits.restsUntil()).toBe(301_000);
    waits.answered('large');
    expect(waits.restsUntil()).toBe(6000);
  });

  it.each<[Wait, readonly string[], string]>([
    [
      { model: 'small', reason: 'rate_limited', left: 41_500 },
      ['waits 42 s for quota of small', 'waits 42 s for quota', 'waits 42 s'],
      'small waits 42 s for quota',
    ],
    [
      { model: 'small', reason: 'limits', left: 65_000 },
      ['waits 1m 05s for limits of small', 'waits 1m 05s for limits', 'waits 1m 05s'],
      'small waits 1m 05s for its limits',
    ],
    [
      { model: 'small', reason: 'unavailable', left: 185_000 },
      ['no answer from small, trying again for 3m 05s', 'no answer, trying again for 3m 05s', 'no answer'],
      'no answer from small, trying again for 3m 05s',
    ],
    [
      { model: 'a\u001B[2J', reason: 'unavailable', left: null },
      ['no answer from a\\x1b[2J, trying again', 'no answer, trying again', 'no answer'],
      'no answer from a\\x1b[2J, trying again',
    ],
    [
      { model: 'm'.repeat(60), reason: 'rate_limited', left: 1 },
      [`waits 1 s for quota of ${'m'.repeat(39)}…`, 'waits 1 s for quota', 'waits 1 s'],
      `${'m'.repeat(39)}… waits 1 s for quota`,
    ],
    [
      { model: 'نموذج', reason: 'rate_limited', left: 42_000 },
      ['waits 42 s for quota of \u2068نموذج\u2069', 'waits 42 s for quota', 'waits 42 s'],
      '\u2068نموذج\u2069 waits 42 s for quota',
    ],
    [
      { reason: 'budget' },
      ['waits for what calls under way leave of the budget', 'waits for budget', 'budget'],
      'waits for what calls under way leave of the budget',
    ],
  ])('is told in few words and in more: %o', (wait, forms, words) => {
    expect(waitForms(wait)).toEqual(forms);
    expect(waitInWords(wait)).toBe(words);
  });
});
