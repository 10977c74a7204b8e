import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWaitingLine, type Leaving } from '../../../src/run/pacing/waiting-line.ts';

interface Ticket extends Leaving {
  readonly nth: number;
}

function waiting() {
  const line = createWaitingLine<Ticket>();
  const left: number[] = [];
  const add = (nth: number, signal: AbortSignal) =>
    line.add({ nth, signal, leave: () => void left.push(nth) });
  return { line, left, add };
}

describe('a waiting line', () => {
  it('is served in order, whoever leaves and whenever', () => {
    const acts = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ act: fc.constant('add' as const), who: fc.nat(3) }) },
        { weight: 5, arbitrary: fc.record({ act: fc.constant('shift' as const), who: fc.constant(0) }) },
        { weight: 1, arbitrary: fc.record({ act: fc.constant('abort' as const), who: fc.nat(3) }) },
      ),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(acts, (all) => {
        const { line, left, add } = waiting();
        const callers = Array.from({ length: 4 }, () => new AbortController());
        let model: { readonly nth: number; readonly who: number }[] = [];
        const leaving: number[] = [];
        for (const [nth, { act, who }] of all.entries()) {
          const caller = callers[who];
          if (caller === undefined) continue;
          if (act === 'shift') {
            line.shift();
            model = model.slice(1);
          } else if (act === 'abort') {
            caller.abort();
            leaving.push(...model.filter((one) => one.who === who).map((one) => one.nth));
            model = model.filter((one) => one.who !== who);
          } else if (!caller.signal.aborted) {
            add(nth, caller.signal);
            model.push({ nth, who });
          }
          expect(line.first?.nth).toBe(model[0]?.nth);
        }
        expect(left).toEqual(leaving);
      }),
    );
  });

  it('listens once to a signal that many share, and not at all when nobody waits', () => {
    const { line, add } = waiting();
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = new Proxy(signal, {
      get(target, name) {
        if (name === 'addEventListener') listeners += 1;
        if (name === 'removeEventListener') listeners -= 1;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    for (let nth = 0; nth < 1000; nth++) add(nth, counted);
    expect(listeners).toBe(1);
    while (line.first !== undefined) line.shift();
    expect(listeners).toBe(0);
  });
});
