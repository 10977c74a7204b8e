import { didYouMean } from '../../diagnostic/suggest.ts';
import { formatDuration } from '../../duration.ts';
import { keyFor, keySource } from '../../models/api-key.ts';
import type { ModelSettings, Quota } from '../../models/contract.ts';
import { parseAddress } from '../../models/endpoint.ts';
import type { ListedModels } from '../../models/list-models.ts';
import { missingPackage } from '../../models/packages.ts';
import { providers } from '../../models/registry.ts';
import { formatAmount, formatCount } from '../../report/numbers.ts';
import type { Terminal } from '../terminal.ts';
import { fine, missing, note, rejected, warning, type Finding } from './finding.ts';

/** Milliseconds that a server has to tell its models. */
const patience = 10_000;

/** Milliseconds by which clocks may differ before anybody is misled. */
const clockTolerance = 60_000;

/** Looks at the servers that these models are on: packages, keys and, unless `offline`, what the servers say. */
export async function checkServers(
  models: readonly ModelSettings[],
  { env }: Pick<Terminal, 'env'>,
  offline: boolean,
): Promise<readonly Finding[]> {
  const names = new Set(models.map(({ provider }) => provider));
  const packages = [...names].flatMap((name) => {
    const lacking = missingPackage(name);
    return lacking === undefined ? [] : [missing('package', lacking.message, lacking.hint)];
  });
  const found = await Promise.all(byServer(models).map((ofServer) => checkServer(ofServer, env, offline)));
  return [...packages, ...found.flat()];
}

/** Models on one server, asked with one key. */
function byServer(models: readonly ModelSettings[]): readonly (readonly ModelSettings[])[] {
  const servers = new Map<string, ModelSettings[]>();
  for (const model of models) {
    const server = JSON.stringify([model.provider, model.base_url, model.api_key_env]);
    servers.set(server, [...(servers.get(server) ?? []), model]);
  }
  return [...servers.values()];
}

async function checkServer(
  models: readonly ModelSettings[],
  env: Terminal['env'],
  offline: boolean,
): Promise<readonly Finding[]> {
  const [settings] = models;
  if (settings === undefined) return [];
  const key = keyFor(settings, env);
  if (!key.ok) return [missing('key', key.error.message, key.error.hint)];
  const source = keySource(settings);
  const key_name = (source.ok ? source.value?.name : undefined) ?? null;
  const host = hostOf(settings);
  const held = key_name === null ? `${host} asks for none` : `\`${key_name}\` is set`;
  if (offline) return [fine('key', `${held}; ${host} is not asked`)];
  const { listModels } = await import('../../models/list-models.ts');
  const services = { api_key: key.value, key_name, timeout: patience, now: Date.now };
  return judge(models, held, await listModels(settings, services));
}

function judge(models: readonly ModelSettings[], held: string, said: ListedModels): readonly Finding[] {
  const { host } = said;
  switch (said.kind) {
    case 'refused':
      if (said.code === 'rate_limited')
        return [fine('key', held), warning('server', said.message, 'wait, or lower `limits`')];
      return said.code === 'rejected_key' || said.code === 'key_required'
        ? [rejected('key', said.message)]
        : [fine('key', held), rejected('server', said.message)];
    case 'no_list':
      return [
        fine('key', held),
        note('server', `${host} answers, and has no list of models: a first call tells the rest`),
      ];
    case 'listed': {
      const isHome = models.every(isAtHome);
      return [
        fine('key', isHome && !held.includes('asks for none') ? `${held}, and ${host} accepts it` : held),
        fine('server', `${host} answers in ${formatDuration(said.duration)}`),
        ...[...new Set(models.map(({ name }) => name))].map((name) => judgeModel(name, said, isHome)),
        judgeQuota(said.quota, host),
        ...judgeClock(said.clock_ahead, host),
      ];
    }
  }
}

/** A gateway may know models that it does not list. */
function judgeModel(
  name: string,
  { host, names }: ListedModels & { readonly kind: 'listed' },
  isHome: boolean,
): Finding {
  if (names.includes(name)) return fine('model', `${host} has \`${name}\``);
  const meant = didYouMean(name, names);
  const hint = meant === undefined ? 'see the models of your account' : `did you mean \`${meant}\`?`;
  const message = `${host} does not list \`${name}\``;
  return isHome ? rejected('model', message, hint) : warning('model', message, hint);
}

function judgeQuota(quota: Quota | null, host: string): Finding {
  const parts = [
    ...(quota?.requests == null ? [] : [formatAmount(quota.requests, 'request')]),
    ...(quota?.tokens == null ? [] : [formatAmount(quota.tokens, 'token')]),
  ];
  if (parts.length === 0)
    return note('limits', `${host} does not tell them before a first call; a run finds its pace by itself`);
  const left = quota?.requests_left == null ? '' : `, ${formatCount(quota.requests_left)} requests left`;
  return fine('limits', `${parts.join(' and ')} a minute${left}`);
}

function judgeClock(ahead: number | null, host: string): readonly Finding[] {
  if (ahead === null) return [];
  if (Math.abs(ahead) <= clockTolerance) return [fine('clock', `agrees with that of ${host}`)];
  const [by, way] = [formatDuration(Math.abs(ahead)), ahead > 0 ? 'ahead of' : 'behind'];
  return [warning('clock', `this machine is ${by} ${way} ${host}`, 'set the clock: certificates go by it')];
}

function hostOf({ provider, base_url }: ModelSettings): string {
  const address = parseAddress(base_url ?? providers.get(provider)?.default_base_url ?? '');
  return address?.host ?? provider;
}

function isAtHome({ provider, base_url }: ModelSettings): boolean {
  const home = providers.get(provider)?.default_base_url ?? '';
  return base_url === undefined || parseAddress(base_url)?.origin === parseAddress(home)?.origin;
}
