import { isObject, type JsonValue, type Pointer } from '../json/json.ts';
import type { OutputNode } from '../plan.ts';
import { compilePlaced, type PlacedTemplate, type TemplateContext } from './templates.ts';

/** The shape of a result row, and the templates in it. */
export interface CompiledOutput {
  readonly node: OutputNode;
  readonly templates: readonly PlacedTemplate[];
}

/** `at`: where the value stands in the file. */
export function compileOutput(
  output: JsonValue,
  context: TemplateContext,
  at: Pointer = ['output'],
): CompiledOutput {
  const templates: PlacedTemplate[] = [];
  const compile = (value: JsonValue, pointer: Pointer): OutputNode => {
    if (typeof value === 'string' && value.includes('{{')) {
      const placed = compilePlaced(value, pointer, context);
      if (placed === undefined) return { kind: 'constant', value };
      templates.push(placed);
      return { kind: 'template', template: placed.template };
    }
    if (Array.isArray(value)) {
      const items = value.map((item: JsonValue, index) => compile(item, [...pointer, index]));
      return { kind: 'array', items };
    }
    if (!isObject(value)) return { kind: 'constant', value };
    const fields = Object.entries(value).map(
      ([name, held]) => [name, compile(held, [...pointer, name])] as const,
    );
    return { kind: 'object', fields };
  };
  return { node: compile(output, at), templates };
}
