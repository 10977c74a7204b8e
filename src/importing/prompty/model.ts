import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import type { ModelDraft } from '../draft.ts';
import type { FrontmatterFile } from '../frontmatter.ts';
import {
  azureComments,
  azureHint,
  fallbackModel,
  modelDraft,
  modelKeys,
  parametersOf,
  providerFor,
} from '../model.ts';
import type { Notes } from '../notes.ts';

/** Parameters that are said elsewhere in a pipeline. */
const elsewhere: ReadonlySet<string> = new Set([
  'response_format',
  'tools',
  'tool_choice',
  'tools_choice',
  'functions',
]);

export interface PromptyModel {
  readonly model: ModelDraft;
  readonly responseFormat: JsonValue | undefined;
  readonly responsePointer: Pointer;
}

/** The model of a prompty: by `configuration` and `parameters`, or by `id`, `provider` and `options`. */
export function promptyModel({ head, source }: FrontmatterFile, notes: Notes): PromptyModel {
  const said = isObject(head['model']) ? head['model'] : {};
  const configuration = isObject(said['configuration']) ? said['configuration'] : {};
  const connection = isObject(said['connection']) ? said['connection'] : {};
  const key = said['parameters'] === undefined && said['options'] !== undefined ? 'options' : 'parameters';
  const given = isObject(said[key]) ? said[key] : {};
  const type =
    configuration['type'] ??
    said['provider'] ??
    (connection['azure_deployment'] === undefined ? undefined : 'azure_openai');
  const isAzure = typeof type === 'string' && /azure/i.test(type);
  const name = nameIn([
    configuration['azure_deployment'],
    configuration['name'],
    configuration['model'],
    connection['azure_deployment'],
    said['id'],
    head['model'],
  ]);
  const provider =
    typeof type === 'string' ? providerFor(type.replace(/^azure_serverless$/, 'azure')) : 'openai';
  const chosen = name === undefined || provider === undefined ? fallbackModel : { provider, name };
  if (chosen === fallbackModel)
    notes.tell(
      { source, pointer: ['model'] },
      `the file names no model that pipe can ask; ${fallbackModel.name} is written in its place`,
      'set `model.name`, and `model.provider` where it is not Mistral',
    );
  else if (isAzure)
    notes.tell(
      {
        source,
        pointer: [
          'model',
          ['configuration', 'provider', 'connection'].find((key) => said[key] !== undefined) ?? 'provider',
        ],
        part: 'key',
      },
      'a deployment on Azure is known by its resource, which the pipeline has to be told',
      azureHint,
    );
  tellConnection(configuration, connection, { head, source }, notes);
  const base_url = isAzure || chosen === fallbackModel ? undefined : addressIn(configuration, connection);
  const pointer = ['model', key];
  const sent = Object.fromEntries(Object.entries(given).filter(([one]) => !elsewhere.has(one)));
  for (const one of Object.keys(given))
    if (elsewhere.has(one) && one !== 'response_format')
      notes.tell(
        { source, pointer: [...pointer, one], part: 'key' },
        `\`${one}\` is left out: what calls the tools is code`,
        'write the step as `type: tools`, each tool with its `parameters` and its `command`, `module` or `http`',
      );
  const parameters = parametersOf(chosen.provider, sent, { source, pointer }, notes);
  return {
    model: modelDraft(
      modelKeys(chosen, { ...(base_url !== undefined && { base_url }), ...parameters }),
      isAzure && chosen !== fallbackModel ? azureComments : [],
    ),
    responseFormat: given['response_format'],
    responsePointer: [...pointer, 'response_format'],
  };
}

/** The first that is a name, not a reference to an environment that templates cannot read. */
function nameIn(values: readonly (JsonValue | undefined)[]): string | undefined {
  const names = values.filter((value) => typeof value === 'string' && value !== '' && !value.includes('${'));
  return names.find((value) => typeof value === 'string');
}

/** The server that is asked, where the file says it outright: what is meant for one must not go to another. */
function addressIn(...maps: readonly JsonObject[]): string | undefined {
  const said = maps.flatMap((map) => [map['base_url'], map['api_base'], map['endpoint']]);
  return said.find(
    (value): value is string => typeof value === 'string' && /^https?:\/\/[^\s$]+$/.test(value),
  );
}

function tellConnection(
  configuration: JsonObject,
  connection: JsonObject,
  { head, source }: Pick<FrontmatterFile, 'head' | 'source'>,
  notes: Notes,
): void {
  const said = isObject(head['model']) ? head['model'] : {};
  for (const [key, map] of [
    ['configuration', configuration],
    ['connection', connection],
  ] as const)
    for (const [name, value] of Object.entries(map)) {
      if (typeof value !== 'string' || said[key] === undefined) continue;
      if (/\$\{env:/.test(value))
        notes.tell(
          { source, pointer: ['model', key, name] },
          `\`${name}\` is read from the environment, and a pipeline's keys are not`,
          /key/i.test(name)
            ? 'name the variable by `model.api_key_env`'
            : /endpoint|url/i.test(name)
              ? 'write the address out as `model.base_url`'
              : 'write the value out in the pipeline',
        );
    }
}
