import { describe, expect, it } from 'vitest';
import { createCallSlots } from '../../src/run/call-slots.ts';
import { settled } from './support/clock.ts';

function slots(concurrency: number) {
  const limited = createCallSlots(concurrency);
  const begun: string[] = [];
  const end = new Map<string, (how?: Error) => void>();
  const results: string[] = [];
  const run = (sequence: number, name: string) => {
    limited
      .run(sequence, () => {
        begun.push(name);
        return new Promise<string>((resolve, reject) => {
          end.set(name, (error) => (error === undefined ? resolve(name) : reject(error)));
        });
      })
      .then(
        (value) => results.push(value),
        (error: Error) => results.push(error.message),
      );
  };
  return { run, begun, end, results };
}

describe('createCallSlots', () => {
  it('gives a free slot to the oldest record that waits, and answers whoever asked', async () => {
    const { run, begun, end, results } = slots(2);
    for (const [sequence, name] of [
      [5, 'five'],
      [6, 'six'],
      [9, 'nine'],
      [7, 'seven'],
      [8, 'eight'],
      [7, 'seven again'],
    ] as const) {
      run(sequence, name);
    }
    await settled();
    expect(begun).toEqual(['five', 'six']);
    for (const name of ['six', 'seven', 'five', 'seven again', 'eight', 'nine']) {
      end.get(name)?.();
      await settled();
    }
    expect(begun).toEqual(['five', 'six', 'seven', 'seven again', 'eight', 'nine']);
    expect(results).toEqual(['six', 'seven', 'five', 'seven again', 'eight', 'nine']);
  });

  it('frees the slot of a call that throws, and tells its caller', async () => {
    const { run, begun, end, results } = slots(1);
    run(0, 'bad');
    run(1, 'good');
    await settled();
    end.get('bad')?.(new Error('thrown'));
    await settled();
    end.get('good')?.();
    await settled();
    expect(begun).toEqual(['bad', 'good']);
    expect(results).toEqual(['thrown', 'good']);
  });

  it('frees the slot of a call that throws before it has made a promise', async () => {
    const limited = createCallSlots(1);
    const thrown = new Error('at once');
    const throwing = () => {
      throw thrown;
    };
    const results = await Promise.allSettled([
      limited.run(1, throwing),
      limited.run(2, () => Promise.reject(thrown)),
      limited.run(3, throwing),
      limited.run(4, () => Promise.resolve('four')),
    ]);
    const rejected = { status: 'rejected', reason: thrown };
    expect(results).toEqual([rejected, rejected, rejected, { status: 'fulfilled', value: 'four' }]);
  });
});
