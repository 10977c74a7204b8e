import type { JsonObject } from '../json/json.ts';
import type { ModelRequest } from '../models/contract.ts';
import { choiceWords } from '../models/tool-choice.ts';
import { success, type Result } from '../result.ts';
import { kindsOfType, typeOf } from '../schema/value-type.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { Scope } from '../template/template.ts';
import { answerMethod, methodNames, type MethodName } from './answer-method.ts';
import { askUntilUsable, requestFor } from './ask-again.ts';
import { compileConversation, conversationProperties, conversationSchema } from './conversation.ts';
import { fixedText } from './fixed-text.ts';
import type { StepBuilder, StepError, StepProgram, StepType } from './step.ts';

/** Asks the model for JSON of a schema; its output is the value. */
export const structured: StepType = {
  type: 'structured',
  description:
    'Asks the model for JSON that a schema describes. Its output is that value, checked against the schema whatever the model promised.',
  properties: {
    ...conversationProperties,
    schema: {
      type: ['object', 'string'],
      description:
        'The JSON Schema (2020-12; draft-07 by its `$schema`) of the answer, or the path of one relative to this file. An answer that it does not allow fails the record, after what `repair` allows; later paths such as `{{steps.classify.output.topic}}` are checked against it.',
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
      default: 'json_schema',
      description:
        'How the model is asked. `json_schema`: the schema is sent as the format of the answer. `function_calling`: it is sent as the parameters of a function that the model has to call. `json_mode`: the model is only held to JSON, so the messages must describe it, with the word JSON in them.',
      examples: ['function_calling'],
    },
    strict: {
      type: 'boolean',
      description:
        'Whether the provider should hold the model to the schema token by token; it then allows fewer of its keywords. For `json_schema` and `function_calling`. Not sent unless it is set.',
      examples: [true],
    },
    repair: {
      type: 'integer',
      minimum: 0,
      maximum: 10,
      default: 0,
      description:
        'How often to ask again after an answer that cannot be used, with that answer and what is wrong with it. Each time is a call that is paid for, apart from the attempts of `retry`.',
      examples: [2],
    },
  },
  required: ['schema'],
  schema: conversationSchema,
  compile,
};

async function compile(spec: JsonObject, builder: StepBuilder): Promise<StepProgram> {
  const method = (spec['method'] ?? 'json_schema') as MethodName;
  const repairs = Number(spec['repair'] ?? 0);
  const { strict } = spec;
  const conversation = compileConversation(spec, builder);
  if (method === 'json_mode') checkJsonMode(strict !== undefined, conversation.templates, builder);
  if (method === 'function_calling') checkPrefix(spec, builder);
  // Where there is none, its mistakes have been reported, and nothing runs.
  const schema = (await builder.schema(['schema'])) ?? { schema: true, validate: () => [] };
  checkSchema(schema.schema, method, builder);
  const answer = answerMethod(method, {
    name: wireName(builder.id),
    schema,
    ...(typeof strict === 'boolean' && { strict }),
  });
  const render = (scope: Scope): Result<ModelRequest, StepError> => {
    const messages = conversation.render(scope);
    return messages.ok ? success(requestFor(messages.value, answer)) : messages;
  };
  return {
    output: schema.schema,
    render,
    async execute(scope, services) {
      const messages = conversation.render(scope);
      return messages.ok ? askUntilUsable(messages.value, answer, repairs, services) : messages;
    },
  };
}

function checkJsonMode(
  hasStrict: boolean,
  templates: readonly CompiledTemplate[],
  builder: StepBuilder,
): void {
  if (hasStrict) {
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

function checkPrefix(spec: JsonObject, builder: StepBuilder): void {
  const turns = (spec['messages'] ?? []) as readonly JsonObject[];
  const last = turns.length - 1;
  if (turns[last]?.['prefix'] !== true) return;
  builder.report({
    code: 'message-order',
    message:
      'an answer that is begun for the model cannot be a call, which `method: function_calling` asks for',
    hint: 'end with a user turn, or ask by json_schema or json_mode',
    pointer: ['messages', last, 'prefix'],
    part: 'key',
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
  }
}

/** A word of `tool_choice` would not name the function. */
function wireName(id: string): string {
  const name = id.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64);
  return choiceWords.includes(name) ? `${name}_answer` : name;
}
