/** Model families of Mistral's API, with the dated name for which `<family>-latest` stands (as of 2026-08). */
const current: ReadonlyMap<string, string> = new Map([
  ['mistral-large', 'mistral-large-2512'],
  ['mistral-medium', 'mistral-medium-3-5'],
  ['mistral-small', 'mistral-small-2603'],
  ['ministral-3b', 'ministral-3b-2512'],
  ['ministral-8b', 'ministral-8b-2512'],
  ['ministral-14b', 'ministral-14b-2512'],
  ['codestral', 'codestral-2508'],
  ['devstral', 'devstral-2512'],
  ['magistral-medium', 'magistral-medium-2509'],
  ['open-mistral-nemo', 'open-mistral-nemo'],
]);

const dated: ReadonlySet<string> = new Set(current.values());

/**
 * The model that answers to this name: aliases give the dated name behind them; any date of a known family
 * (`mistral-large-2411`) and any fine-tuned model (`ft:…`) stand for themselves. Undefined: there is no such model.
 */
export function resolveModel(name: string): string | undefined {
  if (dated.has(name) || /^ft:./.test(name)) return name;
  const [, family = name, date] = /^(.+)-(latest|\d{4})$/.exec(name) ?? [];
  const latest = current.get(family);
  return latest !== undefined && date !== undefined && date !== 'latest' ? name : latest;
}

/** The answer to GET /v1/models. */
export function listModels(): string {
  const data = [...current].map(([family, id]) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'mistralai',
    name: id,
    description: 'Simulated',
    max_context_length: 131_072,
    aliases: id === family ? [`${family}-latest`] : [family, `${family}-latest`],
    capabilities: { completion_chat: true },
    type: 'base',
  }));
  return JSON.stringify({ object: 'list', data });
}
