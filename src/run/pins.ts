import type { ModelSettings } from '../models/contract.ts';
import type { AnswerCache } from './cache/cache.ts';
import type { StopReason } from './events.ts';
import type { Recording } from './recordings/recording.ts';

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
        ?.then((kept) => (kept && isMoved(pins, settings, kept.completion.model) ? undefined : kept)),
  };
}

/** The same of a run that records: what another model has answered is asked again, and replaced. For one call. */
export function pinnedRecording(
  recording: Recording,
  pins: Pins | undefined,
  settings: ModelSettings,
): Recording {
  if (pins?.has(modelIdentity(settings)) !== true) return recording;
  let passedOver = false;
  return {
    ...recording,
    async find(fingerprint, anew) {
      const found = await recording.find(fingerprint, anew);
      passedOver = found?.type === 'answer' && isMoved(pins, settings, found.entry.completion.model);
      return passedOver ? undefined : found;
    },
    answered: (position, call, anew) => recording.answered(position, call, anew || passedOver),
  };
}

function isMoved(pins: Pins, settings: ModelSettings, answered: string | null): boolean {
  return modelMoved(pins, settings, answered) !== undefined;
}
