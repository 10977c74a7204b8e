import { stringify } from 'yaml';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { providers } from '../models/registry.ts';
import { stepTypes } from '../steps/registry.ts';
import type { StepType } from '../steps/step.ts';
import { toolKinds } from '../tools/registry.ts';
import { stepModel, stepModelsByFile, topModel } from './format/model-choice.ts';
import { modelSection, stepModelSection } from './format/model-section.ts';
import { ownKeys } from './format/section.ts';
import { fileSection } from './format/sections.ts';
import {
  inputSnippets,
  pipelineSnippets,
  snippet as snippetOf,
  stepSnippets,
  stepsSnippets,
  testFileSnippets,
  testSnippets,
  toolsSnippets,
  type Snippet,
} from './format/snippets.ts';
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
    ...types.map((type) => [`${type.type}-step`, stepDefinition(type)] as const),
    ['tests', testsSection(anyTest())] as const,
  ]);
  const file = withSnippets(fileSection(topModel(), anyStep(), { $ref: '#/$defs/tests' }), pipelineSnippets, {
    input: inputSnippets,
    steps: stepsSnippets(types),
  });
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
    ...(forEditors(withSnippets(testFileSection(anyTest()), testFileSnippets)) as JsonObject),
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

/** A step of this type; those that may call tools offer a piece for each kind of these. */
function stepDefinition(type: StepType): JsonObject {
  const schema = { title: `a step of type ${type.type}`, ...stepSection(type, stepModel()) };
  if (type.properties['tools'] === undefined) return withSnippets(schema, stepSnippets(type));
  return withSnippets(schema, stepSnippets(type), { tools: toolsSnippets(toolKinds.values()) });
}

function anyTest(): JsonObject {
  return withSnippets(testSection(assertionSection), testSnippets);
}

/** The schema with pieces that can be inserted in it, and in those of its properties that are named. */
function withSnippets(
  schema: JsonObject,
  snippets: readonly Snippet[],
  inside: { readonly [property: string]: readonly Snippet[] } = {},
): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const changed = Object.entries(inside).map(([name, own]) => {
    const property = properties[name];
    return [name, { ...(isObject(property) ? property : {}), defaultSnippets: own }] as const;
  });
  return {
    ...schema,
    defaultSnippets: snippets,
    properties: { ...properties, ...Object.fromEntries(changed) },
  };
}

/** Editors tell types apart by the constant in each, and complete the keys of that type only. */
function anyStep(): JsonObject {
  return { anyOf: [...stepTypes.keys()].map((type) => ({ $ref: `#/$defs/${type}-step` })) };
}

/**
 * The schema in the dialect of editors. Descriptions are Markdown there only as `markdownDescription`, and so are the
 * words of an enum's values; the heading of a text is the nearest `title`, so each key has its own. Defaults are told in
 * words, since editors write out every key that has one; and where they would insert an example of free keys without its
 * quotes, it is a snippet.
 */
function forEditors(schema: JsonValue, title?: string): JsonValue {
  if (!isObject(schema)) return schema;
  const { default: fallback, description, examples, errorMessage, enumDescriptions, ...others } = schema;
  const hasKeys = others['properties'] !== undefined;
  const text = [
    ...(typeof description === 'string' ? [description] : []),
    ...(fallback === undefined ? [] : [`Default: \`${inlineYaml(fallback)}\``]),
  ].join('\n\n');
  const example = !hasKeys && Array.isArray(examples) ? examples.find(isObject) : undefined;
  return {
    ...(title !== undefined && schema['$ref'] === undefined && { title }),
    ...mapValues(others, (value, keyword) => {
      if (keyword === 'patternErrorMessage') return sentence(value);
      if (['items', 'additionalProperties', 'propertyNames', 'else'].includes(keyword))
        return forEditors(value);
      if (keyword === 'allOf' && Array.isArray(value)) return value.map((part) => forEditors(part));
      if (keyword === 'anyOf' && Array.isArray(value)) return alternatives(value, title);
      return keyword === 'properties' && isObject(value) ? mapValues(value, forEditors) : value;
    }),
    ...(description !== undefined && { description }),
    // Of a map with keys, editors would say it of every key that is unknown.
    ...(errorMessage !== undefined && !hasKeys && { errorMessage: sentence(errorMessage) }),
    ...(enumDescriptions !== undefined && { enumDescriptions, markdownEnumDescriptions: enumDescriptions }),
    ...(example
      ? {
          markdownDescription: `${text}\n\nExample:\n\n\`\`\`yaml\n${stringify(example)}\`\`\``,
          ...(others['defaultSnippets'] === undefined && {
            defaultSnippets: [snippetOf(`${title ?? 'example'} of your own`, text, example)],
          }),
        }
      : {
          ...(text !== '' && { markdownDescription: text }),
          ...(examples !== undefined && { examples }),
        }),
  };
}

/** Of several types that a value may have, each with a title of its own: where they are alike, editors show all of them. */
function alternatives(parts: readonly JsonValue[], title: string | undefined): JsonValue {
  return parts.map((part, at) => {
    const type = isObject(part) ? part['type'] : undefined;
    if (typeof type !== 'string' || title === undefined) return forEditors(part);
    return forEditors(part, at === 0 ? title : `${title} as ${type}`);
  });
}

/** What stands after "hint:" on a terminal is the whole message in an editor. */
function sentence(text: JsonValue): JsonValue {
  return typeof text === 'string' ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function mapValues(object: JsonObject, change: (value: JsonValue, name: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));
}
