import type { Source } from '../diagnostic/source.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonSchema } from '../json/json.ts';
import { checkTemplate } from '../template/check.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { TemplateProblem } from '../template/problem.ts';
import { memberNames, typeOf } from '../template/schema-type.ts';
import type { ScopeNode, ScopeType } from '../template/scope-type.ts';
import type { Report } from './report.ts';
import { listText } from './words.ts';

/** The header of the input, where it has one. */
export interface Columns {
  /** Of the input file, as shown to people. */
  readonly path: string;
  readonly names: readonly string[];
}

/**
 * What a template reads of the record although the header has no such column. A field that the schema knows but does
 * not require may be read where something guards it.
 */
export function columnProblems(
  template: CompiledTemplate,
  scope: ScopeType,
  columns: Columns,
  schema: JsonSchema | undefined,
  partials: ReadonlyMap<string, Source>,
): readonly TemplateProblem[] {
  const anything: ScopeNode = { kind: 'value', schema: true };
  const lacking =
    schema === undefined ? [] : memberNames(typeOf(schema)).filter((name) => !columns.names.includes(name));
  const fields = [...columns.names, ...lacking].map((name) => [name, anything] as const);
  const input: ScopeNode = { kind: 'names', names: new Map(fields) };
  const names = new Map([...scope.names.keys()].map((name) => [name, name === 'input' ? input : anything]));
  const mayBeAbsent = lacking.map((name) => ['input', name]);
  return checkTemplate(template, { ...scope, names, mayBeAbsent }).flatMap((problem) => {
    if (problem.code !== 'unknown-path' && problem.code !== 'unguarded-skip') return [];
    const text = problem.partial === undefined ? template.text : (partials.get(problem.partial)?.text ?? '');
    const read = text.slice(problem.start, problem.end);
    const name =
      lacking.find((field) => read.split(/[./]/u).includes(field)) ?? read.replaceAll(/^\[|\]$/gu, '');
    return [{ ...problem, code: 'unknown-path', ...missingColumn(name, columns) }];
  });
}

/** Reports the fields that the schema requires of every record, but the header does not have. */
export function checkHeader(columns: Columns, schema: JsonSchema, source: Source, report: Report): void {
  const required = isObject(schema) && Array.isArray(schema['required']) ? schema['required'] : [];
  for (const name of required) {
    if (typeof name !== 'string' || columns.names.includes(name)) continue;
    const { message, hint } = missingColumn(name, columns);
    report.add({
      severity: 'error',
      code: 'missing-column',
      message: `${message}, which \`input.schema\` requires`,
      hint,
      place: { source, pointer: ['input', 'schema', 'required'] },
    });
  }
}

/** What to say of a column that is not there. */
export function missingColumn(name: string, { path, names }: Columns) {
  const meant = didYouMean(name, names);
  return {
    message: `${path} has no column \`${name}\``,
    hint: `${meant === undefined ? '' : `did you mean \`${meant}\`? `}its columns are ${listText(names)}`,
  };
}
