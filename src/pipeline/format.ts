import { stringify } from 'yaml';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { providers } from '../models/registry.ts';
import { stepTypes } from '../steps/registry.ts';
import { stepModel, stepModelsByFile, topModel } from './format/model-choice.ts';
import { modelSection, stepModelSection } from './format/model-section.ts';
import { ownKeys } from './format/section.ts';
import { fileSection } from './format/sections.ts';
import { stepSection } from './format/step-section.ts';
import { assertionSection, testFileSection, testSection, testsSection } from './format/test-sections.ts';
import { inlineYaml } from './words.ts';

/** The JSON Schema of a pipeline file, for editors and other tools: what `schemas/pipeline.schema.json` holds. */
export function pipelineSchema(): JsonObject {
  const models = [...providers.values()];
  const types = [...stepTypes.values()];
  const definitions: JsonObject = Object.fromEntries([
    ...models.map((provider) => [`${provider.provider}-model`, modelSection(provider)] as const),
    ...models.map((provider) => [`step-${provider.provider}-model`, stepModelSection(provider)] as const),
    ...types.map((type) => [`${type.type}-step`, stepSection(type, stepModel())] as const),
    ['tests', testsSection(testSection(assertionSection))] as const,
  ]);
  const file = fileSection(topModel(), anyStep(), { $ref: '#/$defs/tests' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A pipeline of prompts',
    ...(forEditors(file) as JsonObject),
    allOf: [...acrossSections, ...stepModelsByFile()],
    $defs: mapValues(definitions, forEditors),
  };
}

/** The JSON Schema of a file of tests: what `schemas/test.schema.json` holds. */
export function testSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tests of a pipeline of prompts',
    ...(forEditors(testFileSection(testSection(assertionSection))) as JsonObject),
  };
}

/** What one section asks of another; `pipe check` tells it in words of its own. */
const acrossSections: readonly JsonObject[] = [
  {
    if: {
      properties: {
        steps: { patternProperties: ownKeys, additionalProperties: { required: ['model'] } },
      },
    },
    else: { required: ['model'] },
  },
  {
    if: { not: { required: ['model'], properties: { model: { required: ['max_retries'] } } } },
    else: {
      properties: {
        retry: {
          properties: {
            attempts: false,
          },
        },
      },
    },
  },
];

/** Editors tell types apart by the constant in each, and complete the keys of that type only. */
function anyStep(): JsonObject {
  return { anyOf: [...stepTypes.keys()].map((type) => ({ $ref: `#/$defs/${type}-step` })) };
}

/**
 * The schema in the dialect of editors. Descriptions are Markdown there only as `markdownDescription`; defaults are told
 * in words, since editors write out every key that has one; and where they would insert an example of free keys without
 * its quotes, it is a snippet.
 */
function forEditors(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const { default: fallback, description, examples, errorMessage, ...others } = schema;
  const hasKeys = others['properties'] !== undefined;
  const text = [
    ...(typeof description === 'string' ? [description] : []),
    ...(fallback === undefined ? [] : [`Default: \`${inlineYaml(fallback)}\``]),
  ].join('\n\n');
  const snippet = !hasKeys && Array.isArray(examples) && examples.find(isObject);
  return {
    ...mapValues(others, (value, keyword) => {
      if (keyword === 'patternErrorMessage') return sentence(value);
      if (['items', 'additionalProperties', 'propertyNames', 'else'].includes(keyword))
        return forEditors(value);
      if (keyword === 'allOf' && Array.isArray(value)) return value.map(forEditors);
      return keyword === 'properties' && isObject(value) ? mapValues(value, forEditors) : value;
    }),
    ...(description !== undefined && { description }),
    // Of a map with keys, editors would say it of every key that is unknown.
    ...(errorMessage !== undefined && !hasKeys && { errorMessage: sentence(errorMessage) }),
    ...(snippet
      ? {
          markdownDescription: `${text}\n\nExample:\n\n\`\`\`yaml\n${stringify(snippet)}\`\`\``,
          defaultSnippets: [{ label: 'example', body: quoted(snippet) }],
        }
      : {
          ...(text !== '' && { markdownDescription: text }),
          ...(examples !== undefined && { examples }),
        }),
  };
}

/** Snippets are inserted as they stand, so the texts in one bring the quotes that they need. */
function quoted(value: JsonValue): JsonValue {
  if (typeof value === 'string') return stringify(value).trimEnd();
  return isObject(value) ? mapValues(value, quoted) : value;
}

/** What stands after "hint:" on a terminal is the whole message in an editor. */
function sentence(text: JsonValue): JsonValue {
  return typeof text === 'string' ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function mapValues(object: JsonObject, change: (value: JsonValue, name: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));
}
