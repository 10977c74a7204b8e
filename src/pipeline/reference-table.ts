import { durationPattern } from '../duration.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { inlineYaml } from './words.ts';

/** A heading, a description and a table of keys; then the same for the maps and list items inside that have keys. */
export function keySection(title: string, schema: JsonValue | undefined, level = '##'): string {
  if (!isObject(schema)) return '';
  return sections([`${level} ${title}`, descriptionOf(schema), keyTables(schema, `${level}#`)]);
}

/** The table of a map's keys, and those of what is inside, which have headings of this level. */
export function keyTables(schema: JsonObject, level: string): string {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = Object.entries(propertiesOf(schema));
  const rows = properties.map(([name, property]) => keyRow(name, property, required.includes(name)));
  const inner = [
    ...properties.flatMap(([name, property]) =>
      isObject(property)
        ? [
            [`Keys of \`${name}\``, { ...property, description: '' }] as const,
            [`Items of \`${name}\``, property['items']] as const,
          ]
        : [],
    ),
    ['Each of the other keys', schema['additionalProperties']] as const,
  ].filter(([, held]) => Object.keys(propertiesOf(held)).length > 0);
  return sections([
    rows.length === 0 ? '' : table(['key', 'type', 'default', 'what it says'], rows),
    ...inner.map(([name, held]) => keySection(name, held, level)),
  ]);
}

/** Parts of a text with an empty line between them; without those that are empty. */
export function sections(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

export function descriptionOf(schema: JsonValue | undefined): string {
  const description = isObject(schema) ? schema['description'] : undefined;
  return typeof description === 'string' ? description : '';
}

export function propertiesOf(schema: JsonValue | undefined): JsonObject {
  return isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
}

/** A schema without these keys. */
export function withoutKeys(schema: JsonObject, names: readonly string[]): JsonObject {
  const properties = Object.entries(propertiesOf(schema)).filter(([name]) => !names.includes(name));
  return { ...schema, properties: Object.fromEntries(properties) };
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
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
  if (Array.isArray(anyOf) && type === undefined)
    return anyOf.map((branch: JsonValue) => (isObject(branch) ? typeText(branch) : '')).join(' or ');
  if (type === 'array' && isObject(items)) return `list of ${typeText(items)}${'enum' in items ? '' : 's'}`;
  const { minimum, exclusiveMinimum, maximum } = schema;
  const range = [
    ...(typeof minimum === 'number' ? [`from ${minimum}`] : []),
    ...(typeof exclusiveMinimum === 'number' ? [`above ${exclusiveMinimum}`] : []),
    ...(typeof maximum === 'number' ? [`${minimum === undefined ? 'up ' : ''}to ${maximum}`] : []),
  ];
  if (type === undefined) return 'any value';
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
