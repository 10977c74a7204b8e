import type { Location } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonSchema } from '../json/json.ts';
import { checkTemplate } from '../template/check.ts';
import { dottedName, nameInPath, partsOfPath } from '../template/path-text.ts';
import type { TemplatePlace, TemplateProblem } from '../template/problem.ts';
import { memberNames, typeOf } from '../schema/value-type.ts';
import type { ScopeNode, ScopeType } from '../template/scope-type.ts';
import type { Report } from './report.ts';
import { locate, type PlacedTemplate, type TemplateContext } from './templates.ts';
import { theirNames } from './words.ts';

/** What is known of the fields of the input's records. */
export interface Columns {
  /** Of the input file, as shown to people. */
  readonly path: string;
  readonly names: readonly string[];
  /**
   * Where the names come from. A `header` (the default) says what each record has, as text. The `records` of a file
   * without one show what some have, as any type: a name that none has is only a warning, since another file may. So
   * does a `record` that is all there is.
   */
  readonly from?: 'header' | 'records' | 'record';
}

/** Tells which columns are missing from the header, each once, where the file first asks for it. */
export interface ColumnCheck {
  readonly columns: Columns;
  /** Whether the header has the column; if not, that is reported, with who asks for it. */
  has(name: string, place: Location, asked?: Asked): boolean;
}

interface Asked {
  readonly asker?: string;
  /** Where a template reads it: the text of the path before it, and the names from it on. */
  readonly path?: { readonly before: string; readonly names: readonly string[] };
}

export function createColumnCheck(columns: Columns, report: Report): ColumnCheck {
  const told = new Set<string>();
  const { path: file, names, from = 'header' } = columns;
  const isHeader = from === 'header';
  const lacking = {
    header: `${file} has no column`,
    records: `no record of ${file} has a field`,
    record: `${file} has no field`,
  };
  return {
    columns,
    has(name, place, { asker = '', path } = {}) {
      if (names.includes(name)) return true;
      const meant = dottedName(path?.names ?? [], names) ?? didYouMean(name, names);
      // Of a single record one is enough: what it lacks besides is told where it fails.
      const isEnough = from === 'record' && told.size > 0;
      if (!told.has(name) && !isEnough) {
        report.add({
          severity: isHeader ? 'error' : 'warning',
          code: isHeader ? 'missing-column' : 'missing-field',
          message: `${lacking[from]} \`${name}\`${asker}`,
          hint: `${meant === undefined ? '' : `did you mean \`${path === undefined ? meant : nameInPath(meant, path.before)}\`? `}${theirNames(isHeader ? 'columns' : 'fields', names)}`,
          place,
        });
      }
      told.add(name);
      return false;
    },
  };
}

/** What helps where a cell is used as something else than the text that it is. `read`: what the problem is with. */
export function typingHint(
  { code }: TemplateProblem,
  read: string,
  { path, from }: Columns,
): string | undefined {
  if ((from ?? 'header') !== 'header' || !/\binput\b|^this\b/u.test(read)) return undefined;
  const isOfKind = code === 'bad-argument' || code === 'not-iterable' || code === 'never-equal';
  return isOfKind
    ? `the cells of ${path} are text, unless \`input.schema\` gives them another type`
    : undefined;
}

/** What helps where the input has a field that its schema does not know. */
export const additionToSchema = 'the input has that column: add it to `input.schema.properties`';

/** What helps where a template reads a column that the schema does not know: `text` is that of the template. */
export function columnHint(
  { code, start, end }: TemplateProblem,
  text: string,
  { names }: Columns,
): string | undefined {
  const isField = code === 'unknown-path' && /(?:^|[\s{(=])input\.$/u.test(text.slice(0, start));
  return isField && names.includes(partsOfPath(text.slice(start, end))[0]?.name ?? '')
    ? additionToSchema
    : undefined;
}

/** Reports the fields that the schema requires of every record, but the header does not have. */
export function checkHeader(check: ColumnCheck, schema: JsonSchema, source: Source): void {
  const required = isObject(schema) && Array.isArray(schema['required']) ? schema['required'] : [];
  const place = { source, pointer: ['input', 'schema', 'required'] };
  for (const name of required) {
    if (typeof name === 'string') check.has(name, place, { asker: ', which `input.schema` requires' });
  }
}

/**
 * Reports what a template reads of the record although the header has no such column. A field that the schema knows but
 * does not require may be read where something guards it. `told` are the problems already known.
 */
export function checkColumns(
  { template, place }: PlacedTemplate,
  scope: ScopeType,
  told: readonly TemplateProblem[],
  check: ColumnCheck,
  schema: JsonSchema | undefined,
  { partials }: TemplateContext,
): void {
  const anything: ScopeNode = { kind: 'value', schema: true };
  const { names: columns } = check.columns;
  const known = schema === undefined ? [] : memberNames(typeOf(schema));
  const lacking = known.filter((name) => !columns.includes(name));
  const fields = [...columns, ...lacking].map((name) => [name, anything] as const);
  const input: ScopeNode = { kind: 'names', names: new Map(fields) };
  const names = new Map([...scope.names.keys()].map((name) => [name, name === 'input' ? input : anything]));
  const mayBeAbsent = lacking.map((name) => ['input', name]);
  for (const problem of checkTemplate(template, { ...scope, names, mayBeAbsent })) {
    const isOurs = problem.code === 'unknown-path' || problem.code === 'unguarded-skip';
    if (!isOurs || told.some((other) => isSamePlace(problem, other))) continue;
    const text = textOf(problem, template.text, partials);
    const read = text.slice(problem.start, problem.end);
    const parts = partsOfPath(read);
    // Of a path that is told as a whole, the field alone is at fault.
    const { name, start, end } = parts.find((part) => lacking.includes(part.name)) ??
      parts[0] ?? { name: read, start: 0, end: read.length };
    const field = { ...problem, start: problem.start + start, end: problem.start + end };
    check.has(name, locate(field, place, partials), { path: pathAround(field.start, text) });
  }
}

/** What a path has before the name at `start`, and its names from there on. */
function pathAround(start: number, text: string): NonNullable<Asked['path']> {
  const before = /[^\s{}()=~|]*$/u.exec(text.slice(0, start))?.[0] ?? '';
  const after = /^[^\s{}()=~|]*/u.exec(text.slice(start))?.[0] ?? '';
  return { before, names: partsOfPath(after).map(({ name }) => name) };
}

/** The text in which a problem of a template stands: its own, or that of a partial. */
export function textOf(
  { partial }: TemplatePlace,
  template: string,
  partials: TemplateContext['partials'],
): string {
  return partial === undefined ? template : (partials.get(partial)?.text ?? '');
}

function isSamePlace(one: TemplatePlace, other: TemplatePlace): boolean {
  return one.partial === other.partial && one.start === other.start && one.end === other.end;
}
