import { describe, expect, it } from 'vitest';
import { checkStart } from '../../src/run/requirements.ts';
import { fakeTools } from './support/fake-tools.ts';
import { plan, settings, step } from './support/plans.ts';

const mistral = { ...settings, provider: 'mistralai' };

describe('checkStart', () => {
  const steps = plan([step('one', { model: mistral, program: fakeTools().calling([], ['TOKEN']) })]);

  it.each([
    [{ env: {}, live: true }, ['missing-api-key', 'missing-variable']],
    // Tools run where answers are simulated, too.
    [{ env: {}, live: false }, ['missing-variable']],
    [{ env: { MISTRAL_API_KEY: 'k'.repeat(32), TOKEN: '' }, live: true }, []],
  ])('tells all that is lacking: %j', (start, codes) => {
    expect(checkStart(steps, start).map(({ code }) => code)).toEqual(codes);
  });

  it('takes an empty variable for none where it has to be filled', () => {
    const program = { ...fakeTools().calling([], ['TOKEN']), filled: ['TOKEN'] };
    const [found, ...others] = checkStart(plan([step('one', { program })]), {
      env: { TOKEN: '' },
      live: false,
    });
    expect(found).toMatchObject({
      code: 'missing-variable',
      message: '`TOKEN` is empty, and the tools of step `one` need it',
    });
    expect(others).toEqual([]);
  });
});
