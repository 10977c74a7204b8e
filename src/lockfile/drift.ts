import { dirname } from 'node:path';
import type { Diagnostic, Location } from '../diagnostic/diagnostic.ts';
import { isObject, type Pointer } from '../json/json.ts';
import { settingPointer } from '../pipeline/model-settings.ts';
import { resumableSections, type Plan } from '../plan.ts';
import { fingerprintVersion } from '../run/fingerprint.ts';
import { modelIdentity } from '../run/pins.ts';
import type { Price } from '../usage/prices.ts';
import { parseSetting } from '../pipeline/flags.ts';
import { lastAnswering } from './learn.ts';
import { askedModels, lockedPath, priceNow } from './lock.ts';
import type { ReadLock } from './text.ts';

/** For the models asked for in an earlier session of a run, those that have answered, in order of first answer. */
export type Answered = { readonly [name: string]: readonly string[] };

/**
 * Everything in which the plan is not what was locked, each by its name and with its place: errors. A model of which the
 * lock does not know who answers for it is a warning.
 */
export function driftsOf(read: ReadLock, plan: Plan, answered: Answered = {}): readonly Diagnostic[] {
  const flags = flagDrifts(read, plan);
  return [
    ...fingerprintDrift(read),
    ...fileDrifts(read, plan),
    ...flags,
    // A flag that names another model has been told.
    ...(flags.length > 0 ? [] : modelDrifts(read, plan)),
    ...priceDrifts(read, plan),
    ...answerDrifts(read, plan, answered),
    ...unknownModels(read, plan),
  ];
}

function drift(
  { remedy }: ReadLock,
  message: string,
  place?: Diagnostic['place'],
  hint = `look at the change, then pin it by ${remedy}`,
): Diagnostic {
  return { severity: 'error', code: 'lock-drift', message, hint, ...(place !== undefined && { place }) };
}

function inLock({ source }: ReadLock, pointer: Pointer, part?: 'key'): Location {
  return { source, pointer, ...(part !== undefined && { part }) };
}

function fingerprintDrift(read: ReadLock): readonly Diagnostic[] {
  const { fingerprints } = read.lock;
  if (fingerprints === fingerprintVersion) return [];
  const message = `this version of pipe knows answers by version ${fingerprintVersion} of their fingerprints, and the lock is of version ${fingerprints}`;
  return [drift(read, message, inLock(read, ['fingerprints']))];
}

function fileDrifts(read: ReadLock, { files }: Plan): readonly Diagnostic[] {
  const folder = dirname(read.source.path);
  const locked = read.lock.files;
  const now = new Map(files.map((file) => [lockedPath(file.path, folder), file]));
  return [
    ...[...now].flatMap(([name, { path, sha256 }]) => {
      const place = { path, line: 1 };
      const pinned = Object.hasOwn(locked, name) ? locked[name] : undefined;
      if (pinned === undefined)
        return [drift(read, `\`${name}\` has become part of the pipeline since it was locked`, place)];
      return pinned === sha256 ? [] : [drift(read, `\`${name}\` has changed since it was locked`, place)];
    }),
    ...Object.keys(locked).flatMap((name) =>
      now.has(name)
        ? []
        : [
            drift(
              read,
              `\`${name}\` is no part of the pipeline any more`,
              inLock(read, ['files', name], 'key'),
            ),
          ],
    ),
  ];
}

/** The sections of the file that a lock leaves to whoever runs it. */
const free = new Set<string | number | undefined>(['vars', ...resumableSections]);

/** What is asked under a lock is what the locked file says. Variables are there to be given. */
function flagDrifts(read: ReadLock, { overrides }: Plan): readonly Diagnostic[] {
  return overrides.flatMap((flag) => {
    const [, text] = /^--set (.*)$/su.exec(flag) ?? [];
    const setting = text === undefined ? undefined : parseSetting(text);
    const [section, , key] = setting?.ok === true ? setting.value[0] : [];
    const isFree =
      setting === undefined
        ? !flag.startsWith('--model ')
        : free.has(section) || (section === 'steps' && key === 'cache');
    if (isFree) return [];
    const hint = 'leave it out, or write it into the pipeline and lock that';
    return [drift(read, `\`${flag}\` changes what was locked`, undefined, hint)];
  });
}

function modelDrifts(read: ReadLock, plan: Plan): readonly Diagnostic[] {
  const asked = new Set(askedModels(plan).map(([identity]) => identity));
  const { models } = read.lock;
  return [
    ...askedModels(plan).flatMap(([identity]) =>
      Object.hasOwn(models, identity)
        ? []
        : [
            drift(
              read,
              `\`${identity}\` is asked, and was not when the pipeline was locked`,
              namedAt(plan, identity),
            ),
          ],
    ),
    ...Object.keys(models).flatMap((identity) =>
      asked.has(identity)
        ? []
        : [drift(read, `\`${identity}\` is not asked any more`, inLock(read, ['models', identity], 'key'))],
    ),
  ];
}

/** The line of the pipeline that names the model, for the first step that asks it. */
function namedAt({ steps }: Plan, identity: string): Location | undefined {
  const step = steps.find(({ model }) => modelIdentity(model) === identity);
  const source = step?.place?.source;
  if (step === undefined || source === undefined || !isObject(source.value)) return undefined;
  return { source, pointer: settingPointer('name', step.id, source.value) };
}

function priceDrifts(read: ReadLock, plan: Plan): readonly Diagnostic[] {
  return askedModels(plan).flatMap(([identity, { name }]) => {
    const locked = Object.hasOwn(read.lock.models, identity) ? read.lock.models[identity] : undefined;
    if (locked === undefined) return [];
    const now = priceNow(name, locked.resolved, plan.prices);
    if (isSamePrice(locked.price, now)) return [];
    const message = `the price of \`${identity}\` was ${inWords(locked.price)} when it was locked, and is ${inWords(now)}`;
    return [drift(read, message, inLock(read, ['models', identity, 'price'], 'key'))];
  });
}

function isSamePrice(one: Price | null, other: Price | null): boolean {
  if (one === null || other === null) return one === other;
  return one.input === other.input && one.output === other.output && one.cached_input === other.cached_input;
}

function inWords(price: Price | null): string {
  if (price === null) return 'not known';
  const cached = price.cached_input === undefined ? '' : `, $${price.cached_input} of it cached`;
  return `$${price.input} for a million tokens of input${cached}, $${price.output} of output`;
}

/** Who answered last in this run, before it was interrupted. */
function answerDrifts(read: ReadLock, plan: Plan, answered: Answered): readonly Diagnostic[] {
  return askedModels(plan).flatMap(([identity, { name }]) => {
    const pinned = Object.hasOwn(read.lock.models, identity)
      ? read.lock.models[identity]?.resolved
      : undefined;
    const last = lastAnswering(answered, name);
    if (pinned === undefined || pinned === null || last === undefined || last === pinned) return [];
    const message = `\`${last}\` was the last to answer as \`${name}\` in this run, and the lock pins \`${pinned}\``;
    return [drift(read, message, inLock(read, ['models', identity, 'resolved']))];
  });
}

function unknownModels(read: ReadLock, plan: Plan): readonly Diagnostic[] {
  return askedModels(plan).flatMap(([identity]) => {
    const isUnknown =
      Object.hasOwn(read.lock.models, identity) && read.lock.models[identity]?.resolved === null;
    if (!isUnknown) return [];
    const message = `the lock does not say which model answers as \`${identity}\`, so any may`;
    const hint = `run the pipeline, then ${read.remedy}`;
    return [
      {
        severity: 'warning',
        code: 'unlocked-model',
        message,
        hint,
        place: inLock(read, ['models', identity, 'resolved']),
      },
    ];
  });
}
