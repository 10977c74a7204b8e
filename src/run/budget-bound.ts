import type { RequestSize } from '../models/contract.ts';
import { billionthsUp, dollarsOf } from '../usage/billionths.ts';
import type { Price } from '../usage/prices.ts';

/** The most that a request may use. */
export interface Bound {
  /** US dollars; null where the model's price is unknown. */
  readonly usd: number | null;
  /** Of input and output together. */
  readonly tokens: number;
}

export interface BoundedRequest extends RequestSize {
  /** The longest answer that the model may write, in tokens; never null where the run has a budget. */
  readonly max_output_tokens: number | null;
}

/**
 * Tokens that a provider may add to what it is sent: the marks of turns and, where there are tools, a system prompt of
 * its own, of which Anthropic's longest has some 900.
 */
const addedTokens = 1024;

/**
 * Tokens of an image, linked or in the body: what it counts goes by its width and height. Most count a few thousand for
 * the largest; OpenAI's gpt-4o-mini counts 2,833, and 5,667 more for each of up to eight tiles.
 */
const imageTokens = 50_000;

/**
 * The most that a request may use. No tokenizer makes more tokens than a text has bytes, and the body holds all texts.
 * Input is priced as if all of it were of the dearer kind.
 */
export function boundOf(request: BoundedRequest, price: Price | undefined): Bound {
  const { bytes, images, max_output_tokens: output } = request;
  if (output === null) throw new Error('a budget was asked about an answer that nothing bounds');
  const input = bytes + addedTokens + images * imageTokens;
  return { usd: price === undefined ? null : highestCost(input, output, price), tokens: input + output };
}

function highestCost(input: number, output: number, price: Price): number {
  const dearest = Math.max(price.input, price.cached_input ?? 0);
  return dollarsOf(billionthsUp((input * dearest + output * price.output) / 1_000_000));
}
