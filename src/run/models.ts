import type { JsonObject } from '../json/json.ts';
import type { ClientServices, ModelClient, ModelRequest, ModelSettings } from '../models/contract.ts';
import type { Plan } from '../plan.ts';
import { canonicalJson } from './canonical.ts';
import { fingerprintsOf, type Fingerprint } from './fingerprint.ts';
import { controllerForMany } from './listeners.ts';
import { keyOf } from './model-keys.ts';
import { openByProvider } from './open-by-provider.ts';
import type { OpenModel, RunOptions, Surroundings } from './options.ts';
import type { Wait } from './pacing/announcer.ts';
import { createPacer, type Pacer } from './pacing/pacer.ts';
import { secretsOf } from './secrets.ts';
import { simulatedSettings, underOwnName } from './simulated.ts';

/** One model of one account: what has a quota, and can be down. Clients with different parameters share it. */
interface SharedModel {
  readonly name: string;
  readonly controller: AbortController;
  readonly pacer: Pacer;
}

/** What a step asks. */
export interface StepModel {
  readonly name: string;
  /** As the file has them, whoever stands in for the provider. */
  readonly settings: ModelSettings;
  readonly client: ModelClient;
  readonly pacer: Pacer;
  readonly fingerprint: (request: ModelRequest) => Fingerprint;
  /** Aborted when everything ends; ends the calls to the model. */
  readonly signal: AbortSignal;
}

export interface OpenModels {
  /** In the order of the plan's steps. */
  readonly ofSteps: readonly StepModel[];
  readonly abortAll: () => void;
  /** Closes the connections; to be called when no call is in flight. */
  close(): Promise<void>;
}

export interface ModelListener {
  readonly paused: (model: string, wait: Wait) => void;
  /** Something that a user should know of. */
  readonly notice: (message: string) => void;
  /** So many calls more than usual should be begun, over all models. */
  readonly spare: (calls: number) => void;
}

/**
 * Opens a client for each distinct set of settings, and a pacer for each distinct model. `openFar` opens clients whose calls
 * are made in other threads; absent: all are made in this one.
 */
export async function openModels(
  plan: Plan,
  options: RunOptions,
  { now, elapsed, sleep, random }: Surroundings,
  { paused, spare, notice }: ModelListener,
  openFar?: OpenModel,
): Promise<OpenModels> {
  const open = options.openModel ?? openFar ?? openByProvider;
  const shared = new Map<string, SharedModel>();
  const clients = new Map<string, Promise<ModelClient>>();
  const secrets = secretsOf(plan, options);
  const traffic = { underWay: 0, most: plan.limits.concurrency };
  const spares = new Map<string, number>();

  function spareFor(identity: string, calls: number): void {
    spares.set(identity, calls);
    spare([...spares.values()].reduce((sum, one) => sum + one, 0));
  }

  /** `name`: what the file calls it. */
  function sharedModel(name: string, settings: ModelSettings): SharedModel {
    const { provider, base_url, api_key_env } = settings;
    const identity = JSON.stringify([provider, base_url ?? null, settings.name, api_key_env ?? null]);
    const known = shared.get(identity);
    if (known !== undefined) return known;
    const controller = controllerForMany();
    const pacer = createPacer({
      limits: plan.limits,
      retry: plan.retry,
      signal: controller.signal,
      paused: (wait) => paused(name, wait),
      spare: (calls) => spareFor(identity, calls),
      notice: (message) => notice(`${name}: ${message}`),
      traffic,
      elapsed,
      sleep,
      random,
    });
    const model = { name, controller, pacer };
    shared.set(identity, model);
    return model;
  }

  function client(settings: ModelSettings): Promise<ModelClient> {
    const identity = canonicalJson(settings as unknown as JsonObject);
    const key = keyFor(settings, options);
    const services: ClientServices = {
      retry: plan.retry,
      ...(key !== undefined && { api_key: key }),
      secrets,
      // A port that is another each time tells nobody anything.
      ...(options.simulator !== undefined && { server_name: 'the simulator' }),
      connections: plan.limits.concurrency,
      sleep,
      random,
      now,
    };
    const opened = clients.get(identity) ?? open(settings, services);
    clients.set(identity, opened);
    return opened;
  }

  async function close(): Promise<void> {
    for (const { controller } of shared.values()) controller.abort();
    const opened = await Promise.allSettled(clients.values());
    await Promise.allSettled(
      opened.map(async (one) => (one.status === 'fulfilled' ? one.value.close() : undefined)),
    );
  }

  try {
    const ofSteps = await Promise.all(
      plan.steps.map(async (step) => {
        const settings = settingsFor(step.model, plan, options);
        const model = sharedModel(step.model.name, settings);
        const { controller } = model;
        return {
          name: model.name,
          settings: step.model,
          client: underOwnName(await client(settings), settings, step.model),
          pacer: model.pacer,
          fingerprint: fingerprintsOf(step.model),
          signal: controller.signal,
        };
      }),
    );
    return { ofSteps, abortAll: () => shared.forEach(({ controller }) => controller.abort()), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function settingsFor(
  settings: ModelSettings,
  { prices }: Plan,
  { simulator, openModel }: RunOptions,
): ModelSettings {
  if (simulator === undefined) return settings;
  if (openModel === undefined) return simulatedSettings(settings, simulator, prices);
  const { api_key_env: _, ...others } = settings;
  return { ...others, base_url: simulator.base_url };
}

function keyFor(settings: ModelSettings, options: RunOptions): string | undefined {
  if (options.simulator !== undefined) return options.simulator.api_key;
  return options.openModel === undefined ? keyOf(settings, options.env) : undefined;
}
