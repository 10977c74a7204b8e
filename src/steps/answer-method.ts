import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import type { Completion, ModelRequest } from '../models/contract.ts';
import { choiceWords } from '../models/tool-choice.ts';
import { failure, type Result } from '../result.ts';
import type { ValueSchema } from '../tools/tool.ts';
import type { AnswerMistake } from './answer-mistake.ts';
import { correctCall, correctText } from './correction-words.ts';
import { checkAnswer, parseJsonAnswer, readJsonAnswer } from './json-answer.ts';
import { toolText } from './tool-calls.ts';
import type { StepBuilder } from './step.ts';

export const methodNames = ['json_schema', 'function_calling', 'json_mode'] as const;

export type MethodName = (typeof methodNames)[number];

/** A way to have a model answer in JSON. */
export interface AnswerMethod {
  /** What a request has beside its messages. */
  readonly request: Omit<ModelRequest, 'messages'>;
  /** What a completion answers; `begun` is the text of the turn that the answer goes on from, empty where there is none. */
  read(completion: Completion, begun: string): Result<JsonValue, AnswerMistake>;
  /** The sentence that asks for a corrected answer. */
  readonly correction: string;
}

interface AnswerForm {
  /** Of the schema or function on the wire: at most 64 letters, digits, `_` and `-`. */
  readonly name: string;
  readonly schema: ValueSchema;
  /** Absent: not sent. */
  readonly strict?: boolean;
}

/** The keys of a step that say how the model is held to its `schema`. */
export const answerProperties = {
  strict: {
    type: 'boolean',
    description:
      'Whether the provider should hold the model to `schema` token by token. It then allows fewer keywords: OpenAI wants each field required and `additionalProperties: false`. Not sent unless it is set; pipe checks the answer either way.',
    examples: [true],
  },
  repair: {
    type: 'integer',
    minimum: 0,
    maximum: 10,
    default: 0,
    description:
      'How often to ask again after an answer that cannot be used, with that answer and what is wrong with it; without it such an answer fails the record at once. One that was refused or cut off is not asked for again: give it more `max_tokens`. Each time is a call that is paid for, apart from the attempts of `retry`. 1 or 2 is enough for most.',
    examples: [2],
  },
} satisfies { readonly [name: string]: JsonObject };

/** The answer that a step's `schema`, `strict` and `repair` ask for. */
export interface CompiledAnswer {
  readonly schema: ValueSchema;
  readonly method: AnswerMethod;
  /** How often to ask again. */
  readonly repairs: number;
}

export async function compileAnswer(
  method: MethodName,
  { strict, repair }: JsonObject,
  builder: StepBuilder,
): Promise<CompiledAnswer> {
  // Where there is none, its mistakes have been reported, and nothing runs.
  const schema = (await builder.schema(['schema'])) ?? { schema: true, validate: () => [] };
  const form = { name: answerName(builder.id), schema, ...(typeof strict === 'boolean' && { strict }) };
  return {
    schema,
    method: answerMethod(method, form),
    repairs: typeof repair === 'number' ? repair : 0,
  };
}

/** The name of a step's schema or function on the wire. A word of `tool_choice` would not name the function. */
function answerName(id: string): string {
  const name = id.slice(0, 64);
  return choiceWords.includes(name) ? `${name}_answer` : name;
}

function answerMethod(method: MethodName, form: AnswerForm): AnswerMethod {
  switch (method) {
    case 'json_schema':
      return jsonSchema(form);
    case 'function_calling':
      return functionCalling(form);
    case 'json_mode':
      return jsonMode(form);
  }
}

function jsonSchema({ name, schema, strict }: AnswerForm): AnswerMethod {
  const response_format = {
    type: 'json_schema',
    name,
    // The wire has no boolean schema; `{}` allows as much as `true`.
    schema: schema.schema === true ? {} : schema.schema,
    ...(strict !== undefined && { strict }),
  } as const;
  return { request: { response_format }, ...asText(schema) };
}

function jsonMode({ schema }: AnswerForm): AnswerMethod {
  return { request: { response_format: { type: 'json_object' } }, ...asText(schema) };
}

function asText(schema: ValueSchema): Pick<AnswerMethod, 'read' | 'correction'> {
  return {
    read({ text, tool_calls: [call] }, begun) {
      const read = readText(text, begun, schema);
      if (read.ok || call === undefined || read.error.code !== 'invalid_json') return read;
      return mistake('wrong_tool', `the model called ${toolText(call.name)} where an answer was asked for`);
    },
    correction: correctText,
  };
}

/** Mistral's answer repeats the text that it goes on from, other servers' does not. */
function readText(text: string, begun: string, schema: ValueSchema): Result<JsonValue, AnswerMistake> {
  const read = readJsonAnswer(text, schema);
  if (read.ok || begun === '') return read;
  const other = text.startsWith(begun) ? text.slice(begun.length) : begun + text;
  const otherwise = readJsonAnswer(other, schema);
  return otherwise.ok ? otherwise : read;
}

function functionCalling({ name, schema, strict }: AnswerForm): AnswerMethod {
  const { description } = isObject(schema.schema) ? schema.schema : {};
  const tool = {
    name,
    description: typeof description === 'string' ? description : 'Gives the answer.',
    parameters: schema.schema,
    ...(strict !== undefined && { strict }),
  };
  return {
    // Unless it is told not to, a model may call the function once for each thing that it finds.
    request: { tools: [tool], tool_choice: name, parallel_tool_calls: false },
    read: (completion) => readCall(completion, name, schema),
    correction: correctCall(name),
  };
}

function readCall(
  { tool_calls: calls }: Completion,
  name: string,
  schema: ValueSchema,
): Result<JsonValue, AnswerMistake> {
  const [call] = calls;
  if (call === undefined) return mistake('no_tool_call', `the model answered without calling \`${name}\``);
  const other = calls.find((one) => one.name !== name);
  if (other !== undefined)
    return mistake(
      'wrong_tool',
      `the model called ${JSON.stringify(other.name.slice(0, 100))}, where only \`${name}\` could be called`,
    );
  if (calls.length > 1)
    return mistake(
      'wrong_tool',
      `the model called \`${name}\` ${calls.length} times, where one answer was asked for`,
    );
  const parsed = parseJsonAnswer(call.arguments);
  if (!parsed.ok && parsed.error.code !== 'invalid_json') return parsed;
  const noObject = `the arguments of \`${name}\` are no JSON object`;
  if (!parsed.ok) return mistake('bad_tool_arguments', `${noObject}: ${parsed.error.problems.join('; ')}`);
  if (!isObject(parsed.value)) return mistake('bad_tool_arguments', noObject);
  return checkAnswer(parsed.value, schema);
}

function mistake(code: AnswerMistake['code'], message: string): Result<never, AnswerMistake> {
  return failure({ code, message, problems: [message] });
}
