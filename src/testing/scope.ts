import { isObject, type JsonObject, type JsonSchema } from '../json/json.ts';
import { scopesOf, usageFields, type StepScope } from '../pipeline/scope.ts';
import type { OutputNode, Plan } from '../plan.ts';
import { memberNames, memberOf, typeOf } from '../schema/value-type.ts';
import type { ScopeType } from '../template/scope-type.ts';

/** How a case is to end. */
export type ExpectedOutcome = 'succeeded' | 'failed' | 'skipped';

/** What the paths of a test can lead to, known before anything is run. */
export function pathScope(plan: Plan, outcomes: readonly ExpectedOutcome[]): ScopeType {
  const scope = planScope(plan);
  const value = (schema: JsonSchema) => ({ kind: 'value', schema }) as const;
  const names = new Map([...scope.names, ['usage', value(usageSchema)]]);
  if (outcomes.includes('succeeded')) names.set('output', value(rowSchema(plan)));
  if (outcomes.includes('failed')) names.set('error', value(errorSchema));
  const elsewhere: Record<string, string> = { ...scope.elsewhere };
  if (!outcomes.includes('succeeded')) {
    elsewhere['output'] =
      `a ${outcomes.join(' or ')} record has no \`output\`: what its steps answered is at \`steps.<id>.output\``;
  }
  if (!outcomes.includes('failed')) elsewhere['error'] = '`error` is there in a case with `outcome: failed`';
  // What is absent when it is looked at fails the assertion, with a message of its own.
  return { ...scope, names, elsewhere, guarded: true };
}

/**
 * What the templates in what is expected may read: they are filled in before any step's answer is looked at. Rows have
 * fields for a test alone, such as the right answer, of which the pipeline's schema says nothing.
 */
export function expectedScope(plan: Plan, records: readonly { readonly value: JsonObject }[]): ScopeType {
  const { names, elsewhere, ...scope } = planScope(withFieldsOf(plan, records));
  const own = new Map([...names].filter(([name]) => name !== 'steps'));
  const steps = 'what is expected is told before any answer: it can read `input` and `vars`';
  return { ...scope, names: own, elsewhere: { ...elsewhere, steps, output: steps } };
}

function withFieldsOf(plan: Plan, records: readonly { readonly value: JsonObject }[]): Plan {
  const { schema } = plan.input;
  if (!isObject(schema)) return plan;
  const names = new Set(records.flatMap(({ value }) => Object.keys(value)));
  const unknown = [...names].filter((name) => memberOf(typeOf(schema), name) === undefined);
  if (unknown.length === 0) return plan;
  const known = isObject(schema['properties']) ? schema['properties'] : {};
  const properties = { ...known, ...Object.fromEntries(unknown.map((name) => [name, true])) };
  return { ...plan, input: { ...plan.input, schema: { ...schema, properties } } };
}

function planScope(plan: Plan): ScopeType {
  const steps = plan.steps.map(({ id, program }): readonly [string, StepScope] => [
    id,
    {
      output: program.output,
      ...(program.tool_calls !== undefined && { tool_calls: program.tool_calls }),
      loop: [],
    },
  ]);
  const { schema } = plan.input;
  return scopesOf({
    vars: plan.vars,
    fields: schema === undefined ? [] : memberNames(typeOf(schema)),
    steps: new Map(steps),
    ...(schema !== undefined && { input: schema }),
  }).of();
}

/** A result row, as far as it is known. */
function rowSchema({ output, input, steps }: Plan): JsonSchema {
  if (output !== undefined) return nodeSchema(output);
  const schema = input.schema ?? true;
  const fields = [...memberNames(typeOf(schema)), ...steps.map(({ id }) => id)];
  const isOpen = memberOf(typeOf(schema), 'any other name') !== undefined;
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((name) => [name, true])),
    additionalProperties: isOpen,
  };
}

function nodeSchema(node: OutputNode): JsonSchema {
  switch (node.kind) {
    case 'template':
      return node.template.expression ? true : { type: 'string' };
    case 'constant':
      return { const: node.value };
    case 'array':
      return { type: 'array', prefixItems: node.items.map(nodeSchema), items: false };
    case 'object':
      return closed(Object.fromEntries(node.fields.map(([name, field]) => [name, nodeSchema(field)])));
  }
}

const errorSchema = closed({
  code: { type: 'string' },
  message: { type: 'string' },
  step: { type: ['string', 'null'] },
});

const usageSchema = closed(
  Object.fromEntries(usageFields.map((name) => [name, { type: ['number', 'null'] }])),
);

function closed(properties: JsonObject): JsonSchema {
  return { type: 'object', properties, additionalProperties: false };
}
