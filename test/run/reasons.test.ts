import { describe, expect, it } from 'vitest';
import { refusedByProvider } from '../../src/run/reasons.ts';
import { plan, step } from './support/plans.ts';

describe('a failure by which no further call can succeed', () => {
  it.each([
    ['too_many_open_files', 'local'],
    ['rejected_key', 'provider'],
  ] as const)('stops the run: %s', (code, kind) => {
    const stopped = refusedByProvider({ code, message: 'why' }, 'small', plan([step('one')]), false);
    expect(stopped).toEqual({ kind, code, message: 'why' });
  });
});
