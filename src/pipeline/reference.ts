import { codeSubjects } from '../diagnostic/codes.ts';
import type { CodeTable } from '../diagnostic/codes/table.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import type { Provider } from '../models/provider.ts';
import { providers } from '../models/registry.ts';
import { stepTypes } from '../steps/registry.ts';
import type { StepType } from '../steps/step.ts';
import { blockReference } from '../template/blocks.ts';
import { helperReference } from '../template/helpers.ts';
import { toolKinds } from '../tools/registry.ts';
import { modelDescription, modelSection, stepModelDescription } from './format/model-section.ts';
import { section } from './format/section.ts';
import { fileSection } from './format/sections.ts';
import { stepSection } from './format/step-section.ts';
import { assertionSection, testsDescription, testSection } from './format/test-sections.ts';
import { providerOf } from './provider-of.ts';
import {
  code,
  contentsOf,
  descriptionOf,
  keySection,
  keyTables,
  propertiesOf,
  sections,
  table,
  withoutKeys,
} from './reference-table.ts';
import {
  afterKeys,
  beforeKeys,
  codesText,
  helperRules,
  keyRules,
  templateRules,
  testsText,
} from './reference-text.ts';

/** The format reference as Markdown: what `schemas/README.md` holds. Its tables are made of what validates a file. */
export function formatReference(): string {
  const file = fileSection(
    { type: 'object', description: modelDescription },
    {},
    { type: 'array', items: { type: 'object' }, description: testsDescription },
  );
  const parts = propertiesOf(file);
  const body = sections([
    keySection('The file', {
      ...file,
      properties: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, asLink(name, part)])),
    }),
    keySection('input', parts['input']),
    models(),
    ...runSections.map((name) => keySection(name, parts[name])),
    `## steps\n\n${descriptionOf(parts['steps'])}`,
    ...steps(),
    ...tests(),
    templateRules,
    table(
      ['block', 'what it does'],
      blockReference.map(({ signature, description }) => [code(signature), description]),
    ),
    helperRules,
    table(
      ['helper', 'what it gives'],
      helperReference.map(({ signature, description }) => [code(signature), description]),
    ),
    afterKeys,
    codesText,
    ...codeSubjects.map(({ subject, codes }) => codeSection(subject, codes)),
  ]);
  return `${sections([beforeKeys, contentsOf(body, 3), keyRules, body])}\n`;
}

const runSections = ['retry', 'limits', 'budget', 'prices', 'fail'];

/** A code of a mistake a row, with what it means and the remedy. */
function codeSection(subject: string, codes: CodeTable): string {
  const rows = Object.entries(codes).map(([name, [means, remedy]]) => [code(name), means, remedy]);
  return sections([`### ${subject}`, table(['code', 'what it means', 'what to do'], rows)]);
}

/** A key whose own keys have a section of their own: told in a sentence, and linked to. */
function asLink(name: string, schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const { properties: _properties, additionalProperties: _others, ...rest } = schema;
  const hasSection = ['input', 'model', 'steps', 'tests', ...runSections].includes(name);
  // A comment is of no meaning in a schema: here it names the section to link to.
  const [first = ''] = descriptionOf(rest).split(/(?<=\.)\s/u);
  return hasSection ? { ...rest, description: first, $comment: name } : rest;
}

/** The keys that every model has, then the parameters of each provider. */
function models(): string {
  const own = providerOf(undefined);
  const common = withoutKeys(modelSection(own), Object.keys(own.parameters));
  return sections([keySection('model', common), ...[...providers.values()].map(providerSection)]);
}

function providerSection(provider: Provider): string {
  const { api_key_env: name, key_page, default_base_url: address, package: needed } = provider;
  const key = name === null ? '' : ` Its key is read from ${code(name)} ([get one](${key_page})).`;
  const install = needed === undefined ? '' : ` First: ${code(`npm install ${needed}`)}.`;
  return sections([
    `### provider: ${provider.provider}`,
    `${provider.description} Requests go to ${address}.${key}${install}`,
    keyTables({ properties: provider.parameters }, '####'),
  ]);
}

/** The keys that every step has, then those of each type. */
function steps(): readonly string[] {
  const types = [...stepTypes.values()];
  const shared = sharedKeys(types.map(({ properties }) => properties));
  const model = { type: 'object', description: `${stepModelDescription} See [model](#model).` };
  const [first] = types;
  const every = first === undefined ? {} : withoutKeys(stepSection(first, model), ownKeys(first, shared));
  const type = {
    type: 'string',
    enum: types.map(({ type }) => type),
    description: 'What the step does: one of the types below.',
  };
  return [
    keySection(
      'Every step',
      {
        ...every,
        description: 'Keys that steps of each type have. A step needs `prompt` or `messages`.',
        properties: { ...propertiesOf(every), type },
        required: ['type'],
      },
      '###',
    ),
    ...types.map((type) => typeSection(type, shared)),
  ];
}

/** A file of tests, each test, then each kind of assertion. */
function tests(): readonly string[] {
  const link = { type: 'object', description: 'See [Each assertion](#each-assertion).' };
  return [
    testsText,
    keySection('Each test', testSection(link), '###'),
    keySection('Each assertion', assertionSection, '###'),
  ];
}

function typeSection(type: StepType, shared: readonly string[]): string {
  const own = section(
    type.description,
    Object.fromEntries(ownKeys(type, shared).map((name) => [name, type.properties[name] ?? {}])),
    { required: type.required ?? [] },
  );
  return sections([keySection(`type: ${type.type}`, own, '###'), ...toolSections(type)]);
}

/** What a tool may hold: the keys of all tools, then those of each kind. */
function toolSections({ properties }: StepType): readonly string[] {
  const tool = properties['tools']?.['additionalProperties'];
  if (!isObject(tool)) return [];
  const kinds = [...toolKinds.values()];
  const shared = sharedKeys(kinds.map(({ properties }) => properties));
  const ofKinds = kinds
    .flatMap(({ properties }) => Object.keys(properties))
    .filter((key) => !shared.includes(key));
  return [
    keySection('Each tool', withoutKeys(tool, ofKinds), '####'),
    ...kinds.map(({ kind, description, properties }) => {
      const schema = withoutKeys({ description, properties, required: [kind] }, shared);
      return keySection(`A tool with ${code(kind)}`, schema, '####');
    }),
  ];
}

function ownKeys({ properties }: StepType, shared: readonly string[]): readonly string[] {
  return Object.keys(properties).filter((key) => !shared.includes(key));
}

/** The keys that all of these have, and that mean the same in each. */
function sharedKeys(all: readonly { readonly [name: string]: JsonObject }[]): readonly string[] {
  const [first = {}, ...others] = all;
  const isSame = (one: JsonValue, other: JsonValue | undefined) =>
    JSON.stringify(one) === JSON.stringify(other);
  return Object.entries(first)
    .filter(([name, property]) => others.every((properties) => isSame(property, properties[name])))
    .map(([name]) => name);
}
