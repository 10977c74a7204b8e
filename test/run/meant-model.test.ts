import { expect, it } from 'vitest';
import { meantModel } from '../../src/run/meant-model.ts';
import { builtInPrices } from '../../src/usage/prices.ts';

it.each<[string, string | undefined]>([
  ['mistral-smal', 'mistral-small-latest'],
  ['mistral-small', 'mistral-small-latest'],
  ['mistral-small-lates', 'mistral-small-latest'],
  ['mistral-small-2604', 'mistral-small-2603'],
  ['open-mistral-nem', 'open-mistral-nemo'],
  ['my-own-model', undefined],
  ['mistral-small-latest', undefined],
  ['mistral-small-2603', undefined],
  ['', undefined],
])('%j means %j', (name, meant) => {
  expect(meantModel(name, builtInPrices)).toBe(meant);
});
