import { didYouMean } from '../diagnostic/suggest.ts';
import type { PriceTable } from '../usage/prices.ts';

const alias = '-latest';

/**
 * The model that was most likely meant by a wrong name: a family by its alias, which a date would not be meant by. None where
 * the name is right, and its server does not have it.
 */
export function meantModel(name: string, { models }: PriceTable): string | undefined {
  const names = Object.keys(models);
  if (names.includes(name)) return undefined;
  const families = names.filter((one) => one.endsWith(alias)).map((one) => one.slice(0, -alias.length));
  const dated = /\d{4}$/.test(name);
  const family = dated
    ? undefined
    : [name, didYouMean(name, families)].find((one) => families.includes(one ?? ''));
  return family === undefined ? didYouMean(name, names) : `${family}${alias}`;
}
