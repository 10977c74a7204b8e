import { isSlip } from '../../diagnostic/suggest.ts';
import { meantModel } from '../../run/meant-model.ts';
import { builtInPrices } from '../../usage/prices.ts';

/** Why the name of a model is most likely a slip. Another model than those that have a price may be meant all the same. */
export function doubtedModel(name: string): { readonly why: string; readonly meant: string } | undefined {
  const known = Object.keys(builtInPrices.models);
  // A family of another date.
  const family = /^(.+)-\d{4}$/.exec(name)?.[1];
  if (known.includes(name) || (family !== undefined && known.some((one) => one.startsWith(`${family}-`))))
    return undefined;
  const meant = meantModel(name, builtInPrices);
  if (meant === undefined || !isSlipOf(name, meant)) return undefined;
  return { why: `\`${name}\` is none of the Mistral models that pipe knows`, meant };
}

/** Word by word: `mistral-smal` is a slip of `mistral-small-latest`, `pixtral-large-latest` another model. */
function isSlipOf(name: string, meant: string): boolean {
  const [words, others] = [name, meant].map((text) => text.toLowerCase().split(/[\s_-]+/u));
  return words?.every((word, at) => word === others?.[at] || isSlip(word, others?.[at] ?? '')) === true;
}
