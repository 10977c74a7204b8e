import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/models/contract.ts';
import { providers } from '../../src/models/registry.ts';
import { checkPackages } from '../../src/run/provider-packages.ts';
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
});

describe('checkPackages', () => {
  const [own] = [...providers.values()];
  if (own === undefined) throw new Error('there is a provider');
  const known: ReadonlyMap<string, Provider> = new Map([
    ['mistralai', own],
    ['openai', { ...own, provider: 'openai', package: '@langchain/openai' }],
    ['nobody', { ...own, provider: 'nobody', package: '@langchain/of-nobody' }],
  ]);
  const of = (provider: string) => plan([step('one', { model: { ...settings, provider } }), step('two')]);

  it('names what is missing, and how to get it', () => {
    expect(checkPackages(of('nobody'), known)).toEqual([
      {
        severity: 'error',
        code: 'missing-package',
        message: '`provider: nobody` needs the package @langchain/of-nobody, which is not installed',
        hint: 'run `npm install @langchain/of-nobody`, or try without it by `--simulate`',
      },
    ]);
  });

  it.each(['mistralai', 'openai'])('is silent where all is there: %s', (provider) => {
    expect(checkPackages(of(provider), known)).toEqual([]);
  });
});
