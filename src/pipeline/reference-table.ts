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
    [othersTitle(schema['additionalProperties']), schema['additionalProperties']] as const,
  ].filter(([, held]) => Object.keys(propertiesOf(held)).length > 0);
  return sections([
    rows.length === 0 ? '' : table(['key', 'type', 'default', 'what it says'], rows),
    ...inner.map(([name, held]) => keySection(name, held, level)),
  ]);
}

/** What stands under names that the user gives. */
function othersTitle(schema: JsonValue | undefined): string {
  const title = isObject(schema) ? schema['title'] : undefined;
  return typeof title === 'string' ? title : 'Each of the other keys';
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
  const { default: fallback, examples, $comment: section } = property;
  const example = Array.isArray(examples) ? (examples as readonly JsonValue[])[0] : undefined;
  const text = [descriptionOf(property), ...valueTexts(property)].join('<br>');
  return [
    typeof section === 'string' ? `[${code(name)}](#${slugOf(section)})` : code(name),
    typeText(property),
    fallback === undefined ? (isRequired ? 'required' : '') : code(inlineYaml(fallback)),
    example === undefined ? text : `${text}<br>${code(`${name}: ${inlineYaml(example)}`)}`,
  ];
}

/** What each value of a list of values means, where the list says so: also in a list of alternatives. */
function valueTexts({ enum: values, enumDescriptions: texts, anyOf }: JsonObject): readonly string[] {
  if (Array.isArray(anyOf))
    return anyOf.flatMap((branch: JsonValue) => (isObject(branch) ? valueTexts(branch) : []));
  if (!Array.isArray(values) || !Array.isArray(texts)) return [];
  return values.map((value: JsonValue, at) => `${code(inlineYaml(value))}: ${String(texts[at])}`);
}

/** What GitHub makes of a heading, to link to it. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/gu, '-');
}

/** The headings of a text down to this depth, as a list of links. */
export function contentsOf(markdown: string, depth: number): string {
  const seen = new Map<string, number>();
  const prose = markdown.replaceAll(/^```.*?^```$/gmsu, '');
  return [...prose.matchAll(/^(#{2,}) (.+)$/gmu)]
    .flatMap(([, marks = '', heading = '']) => {
      const slug = slugOf(heading);
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      if (marks.length > depth) return [];
      const link = `[${heading.replaceAll('`', '')}](#${slug}${count === 0 ? '' : `-${count}`})`;
      return [`${'  '.repeat(marks.length - 2)}- ${link}`];
    })
    .join('\n');
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
