import { durationPattern } from '../duration.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { providers } from '../models/registry.ts';
import { stepTypes } from '../steps/registry.ts';
import { blockReference } from '../template/blocks.ts';
import { helperReference } from '../template/helpers.ts';
import { modelSection, stepModelSection } from './format/model-section.ts';
import { fileSection } from './format/sections.ts';
import { stepSection } from './format/step-section.ts';
import { afterKeys, beforeKeys, helperRules, templateRules } from './reference-text.ts';
import { inlineYaml } from './words.ts';

/** The format reference as Markdown: what `schemas/README.md` holds. Its tables are made of what validates a file. */
export function formatReference(): string {
  const link = (name: string) => ({ type: 'object', description: `See [${name}](#${name}).` });
  const file = fileSection(link('model'), link('steps'));
  const sections = propertiesOf(file);
  const models = [...providers.values()].map((provider) =>
    keySection('model', { ...modelSection(provider), description: provider.description }),
  );
  const steps = [...stepTypes.values()].map((type) => {
    const [provider] = providers.values();
    const model = provider === undefined ? {} : stepModelSection(provider);
    return keySection(`type: ${type.type}`, stepSection(type, { ...model, properties: {} }), '###');
  });
  return `${[
    beforeKeys,
    keySection('The file', file),
    ...['input'].map((name) => keySection(name, sections[name])),
    ...models,
    ...['retry', 'limits', 'prices', 'fail'].map((name) => keySection(name, sections[name])),
    `## steps\n\n${descriptionOf(sections['steps'])}`,
    ...steps,
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
  ].join('\n\n')}\n`;
}

/** A heading, a description and a table of keys; then the same for the maps and list items inside that have keys. */
function keySection(title: string, schema: JsonValue | undefined, level = '##'): string {
  if (!isObject(schema)) return '';
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = Object.entries(propertiesOf(schema));
  const rows = properties.map(([name, property]) => keyRow(name, property, required.includes(name)));
  const inner = [
    ...properties.flatMap(([name, property]) =>
      isObject(property) ? [[`Items of \`${name}\``, property['items']] as const] : [],
    ),
    ['Each of the other keys', schema['additionalProperties']] as const,
  ].filter(([, held]) => Object.keys(propertiesOf(held)).length > 0);
  return [
    `${level} ${title}`,
    descriptionOf(schema),
    table(['key', 'type', 'default', 'what it says'], rows),
    ...inner.map(([name, held]) => keySection(name, held, `${level}#`)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function keyRow(name: string, property: JsonValue, isRequired: boolean): readonly string[] {
  if (!isObject(property)) return [code(name), '', '', ''];
  const { default: fallback, examples } = property;
  const example = Array.isArray(examples) ? (examples as readonly JsonValue[])[0] : undefined;
  const text = descriptionOf(property);
  return [
    code(name),
    typeText(property),
    fallback === undefined ? (isRequired ? 'required' : '') : code(inlineYaml(fallback)),
    example === undefined ? text : `${text} ${code(`${name}: ${inlineYaml(example)}`)}`,
  ];
}

function typeText(schema: JsonObject): string {
  const { const: constant, enum: values, type, pattern, items, anyOf } = schema;
  if (constant !== undefined) return code(inlineYaml(constant));
  if (Array.isArray(values)) return values.map((value: JsonValue) => code(inlineYaml(value))).join(' or ');
  if (pattern === durationPattern) return 'duration';
  if (Array.isArray(anyOf))
    return anyOf.map((branch: JsonValue) => (isObject(branch) ? typeText(branch) : '')).join(' or ');
  if (type === 'array' && isObject(items)) return `list of ${typeText(items)}s`;
  const { minimum, exclusiveMinimum, maximum } = schema;
  const range = [
    ...(typeof minimum === 'number' ? [`from ${minimum}`] : []),
    ...(typeof exclusiveMinimum === 'number' ? [`above ${exclusiveMinimum}`] : []),
    ...(typeof maximum === 'number' ? [`to ${maximum}`] : []),
  ];
  return [[type].flat().map(typeName).join(' or '), ...range].join(' ');
}

function typeName(type: JsonValue | undefined): string {
  const names: { readonly [type: string]: string } = {
    object: 'map',
    array: 'list',
    integer: 'whole number',
    boolean: 'true or false',
  };
  return typeof type === 'string' ? (names[type] ?? type) : '';
}

function descriptionOf(schema: JsonValue | undefined): string {
  const description = isObject(schema) ? schema['description'] : undefined;
  return typeof description === 'string' ? description : '';
}

function propertiesOf(schema: JsonValue | undefined): JsonObject {
  return isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
