import type { ModelSettings } from '../models/contract.ts';
import type { AnswerCache } from './cache/cache.ts';
import type { StopReason } from './events.ts';

/** For each model asked for, by `modelIdentity`, the one that has to answer; what is not there may be answered by any. */
export type Pins = ReadonlyMap<string, string>;

/** What tells a model that is asked for from another: who is asked, where, and by which name. */
export function modelIdentity({
  provider,
  name,
  base_url,
}: Pick<ModelSettings, 'provider' | 'name' | 'base_url'>): string {
  return base_url === undefined ? `${provider}/${name}` : `${provider}/${name} at ${base_url}`;
}

/**
 * Why a run that holds a lock stops where another model has answered than the one that is pinned: what was tested answers
 * no more. Undefined where it goes on; a server that does not say who answered is believed.
 */
export function modelMoved(
  pins: Pins | undefined,
  settings: ModelSettings,
  answered: string | null,
): StopReason | undefined {
  const pinned = pins?.get(modelIdentity(settings));
  if (pinned === undefined || answered === null || answered === pinned) return undefined;
  return {
    kind: 'provider',
    code: 'model_moved',
    message: `\`${settings.name}\` was answered by \`${answered}\`, and the lock pins \`${pinned}\``,
    hint: 'look at what it answered, then pin it by `pipe lock`, or go on without the lock',
  };
}

/** A cache without the answers that other models than the pinned one have given some time. */
export function pinnedCache(
  cache: AnswerCache | undefined,
  pins: Pins | undefined,
  settings: ModelSettings,
): AnswerCache | undefined {
  if (cache === undefined || pins?.has(modelIdentity(settings)) !== true) return cache;
  return {
    ...cache,
    find: (fingerprint) =>
      cache
        .find(fingerprint)
        ?.then((kept) => (kept && modelMoved(pins, settings, kept.completion.model) ? undefined : kept)),
  };
}
