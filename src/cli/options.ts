import { InvalidArgumentError, Option, type Command } from 'commander';

/** Parsers of flag values: each refuses what it can't read with a sentence that commander prints beside the flag. */

export function positiveInteger(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError('It must be at least 1.');
  return value;
}

export function workerCount(text: string): number {
  const value = positiveInteger(text);
  if (value > 64) throw new InvalidArgumentError('It must be at most 64.');
  return value;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number, such as 100.');
  }
  return value;
}

export function dollars(text: string): number {
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || value <= 0) {
    throw new InvalidArgumentError('It must be a number of US dollars above 0, such as 5 or 0.50.');
  }
  return value;
}

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

export function shard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (match === null || index < 1 || index > count) {
    throw new InvalidArgumentError('It must be i/n with i from 1 to n, such as 1/4.');
  }
  return { index, count };
}

/** For flags that may be given several times. */
export function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

/** Refuses a flag that a command does not have, with a better word than the nearest one that it has. */
export function refuseFlag(command: Command, name: string, why: string): void {
  command.addOption(new Option(`--${name} [value]`).hideHelp());
  command.on(`option:${name}`, () => command.error(`error: ${why}`));
}
