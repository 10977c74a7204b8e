import { isObject, type JsonObject } from '../json/json.ts';
import type { ModelRequest } from '../models/contract.ts';
import { success, type Result } from '../result.ts';
import { kindsOfType, typeOf } from '../schema/value-type.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { Scope } from '../template/template.ts';
import { answerProperties, compileAnswer, methodNames, type MethodName } from './answer-method.ts';
import { askUntilUsable, requestFor } from './ask-again.ts';
import {
  compileConversation,
  conversationProperties,
  conversationSchema,
  refusePrefix,
} from './conversation.ts';
import { fixedText } from './fixed-text.ts';
import type { StepBuilder, StepError, StepProgram, StepType } from './step.ts';

/** Asks the model for JSON of a schema; its output is the value. */
export const structured: StepType = {
  type: 'structured',
  description:
    'Asks the model for JSON that a schema describes: a class, fields of a text, a list. Its output is that value, checked against the schema whatever the model promised.',
  properties: {
    ...conversationProperties,
    schema: {
      type: ['object', 'string'],
      description:
        'The JSON Schema (2020-12; draft-07 by its `$schema`) of the answer, or the path of one relative to this file. An answer that it does not allow fails the record, after what `repair` allows; later paths such as `{{steps.classify.output.topic}}` are checked against it. Its descriptions are read by the model, too.',
      examples: [
        {
          type: 'object',
          additionalProperties: false,
          required: ['topic'],
          properties: { topic: { enum: ['order', 'billing', 'other'] } },
        },
      ],
    },
    method: {
      type: 'string',
      enum: [...methodNames],
      enumDescriptions: [
        'The schema is sent as the format of the answer. The surest way, for models that know it.',
        'The schema is sent as the parameters of a function that the model has to call. For models that call tools and know no `json_schema`.',
        'The schema is not sent, and the model is only held to JSON: the messages must describe it, with the word JSON in them. `strict` is not for it.',
      ],
      default: 'json_schema',
      description:
        'How the model is asked for JSON. The answer is checked against `schema` in each way; they differ in what the provider is told, and in which models know it.',
      examples: ['function_calling'],
    },
    ...answerProperties,
  },
  required: ['schema'],
  schema: conversationSchema,
  compile,
};

async function compile(spec: JsonObject, builder: StepBuilder): Promise<StepProgram> {
  const methodName = (spec['method'] ?? 'json_schema') as MethodName;
  const conversation = compileConversation(spec, builder);
  if (methodName === 'json_mode') checkJsonMode(spec, conversation.templates, builder);
  if (methodName === 'function_calling') {
    refusePrefix(
      spec,
      builder,
      'an answer that is begun for the model cannot be a call, which `method: function_calling` asks for',
      'end with a user turn, or ask by json_schema or json_mode',
    );
  }
  const { schema, method, repairs } = await compileAnswer(methodName, spec, builder);
  checkSchema(schema.schema, methodName, builder);
  const render = (scope: Scope): Result<ModelRequest, StepError> => {
    const messages = conversation.render(scope);
    return messages.ok ? success(requestFor(messages.value, method)) : messages;
  };
  return {
    output: schema.schema,
    outlook: {
      most_calls: 1 + repairs,
      runs_tools: false,
      sketch: (scope) => requestFor(conversation.sketch(scope), method),
    },
    render,
    async execute(scope, services) {
      const messages = conversation.render(scope);
      return messages.ok ? askUntilUsable(messages.value, method, repairs, services) : messages;
    },
  };
}

function checkJsonMode(spec: JsonObject, templates: readonly CompiledTemplate[], builder: StepBuilder): void {
  if (spec['strict'] !== undefined) {
    builder.report({
      code: 'conflicting-keys',
      message: '`strict` has no effect with `method: json_mode`, which does not send the schema',
      hint: 'remove it, or ask by json_schema or function_calling',
      pointer: ['strict'],
      part: 'key',
    });
  }
  if (templates.some(({ program }) => /json/i.test(fixedText(program)))) return;
  builder.report({
    code: 'no-json-word',
    message:
      '`method: json_mode` needs the word JSON in the messages, since the model may go on writing white space without it',
    hint: 'say in `system` or in a turn: Answer in JSON',
    pointer: ['method'],
  });
}

function checkSchema(schema: StepProgram['output'], method: MethodName, builder: StepBuilder): void {
  const kinds = kindsOfType(typeOf(schema));
  if (kinds.length === 0) {
    builder.report({
      code: 'impossible-schema',
      message: 'the schema allows no value at all, so every answer would fail',
      hint: 'describe the answer, such as {type: object, required: […], properties: {…}}',
      pointer: ['schema'],
    });
  } else if (method !== 'json_schema' && !kinds.includes('object')) {
    builder.report({
      code: 'impossible-schema',
      message: `with \`method: ${method}\` the answer is always an object, which the schema does not allow`,
      hint: 'put the value into an object: {type: object, required: [answer], properties: {answer: …}}',
      pointer: ['schema'],
    });
  } else if (isEmpty(schema)) {
    builder.report({
      severity: 'warning',
      code: 'empty-schema',
      message: 'the schema asks for nothing, so any JSON is taken for an answer',
      hint: 'describe the answer, such as {type: object, required: […], properties: {…}}',
      pointer: ['schema'],
    });
  }
}

/** Keywords that ask nothing of a value. */
const notes = new Set(['$schema', '$id', '$comment', '$defs', 'definitions', 'title', 'description']);

function isEmpty(schema: StepProgram['output']): boolean {
  return isObject(schema) && Object.keys(schema).every((name) => notes.has(name) || name.startsWith('x-'));
}
