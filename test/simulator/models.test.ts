import { describe, expect, it } from 'vitest';
import { builtInPrices } from '../../src/usage/prices.ts';
import { listModels, resolveModel } from '../../src/simulator/models.ts';

describe('resolveModel', () => {
  it.each([
    ['mistral-small-latest', 'mistral-small-2603'],
    ['mistral-small', 'mistral-small-2603'],
    ['mistral-medium-latest', 'mistral-medium-3-5'],
    ['mistral-medium-3-5', 'mistral-medium-3-5'],
    ['mistral-large-latest', 'mistral-large-2512'],
    ['mistral-large-2411', 'mistral-large-2411'],
    ['ministral-8b-latest', 'ministral-8b-2512'],
    ['codestral-latest', 'codestral-2508'],
    ['open-mistral-nemo', 'open-mistral-nemo'],
    ['ft:open-mistral-nemo:ours:20260101', 'ft:open-mistral-nemo:ours:20260101'],
  ])('answers %s as %s', (name, resolved) => {
    expect(resolveModel(name)).toBe(resolved);
  });

  it.each([
    'nonsense',
    '',
    'latest',
    '-latest',
    'nonsense-latest',
    'mistral-smal-latest',
    'mistral-small-26',
  ])('knows no %j', (name) => {
    expect(resolveModel(name)).toBeUndefined();
  });

  it.each(['Mistral-Small-Latest', 'constructor', '__proto__', 'ft:', 'gpt-4o', 'mistral-small-latest '])(
    'knows no %j either',
    (name) => {
      expect(resolveModel(name)).toBeUndefined();
    },
  );
});

describe('the price table', () => {
  it('names no model that the simulator does not know', () => {
    const unknown = Object.keys(builtInPrices.models).filter((name) => resolveModel(name) === undefined);
    expect(unknown).toEqual([]);
  });

  it('has a price for whatever an alias resolves to', () => {
    const aliases = Object.keys(builtInPrices.models).filter((name) => name.endsWith('-latest'));
    expect(aliases.length).toBeGreaterThan(0);
    for (const alias of aliases) expect(builtInPrices.models).toHaveProperty([resolveModel(alias) ?? '']);
  });
});

describe('listModels', () => {
  it('lists what can be asked for', () => {
    const list = JSON.parse(listModels()) as { data: { id: string; aliases: string[] }[] };
    const names = list.data.flatMap(({ id, aliases }) => [id, ...aliases]);
    expect(names).toContain('mistral-large-latest');
    for (const { id, aliases } of list.data) {
      for (const name of [id, ...aliases]) expect(resolveModel(name)).toBe(id);
    }
  });
});
