import { describe, expect, it } from 'vitest';
import type { RunOptions } from '../../../src/run/options.ts';
import { openFar } from '../../../src/run/workers/open-far.ts';
import { fakeModels } from '../support/fake-models.ts';

const { openModel } = fakeModels();
const workers = { open: fakeModels().openModel, close: () => Promise.resolve() };

function opened(options: Partial<RunOptions>, traced = false) {
  const warnings: string[] = [];
  const open = openFar({ env: {}, ...options }, traced, workers, (message) => warnings.push(message));
  return { far: open === workers.open, warnings };
}

describe('openFar', () => {
  it.each<readonly [name: string, options: Partial<RunOptions>, far: boolean]>([
    ['nothing', {}, false],
    ['none', { workers: 0 }, false],
    ['one', { workers: 1 }, true],
    ['many', { workers: 64 }, true],
    ['fewer than none', { workers: -1 }, false],
    ['no number', { workers: Number.NaN }, false],
    ["the tests' own models", { workers: 2, openModel }, false],
    ['a stream that is not wanted', { workers: 2, stream: false }, true],
  ])('for %s', (_name, options, far) => {
    expect(opened(options)).toEqual({ far, warnings: [] });
  });

  it.each<readonly [name: string, options: Partial<RunOptions>, traced: boolean, which: string]>([
    ['answers are shown as they come', { stream: true }, false, 'whose answers are shown as they come'],
    ['a run is traced', {}, true, 'that is traced'],
  ])('says that there are none where %s', (_name, options, traced, which) => {
    expect(opened({ workers: 2, ...options }, traced)).toEqual({
      far: false,
      warnings: [`no workers are used: a run ${which} makes its calls in one thread`],
    });
    expect(opened(options, traced).warnings).toEqual([]);
  });
});
