import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { ModelSettings } from '../models/contract.ts';
import type { Plan } from '../plan.ts';
import { fingerprintVersion } from '../run/fingerprint.ts';
import { modelIdentity, type Pins } from '../run/pins.ts';
import { priceOfAnswer, type Price, type PriceTable } from '../usage/prices.ts';

/** What was tested together: the files of a pipeline, the models that answered, and what they cost. */
export interface Lock {
  /** The name of the pipeline file, which the lock stands beside. */
  readonly pipeline: string;
  /** By which answers are known, in caches and recordings (run/fingerprint.ts). */
  readonly fingerprints: number;
  /** The sha256 of each file's bytes, by its path from the lock's folder, with `/`. */
  readonly files: { readonly [path: string]: string };
  /** By `modelIdentity`. */
  readonly models: { readonly [identity: string]: LockedModel };
}

export interface LockedModel {
  /** The model that answers under this name; null where none has answered yet. */
  readonly resolved: string | null;
  /** US dollars for a million tokens of its answers; null where they are not known. */
  readonly price: Price | null;
}

/** Of this form of the file; a change that an older reader would misread makes it 2. */
export const lockVersion = 1;

/** Where the lock of a pipeline file is: `translate.yaml` has `translate.lock` beside it. */
export function lockPathOf(pipeline: string): string {
  const extension = /^\.(?:ya?ml|json)$/iu.test(extname(pipeline)) ? extname(pipeline) : '';
  return join(dirname(pipeline), `${basename(pipeline, extension)}.lock`);
}

/** What a plan of files is made of now. `resolved`: for each model by its identity, the one that answers, where that is known. */
export function lockOf(plan: Plan, resolved: (identity: string) => string | null): Lock {
  const [pipeline] = plan.files;
  if (pipeline === undefined) throw new Error('a plan that was made of no file has no lock');
  const folder = dirname(pipeline.path);
  const files = plan.files.map(({ path, sha256 }) => [lockedPath(path, folder), sha256] as const);
  const models = askedModels(plan).map(([identity, { name }]) => {
    const answering = resolved(identity);
    return [identity, { resolved: answering, price: priceNow(name, answering, plan.prices) }] as const;
  });
  return {
    pipeline: basename(pipeline.path),
    fingerprints: fingerprintVersion,
    files: Object.fromEntries(sorted(files)),
    models: Object.fromEntries(sorted(models)),
  };
}

/** A path as the lock has it: the same on every machine. */
export function lockedPath(path: string, folder: string): string {
  return relative(folder, path).split(sep).join('/');
}

/** The models that the steps ask, each once, by their identity. */
export function askedModels({ steps }: Plan): readonly (readonly [string, ModelSettings])[] {
  return [...new Map(steps.map(({ model }) => [modelIdentity(model), model]))];
}

/** The price of a model's answers, its parts in one order; null where it is not known. */
export function priceNow(asked: string, answering: string | null, prices: PriceTable): Price | null {
  const price = priceOfAnswer(asked, answering, prices);
  if (price === undefined) return null;
  const { input, output, cached_input } = price;
  return { input, output, ...(cached_input !== undefined && { cached_input }) };
}

/** The models that have to answer while the lock is held. */
export function pinsOf({ models }: Lock): Pins {
  return new Map(
    Object.entries(models).flatMap(([identity, { resolved }]) =>
      resolved === null ? [] : [[identity, resolved] as const],
    ),
  );
}

/** By code unit, so that no machine's language has a say. */
function sorted<Value>(
  entries: readonly (readonly [string, Value])[],
): readonly (readonly [string, Value])[] {
  return entries.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
}
