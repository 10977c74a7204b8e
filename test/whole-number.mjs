// How the flags of the bench and of the torture read numbers.
import { InvalidArgumentError } from 'commander';

/** Reads a whole number of at most nine digits, and at least `least`. */
export const wholeNumber =
  (least = 0) =>
  (text) => {
    if (!/^\d{1,9}$/.test(text) || Number(text) < least)
      throw new InvalidArgumentError(`Give a whole number from ${least} to 999999999.`);
    return Number(text);
  };
