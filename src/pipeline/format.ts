import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { providers } from '../models/registry.ts';
import { stepTypes } from '../steps/registry.ts';
import { modelSection, stepModelSection } from './format/model-section.ts';
import { fileSection } from './format/sections.ts';
import { stepSection } from './format/step-section.ts';

/** The JSON Schema of a pipeline file, for editors and other tools: what `schemas/pipeline.schema.json` holds. */
export function pipelineSchema(): JsonObject {
  const models = [...providers.values()];
  const types = [...stepTypes.values()];
  const modelNames = models.map(({ provider }) => `model.${provider}`);
  const stepModel = reference(modelNames.map((name) => `step.${name}`));
  const definitions: JsonObject = Object.fromEntries([
    ...models.map((provider) => [`model.${provider.provider}`, modelSection(provider)] as const),
    ...models.map((provider) => [`step.model.${provider.provider}`, stepModelSection(provider)] as const),
    ...types.map((type) => [`step.${type.type}`, stepSection(type, stepModel)] as const),
  ]);
  const file = fileSection(reference(modelNames), reference(types.map(({ type }) => `step.${type}`)));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A pipeline of pipe',
    description: 'Prompts as steps, run over every record of an input.',
    ...(forEditors(file) as JsonObject),
    $defs: mapValues(definitions, forEditors),
  };
}

/** Editors tell kinds apart by the constant in them (`type`, `provider`), and complete the keys of that kind only. */
function reference(definitions: readonly string[]): JsonObject {
  const references = definitions.map((name) => ({ $ref: `#/$defs/${name}` }));
  const [first] = references;
  return first !== undefined && references.length === 1 ? first : { anyOf: references };
}

/** Our descriptions are Markdown, which editors render only where `markdownDescription` holds it. */
function forEditors(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const { description } = schema;
  return {
    ...mapValues(schema, (value, keyword) => {
      if (keyword.endsWith('rrorMessage') && typeof value === 'string') return sentence(value);
      if (keyword === 'items' || keyword === 'additionalProperties') return forEditors(value);
      return keyword === 'properties' && isObject(value) ? mapValues(value, forEditors) : value;
    }),
    ...(typeof description === 'string' && { markdownDescription: describe(description, schema['default']) }),
  };
}

/** What stands after "hint:" on a terminal is the whole message in an editor. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function describe(description: string, fallback: JsonValue | undefined): string {
  return fallback === undefined ? description : `${description}\n\nDefault: \`${JSON.stringify(fallback)}\``;
}

function mapValues(object: JsonObject, change: (value: JsonValue, name: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));
}
