import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { growthFlag, holdNewSpace, spaceOf, type NewSpace } from '../../src/cli/new-space.ts';

const mebibyte = 2 ** 20;

describe('the space of new objects', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A space that has these sizes, one at each look; and the factors that it is told. */
  function spaceWith(sizes: readonly number[]): NewSpace & { readonly told: number[] } {
    const left = [...sizes];
    const told: number[] = [];
    return { size: () => left.shift() ?? 0, growBy: (factor) => void told.push(factor), told };
  }

  it('grows until it is large enough, and again where it has shrunk', () => {
    const space = spaceWith([2, 8, 16, 32, 4, 4].map((size) => size * mebibyte));
    const release = holdNewSpace(space);
    const looks = [0, 0, 1, 1, 2, 2];
    for (const told of looks) {
      vi.advanceTimersByTime(100);
      expect(space.told).toEqual([1, 2].slice(0, told));
    }
    release();
    expect(space.told).toEqual([1, 2]);
  });

  it('is V8’s own again when it is let go', () => {
    const space = spaceWith([64 * mebibyte]);
    const release = holdNewSpace(space);
    vi.advanceTimersByTime(100);
    release();
    vi.advanceTimersByTime(1000);
    expect(space.told).toEqual([1, 2]);
  });

  it.each(['10.2.154.26-node.39', '15.0.1'])('is left alone in a V8 that is not known: %s', (version) => {
    expect(spaceOf(version)).toBeUndefined();
  });

  it('tells its size in this one, which heeds the flag without a complaint', () => {
    expect(spaceOf(process.versions.v8)?.size()).toBeGreaterThan(0);
    const code = `require('v8').setFlagsFromString('${growthFlag(1)}')`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
