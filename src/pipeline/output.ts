import { isObject, type JsonValue, type Pointer } from '../json/json.ts';
import type { OutputNode } from '../plan.ts';
import type { Template } from '../template/template.ts';

/** The shape of a result row. `template` compiles the text at a pointer of the file. */
export function compileOutput(
  value: JsonValue,
  pointer: Pointer,
  template: (pointer: Pointer) => Template,
): OutputNode {
  if (typeof value === 'string' && value.includes('{{'))
    return { kind: 'template', template: template(pointer) };
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue, index) => compileOutput(item, [...pointer, index], template));
    return { kind: 'array', items };
  }
  if (!isObject(value)) return { kind: 'constant', value };
  const fields = Object.entries(value).map(
    ([name, held]) => [name, compileOutput(held, [...pointer, name], template)] as const,
  );
  return { kind: 'object', fields };
}
