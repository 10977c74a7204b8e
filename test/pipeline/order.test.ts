import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textSource } from '../../src/diagnostic/yaml-source.ts';
import { orderSteps, type Dependency } from '../../src/pipeline/order.ts';
import { createReport } from '../../src/pipeline/report.ts';

const source = textSource('pipeline.yaml', '');

function order(steps: { readonly [id: string]: readonly string[] }) {
  const report = createReport(source, []);
  const dependencies = Object.entries(steps).map(([id, reads]): [string, Dependency[]] => [
    id,
    reads.map((on, index) => ({ on, place: { source, pointer: ['steps', id, index] } })),
  ]);
  const { ids: ordered } = orderSteps(new Map(dependencies), report);
  const places = report.all().map(({ place }) => {
    const [, id, index] = place !== undefined && 'pointer' in place ? place.pointer : [];
    return `${id} ${index}`;
  });
  return { ordered, loops: report.all().map(({ message }) => message), places };
}

describe('the order of steps', () => {
  it.each<[string, { readonly [id: string]: readonly string[] }, readonly string[]]>([
    ['nothing', {}, []],
    ['steps without references, as in the file', { b: [], a: [], c: [] }, ['b', 'a', 'c']],
    ['a chain the other way round', { a: ['b'], b: ['c'], c: [] }, ['c', 'b', 'a']],
    [
      'a diamond',
      { top: ['left', 'right'], right: ['base'], left: ['base'], base: [] },
      ['base', 'left', 'right', 'top'],
    ],
    ['a step read twice', { a: ['b', 'b'], b: [] }, ['b', 'a']],
  ])('of %s', (_name, steps, expected) => {
    expect(order(steps)).toEqual({ ordered: expected, loops: [], places: [] });
  });

  it.each<[string, { readonly [id: string]: readonly string[] }, readonly string[]]>([
    ['itself', { a: ['a'] }, ['step `a` waits for itself']],
    [
      'two that read each other twice',
      { a: ['b', 'b'], b: ['a', 'a'] },
      ['steps wait for each other: `a` → `b` → `a`'],
    ],
    ['two', { a: ['b'], b: ['a'] }, ['steps wait for each other: `a` → `b` → `a`']],
    [
      'some of many',
      { z: ['a'], a: ['b'], b: ['c'], c: ['a'] },
      ['steps wait for each other: `a` → `b` → `c` → `a`'],
    ],
    [
      'two loops',
      { a: ['b'], b: ['a'], c: ['d'], d: ['c'] },
      ['steps wait for each other: `a` → `b` → `a`', 'steps wait for each other: `c` → `d` → `c`'],
    ],
  ])('has none for a loop of %s, which is told', (_name, steps, loops) => {
    expect(order(steps).loops).toEqual(loops);
  });

  it.each<[string, { readonly [id: string]: readonly string[] }, readonly string[]]>([
    ['that reads a later one', { a: ['c'], b: ['a'], c: ['b'] }, ['a 0']],
    ['that two loops go through', { a: ['d'], b: ['a'], c: ['b'], d: ['c', 'a'] }, ['a 0']],
    ['that closes it, where several read later ones', { a: ['b'], b: ['c'], c: ['a'] }, ['c 0']],
    ['of each of two loops', { a: ['b', 'c'], b: ['a'], c: ['a'] }, ['a 0', 'a 1']],
  ])('marks the reference of a loop %s', (_name, steps, places) => {
    expect(order(steps).places).toEqual(places);
  });

  it('is found for a chain that is longer than a stack', () => {
    const ids = Array.from({ length: 100_000 }, (_, index) => `s${index}`);
    const steps = Object.fromEntries(
      ids.map((id, index) => [id, index === ids.length - 1 ? [] : [`s${index + 1}`]]),
    );
    expect(order(steps)).toEqual({ ordered: ids.toReversed(), loops: [], places: [] });
  });

  it('has every step once, after those it reads, unless there is a loop', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const steps = fc.record(Object.fromEntries(ids.map((id) => [id, fc.subarray(ids, { maxLength: 2 })])));
    fc.assert(
      fc.property(steps, (graph) => {
        const { ordered, loops } = order(graph);
        expect(ordered.toSorted()).toEqual(ids);
        const early = ordered.some((id, index) =>
          (graph[id] ?? []).some((on) => ordered.indexOf(on) >= index),
        );
        expect(early).toBe(loops.length > 0);
      }),
    );
  });
});
