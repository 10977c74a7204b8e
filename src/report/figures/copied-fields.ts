import { fieldsOf, type Fields } from '../../comparison/fields.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import type { OutputNode, Plan } from '../../plan.ts';
import { cellOf } from '../../records/csv-encoder.ts';

/** Whether a field of the output, by its outermost name, is only a field of the input: no answer. */
export type IsCopied = (name: string) => boolean;

/** The fields of an output that are no copies. */
export function answeredFields(output: JsonValue, isCopied: IsCopied = () => false): Fields {
  const fields = fieldsOf(output, { key: undefined, asCells: false });
  if (!isObject(output)) return fields;
  return new Map([...fields].filter(([, { path }]) => !isCopied(path[0] ?? '')));
}

/**
 * As the pipeline says. What it copies is a copy whatever the values are, and nothing else is, even where all answers should
 * happen to be what the input had expected.
 */
export function copiedByPlan({ output, steps }: Pick<Plan, 'output' | 'steps'>): IsCopied {
  if (output === undefined) {
    const ids = new Set(steps.map(({ id }) => id));
    return (name) => !ids.has(name);
  }
  const fields = output.kind === 'object' ? output.fields : [];
  const copied = new Set(fields.flatMap(([name, node]) => (copies(node) ? [name] : [])));
  return (name) => copied.has(name);
}

function copies(node: OutputNode): boolean {
  if (node.kind !== 'template' || !node.template.expression) return false;
  const expression = /^\{\{\{?~?(.*?)~?\}?\}\}$/su.exec(node.template.text.trim())?.[1]?.trim();
  const read = expression === undefined ? undefined : (defaulted.exec(expression)?.[1] ?? expression);
  return read !== undefined && ofInput.test(read);
}

/** A path, and no call of a helper. */
const ofInput = /^input(?:\.(?:\[[^\]]*\]|[^\s.[\]]+))+$/u;

/** What is read where the record has it, and a fixed value where it has not. */
const defaulted = /^default\s+(input\.(?:\[[^\]]*\]|\S+))\s+(?:'[^']*'|"[^"]*"|null|true|false|-?[\d.]+)$/u;

/**
 * As some records show it, where the pipeline is no longer what it was: a field is a copy where it is the same in all of them.
 * Values are read as a table's cells would be, since what was a number may be known as a text alone.
 */
export function copiedByValue(
  records: readonly { readonly input: JsonObject; readonly output: JsonValue }[],
): IsCopied {
  const copied = new Set<string>();
  const others = new Set<string>();
  for (const { input, output } of records) {
    if (!isObject(output)) continue;
    for (const [name, value] of Object.entries(output)) {
      const given = Object.hasOwn(input, name) ? input[name] : undefined;
      if (given !== undefined && cellOf(given) === cellOf(value)) copied.add(name);
      else others.add(name);
    }
  }
  return (name) => copied.has(name) && !others.has(name);
}
