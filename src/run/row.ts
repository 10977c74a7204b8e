import type { JsonObject, JsonValue } from '../json/json.ts';
import type { OutputNode, PlanStep } from '../plan.ts';
import { success, type Result } from '../result.ts';
import type { StepValue } from '../steps/step.ts';
import type { Scope, TemplateFailure } from '../template/template.ts';

/** The row that `output` describes. */
export function renderOutput(node: OutputNode, scope: Scope): Result<JsonValue, TemplateFailure> {
  if (node.kind === 'template') return node.template.evaluate(scope);
  if (node.kind === 'constant') return success(node.value);
  if (node.kind === 'object') return renderObject(node.fields, scope);
  const items: JsonValue[] = [];
  for (const item of node.items) {
    const value = renderOutput(item, scope);
    if (!value.ok) return value;
    items.push(value.value);
  }
  return success(items);
}

function renderObject(
  fields: readonly (readonly [string, OutputNode])[],
  scope: Scope,
): Result<JsonObject, TemplateFailure> {
  const row: Record<string, JsonValue> = {};
  for (const [name, field] of fields) {
    const value = renderOutput(field, scope);
    if (!value.ok) return value;
    setField(row, name, value.value);
  }
  return success(row);
}

/** Without `output`: the record's fields, then one field a step with its output, null where it was skipped. */
export function defaultRow(
  record: JsonObject,
  steps: readonly PlanStep[],
  values: { readonly [step: string]: StepValue | undefined },
): JsonObject {
  const row: Record<string, JsonValue> = {};
  // Fields that are added to a copy take three times as long as those that are set one by one.
  for (const name of Object.keys(record)) setField(row, name, record[name] ?? null);
  for (const { id } of steps) setField(row, id, values[id]?.output ?? null);
  return row;
}

/** The first step whose id is a field of the record too: the default row has room for one of them only. */
export function conflictingStep(record: JsonObject, steps: readonly PlanStep[]): string | undefined {
  return steps.find(({ id }) => Object.hasOwn(record, id))?.id;
}

/** An assignment to `__proto__` would set no field. */
function setField(row: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name !== '__proto__') row[name] = value;
  else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}
