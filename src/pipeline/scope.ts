import { isObject, type JsonObject, type JsonSchema, type JsonValue } from '../json/json.ts';
import { guardFacts } from '../template/guard-facts.ts';
import type { ScopeNode, ScopeType } from '../template/scope-type.ts';
import type { TemplateReads } from '../tools/tool.ts';
import type { Usage } from '../usage/usage.ts';
import type { PlacedTemplate } from './templates.ts';

/** What the templates of a file may read, as far as it is known before any record is. */
export interface FileScope {
  /** Absent: any variable. */
  readonly vars?: JsonObject;
  /** Absent: any field. */
  readonly input?: JsonSchema;
  /** The fields of a record that are known by name, from the schema or a CSV's header. */
  readonly fields: readonly string[];
  readonly steps: ReadonlyMap<string, StepScope>;
}

export interface StepScope {
  /** The schema of the step's output; true where it is not known. */
  readonly output: JsonSchema;
  /** The schema of its tool calls; absent where it makes none. */
  readonly tool_calls?: JsonSchema;
  readonly when?: PlacedTemplate;
  /** The steps that it waits for and that wait for it, which is told of them and explains the rest. */
  readonly loop: readonly string[];
}

/** What a template may read, by where it stands. */
export interface Scopes {
  /** `input.when`, which is asked before any step has run. */
  readonly record: ScopeType;
  /** The `when` of a step, where what is absent counts as false. */
  readonly when: ScopeType;
  /** The templates of a step, or those of `output` where no step is given. */
  readonly of: (step?: StepScope, reads?: TemplateReads) => ScopeType;
}

export function scopesOf(file: FileScope): Scopes {
  const outcomes = [...file.steps].map((entry) => [entry[0], outcomeNode(entry)] as const);
  const recordNames = new Map<string, ScopeNode>([
    ['input', valueNode(file.input ?? true)],
    ['vars', file.vars === undefined ? valueNode(true) : varsNode(file.vars)],
  ]);
  const names = new Map<string, ScopeNode>([
    ...recordNames,
    // Without a step in the file, which is told, each reference to one would be told again.
    [
      'steps',
      outcomes.length === 0 ? valueNode(true) : { kind: 'names', names: new Map(outcomes), noun: 'step' },
    ],
  ]);
  const misplaced = elsewhere(file);
  const skippable = [...file.steps].flatMap(([id, { when }]) =>
    when === undefined ? [] : [{ id, path: ['steps', id], condition: when.template.text.trim() }],
  );
  return {
    record: {
      names: recordNames,
      mayBeAbsent: [],
      present: [],
      elsewhere: {
        ...misplaced,
        steps: 'no step has run yet when `input.when` is asked: it can read `input` and `vars`',
      },
      guarded: true,
    },
    when: { names, mayBeAbsent: [], present: [], elsewhere: misplaced, guarded: true },
    of(step, reads) {
      const own = step?.when?.template;
      // A step with the same condition as this one has run whenever this one runs.
      const absent = skippable.filter(
        ({ id, condition }) => condition !== own?.text.trim() && step?.loop.includes(id) !== true,
      );
      return {
        names: new Map([...names, ...readNames(reads ?? {})]),
        mayBeAbsent: absent.map(({ path }) => path),
        present: own === undefined ? [] : guardFacts(own),
        elsewhere: reads === undefined ? misplaced : { ...misplaced, ...toolReasons },
      };
    },
  };
}

function varsNode(vars: JsonObject): ScopeNode {
  const names = Object.entries(vars).map(([name, value]) => [name, valueNode(schemaOf(value))] as const);
  return { kind: 'names', names: new Map(names), noun: 'variable', remedy: 'declare it under `vars`' };
}

/** What a step's `StepValue` offers to templates. */
function outcomeNode([id, { output, tool_calls }]: readonly [string, StepScope]): ScopeNode {
  return {
    kind: 'names',
    lacking: { tool_calls: `the step \`${id}\` calls no tools: steps of type \`tools\` have \`tool_calls\`` },
    names: new Map([
      ['output', valueNode(output)],
      ...(tool_calls === undefined ? [] : [['tool_calls', valueNode(tool_calls)] as const]),
      ['finish_reason', valueNode({ type: ['string', 'null'] })],
      ['usage', valueNode(closed(usageTypes))],
    ]),
  };
}

/** What to say of names that a tool's request may read, but not this one, or not in this place. */
const toolReasons = {
  args: 'this tool takes no arguments: describe them under its `parameters`, then `args` has them',
  env: '`env` is for the `headers` of a tool alone: secrets in a url or a body end up in logs',
};

/** The names that only the templates of a tool's request have. */
function readNames({ args, env }: TemplateReads): readonly (readonly [string, ScopeNode])[] {
  return [
    ...(args === undefined || isEmpty(args) ? [] : [['args', valueNode(args)] as const]),
    ...(env === true ? [['env', valueNode(environment)] as const] : []),
  ];
}

/** Whether a schema allows the empty object alone. */
function isEmpty(schema: JsonSchema): boolean {
  if (!isObject(schema)) return !schema;
  const { properties, patternProperties, additionalProperties } = schema;
  return (
    additionalProperties === false &&
    [properties, patternProperties].every((map) => !isObject(map) || Object.keys(map).length === 0)
  );
}

/** Any variable; whether it is set is asked when a run begins. */
const environment: JsonSchema = { type: 'object', additionalProperties: { type: 'string' } };

const counted: JsonSchema = { type: 'integer' };
const countedIfTold: JsonSchema = { type: ['integer', 'null'] };
const usageTypes = {
  requests: counted,
  retries: counted,
  cached_requests: counted,
  unmetered_requests: counted,
  input_tokens: countedIfTold,
  cached_input_tokens: countedIfTold,
  output_tokens: countedIfTold,
  reasoning_tokens: countedIfTold,
  total_tokens: countedIfTold,
  cost_usd: { type: ['number', 'null'] },
} satisfies { readonly [name in keyof Usage]: JsonSchema };

/** What `steps.<id>.usage` has. */
export const usageFields: readonly string[] = Object.keys(usageTypes);

function closed(properties: JsonObject): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function valueNode(schema: JsonSchema): ScopeNode {
  return { kind: 'value', schema };
}

/** The type of a variable, without its value. */
function schemaOf(value: JsonValue): JsonSchema {
  if (value === null) return { type: 'null' };
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => schemaOf(item));
    return { type: 'array', ...(items.length > 0 && { items: { anyOf: items } }) };
  }
  if (!isObject(value)) return { type: typeof value };
  return closed(Object.fromEntries(Object.entries(value).map(([name, held]) => [name, schemaOf(held)])));
}

/** Names that exist, but not as the first name of a path, or not in a prompt; each with what to say of it. */
function elsewhere({ vars = {}, fields, steps }: FileScope): { readonly [name: string]: string } {
  return Object.fromEntries([
    ...['record', 'row', 'item'].map((name) => [name, `the record is called \`input\`, not \`${name}\``]),
    ['args', '`args` are the arguments of a tool call: only the `http` request of that tool can read them'],
    [
      'env',
      '`env` is out of reach of prompts, so that no secret gets into one; put what they need under `vars`',
    ],
    ...[...steps.keys()].map((id) => [id, `\`${id}\` is a step: write \`steps.${id}.output\``]),
    ...Object.keys(vars).map((name) => [name, `\`${name}\` is a variable: write \`vars.${name}\``]),
    ...fields.map((name) => [name, `\`${name}\` is a field of the record: write \`input.${name}\``]),
  ]);
}
