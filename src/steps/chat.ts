import type { JsonObject } from '../json/json.ts';
import type { Message, ModelRequest, Role } from '../models/contract.ts';
import { failure, success, type Result } from '../result.ts';
import type { Scope, Template } from '../template/template.ts';
import type { StepBuilder, StepError, StepProgram, StepType } from './step.ts';

/** One message of the conversation before it is rendered. */
interface Turn {
  readonly role: Role;
  readonly content: Template;
  readonly prefix: boolean;
}

/** Asks the model once; its output is the text of the answer. */
export const chat: StepType = {
  type: 'chat',
  description: 'Asks the model once. Its output is the text of the answer.',
  properties: {
    system: {
      type: 'string',
      minLength: 1,
      description: 'The system message: who the model is and what it should do. A template.',
      examples: [
        'You are a helpful assistant that translates {{vars.input_language}} to {{vars.output_language}}.',
      ],
    },
    prompt: {
      type: 'string',
      minLength: 1,
      description:
        'The user message; a step needs this or `messages`. A template: `{{input.<field>}}` is a field of the record.',
      examples: ['{{input.text}}'],
    },
    messages: {
      type: 'array',
      minItems: 1,
      description:
        'The long form of `system` and `prompt`: the whole conversation, with example turns where they help. System turns come first, and the last turn is a user turn, or an assistant turn with `prefix: true`.',
      examples: [
        [
          { role: 'system', content: 'Translate to French.' },
          { role: 'user', content: '{{input.text}}' },
        ],
      ],
      items: {
        type: 'object',
        required: ['role', 'content'],
        patternProperties: { '^x-': true },
        additionalProperties: false,
        properties: {
          role: {
            type: 'string',
            enum: ['system', 'user', 'assistant'],
            description: 'Who speaks: `system`, `user` or `assistant`.',
            examples: ['user'],
          },
          content: {
            type: 'string',
            description: 'What is said. A template.',
            examples: ['{{input.text}}'],
            errorMessage: 'write the turn as one text; content parts such as images come in a later version',
          },
          prefix: {
            type: 'boolean',
            default: false,
            description: 'On a last assistant turn: the answer goes on from this text.',
          },
        },
      },
    },
  },
  schema: { oneOf: [{ required: ['prompt'] }, { required: ['messages'] }] },
  compile,
};

function compile(spec: JsonObject, builder: StepBuilder): StepProgram {
  const turns = spec['messages'] === undefined ? shortForm(spec, builder) : longForm(spec, builder);
  return {
    output: { type: 'string' },
    render: (scope) => render(turns, scope),
    async execute(scope, services) {
      const request = render(turns, scope);
      if (!request.ok) return request;
      const outcome = await services.call(request.value);
      if (!outcome.ok) return failure(outcome.error);
      const { text, tool_calls, finish_reason } = outcome.completion;
      return success({ output: text, tool_calls, finish_reason, usage: outcome.usage });
    },
  };
}

function shortForm(spec: JsonObject, builder: StepBuilder): readonly Turn[] {
  const turn = (role: Role, key: string): Turn => ({ role, content: builder.template([key]), prefix: false });
  const user = turn('user', 'prompt');
  return spec['system'] === undefined ? [user] : [turn('system', 'system'), user];
}

function longForm(spec: JsonObject, builder: StepBuilder): readonly Turn[] {
  if (spec['system'] !== undefined) {
    builder.report({
      code: 'system-beside-messages',
      message: '`system` and `messages` are two ways to say the same thing',
      hint: 'make it the first turn of `messages`: {role: system, content: …}',
      pointer: ['system'],
      part: 'key',
    });
  }
  const specs = spec['messages'] as readonly { readonly role: Role; readonly prefix?: boolean }[];
  checkOrder(specs, builder);
  return specs.map(({ role, prefix }, index) => ({
    role,
    content: builder.template(['messages', index, 'content']),
    prefix: prefix === true,
  }));
}

/** The order that Mistral's API asks for; told here because there it would fail every record. */
function checkOrder(
  turns: readonly { readonly role: Role; readonly prefix?: boolean }[],
  builder: StepBuilder,
): void {
  const last = turns.length - 1;
  turns.forEach(({ role, prefix }, index) => {
    if (role === 'system' && turns.slice(0, index).some((turn) => turn.role !== 'system')) {
      builder.report({
        code: 'message-order',
        message: 'a system turn stands after other turns',
        hint: 'move it to the top of `messages`',
        pointer: ['messages', index, 'role'],
      });
    }
    if (prefix === true && (role !== 'assistant' || index !== last)) {
      builder.report({
        code: 'message-order',
        message: '`prefix: true` is for an assistant turn that ends `messages`',
        hint: 'the answer then goes on from its text; remove `prefix` here',
        pointer: ['messages', index, 'prefix'],
        part: 'key',
      });
    }
  });
  const end = turns[last];
  if (end === undefined || end.role === 'user' || (end.role === 'assistant' && end.prefix === true)) return;
  builder.report({
    code: 'message-order',
    message: `the last turn of \`messages\` is of the ${end.role}, so there is nothing for the model to answer`,
    hint:
      end.role === 'assistant'
        ? 'end with a user turn, or add `prefix: true` if the answer should go on from this text'
        : 'end with a user turn: {role: user, content: "{{input.…}}"}',
    pointer: ['messages', last, 'role'],
  });
}

function render(turns: readonly Turn[], scope: Scope): Result<ModelRequest, StepError> {
  const messages: Message[] = [];
  for (const { role, content, prefix } of turns) {
    const text = content.render(scope);
    if (!text.ok) return failure(unsent(text.error.code, text.error.message));
    if (role === 'user' && text.value.trim() === '') {
      return failure(
        unsent(
          'empty_prompt',
          'the prompt is empty for this record, so there is nothing to ask; skip it by a `when` of the step or of `input`',
        ),
      );
    }
    messages.push({ role, content: text.value, ...(prefix && { prefix }) });
  }
  return success({ messages });
}

/** An error of a request that was never sent. */
function unsent(code: StepError['code'], message: string): StepError {
  return { code, message, status: null, attempts: 0, request_id: null, scope: 'record' };
}
