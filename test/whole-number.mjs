// The one kind of argument that the bench's and the torture's flags take.
import { InvalidArgumentError } from 'commander';

/** Reads a flag's whole number, of at least `least`. */
export const wholeNumber =
  (least = 0) =>
  (text) => {
    if (!/^\d{1,9}$/.test(text) || Number(text) < least)
      throw new InvalidArgumentError(`Give a whole number, at least ${least}.`);
    return Number(text);
  };
