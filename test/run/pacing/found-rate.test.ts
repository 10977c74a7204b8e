import { describe, expect, it } from 'vitest';
import { createFoundRate } from '../../../src/run/pacing/found-rate.ts';

describe('a found rate', () => {
  it('is one still where the server refuses in the very millisecond in which it took requests again', () => {
    const found = createFoundRate();
    const refuse = (time: number, recovered: number) => {
      for (let nth = 0; nth < 20; nth++) found.take(time, true);
      found.refused(time, time);
      found.recovered(recovered);
    };
    refuse(1000, 8000);
    expect(found.wait(1000)).toBeGreaterThan(0);
    refuse(8000, 8000);
    expect(found.wait(8000)).toBeGreaterThan(0);
  });
});
