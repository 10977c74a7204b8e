import type { JsonObject, JsonValue } from '../json/json.ts';
import type { Message, Role } from '../models/contract.ts';
import { failure, success, type Result } from '../result.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { Scope } from '../template/template.ts';
import {
  compileContent,
  contentSchema,
  isEmpty,
  renderContent,
  sketchContent,
  templatesOf,
  type Content,
} from './content.ts';
import type { StepBuilder, StepError } from './step.ts';
import { unsent } from './unsent.ts';

/** The messages of a step before they are rendered, the same for every type that asks a model. */
export interface Conversation {
  readonly templates: readonly CompiledTemplate[];
  render(scope: Scope): Result<readonly Message[], StepError>;
  /** The messages as far as the scope tells them: what is not there yet reads as nothing. */
  sketch(scope: Scope): readonly Message[];
}

interface Turn {
  readonly role: Role;
  readonly content: Content;
  readonly prefix: boolean;
}

/** The keys of a step that say its messages. */
export const conversationProperties = {
  system: {
    type: 'string',
    minLength: 1,
    description:
      'The system message: who the model is, what it should do and how it should answer, the same for every record where it can be (providers charge less for a beginning that they have seen). A template. Beside `prompt`; with `messages` it is their first turn.',
    examples: [
      'You are a helpful assistant that translates {{vars.input_language}} to {{vars.output_language}}.',
    ],
  },
  prompt: {
    type: 'string',
    minLength: 1,
    description:
      "The user message, a template: `{{input.<field>}}` is a field of the record, `{{steps.<id>.output}}` an earlier step's answer. A step needs this or `messages`. One that comes out empty fails its record before anything is paid for.",
    examples: ['{{input.text}}'],
  },
  messages: {
    type: 'array',
    minItems: 1,
    description:
      'The long form of `system` and `prompt`: the whole conversation, with example turns where they show better than words what an answer looks like (few-shot). System turns come first, and the last turn is a user turn, or an assistant turn with `prefix: true`.',
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
          enumDescriptions: [
            'Instructions for the whole conversation; at its beginning.',
            'A question or a text to work on; the last turn is one.',
            'What the model has answered, or should have: an example to follow.',
          ],
          description:
            'Who speaks in this turn, by which a model tells instructions, questions and its own earlier answers apart.',
          examples: ['user'],
        },
        content: contentSchema,
        prefix: {
          type: 'boolean',
          default: false,
          description:
            'On a last assistant turn: the answer goes on from this text, which holds a model to a form, such as `{` for JSON. On any other turn it is an error.',
        },
      },
    },
  },
} satisfies { readonly [name: string]: JsonObject };

/** A step has a prompt or messages. */
export const conversationSchema: JsonObject = {
  oneOf: [{ required: ['prompt'] }, { required: ['messages'] }],
};

export function compileConversation(spec: JsonObject, builder: StepBuilder): Conversation {
  const turns = spec['messages'] === undefined ? shortForm(spec, builder) : longForm(spec, builder);
  return {
    templates: turns.flatMap(({ content }) => templatesOf(content)),
    render: (scope) => render(turns, scope),
    sketch: (scope) => sketch(turns, scope),
  };
}

function shortForm(spec: JsonObject, builder: StepBuilder): readonly Turn[] {
  const turn = (role: Role, key: string): Turn => ({
    role,
    content: compileContent(spec[key], role, [key], builder),
    prefix: false,
  });
  const user = turn('user', 'prompt');
  return spec['system'] === undefined ? [user] : [turn('system', 'system'), user];
}

interface TurnSpec {
  readonly role: Role;
  readonly content: JsonValue;
  readonly prefix?: boolean;
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
  const specs = spec['messages'] as unknown as readonly TurnSpec[];
  checkOrder(specs, builder);
  return specs.map(({ role, content, prefix }, index) => ({
    role,
    content: compileContent(content, role, ['messages', index, 'content'], builder),
    prefix: prefix === true,
  }));
}

/** The order that Mistral's API asks for; told here because there it would fail every record. */
function checkOrder(turns: readonly TurnSpec[], builder: StepBuilder): void {
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

/** Reports a last turn that begins the answer, for steps whose answer cannot be begun. */
export function refusePrefix(spec: JsonObject, builder: StepBuilder, message: string, hint: string): void {
  const turns = (spec['messages'] ?? []) as readonly JsonObject[];
  const last = turns.length - 1;
  if (turns[last]?.['prefix'] !== true) return;
  builder.report({
    code: 'message-order',
    message,
    hint,
    pointer: ['messages', last, 'prefix'],
    part: 'key',
  });
}

function render(turns: readonly Turn[], scope: Scope): Result<readonly Message[], StepError> {
  const messages: Message[] = [];
  for (const { role, content, prefix } of turns) {
    const rendered = renderContent(content, scope);
    if (!rendered.ok) return rendered;
    if (role === 'user' && isEmpty(rendered.value)) {
      return failure(
        unsent(
          'empty_prompt',
          'the prompt is empty for this record, so there is nothing to ask; skip it by a `when` of the step or of `input`',
        ),
      );
    }
    messages.push({ role, content: rendered.value, ...(prefix && { prefix }) });
  }
  return success(messages);
}

function sketch(turns: readonly Turn[], scope: Scope): readonly Message[] {
  const messages: Message[] = [];
  for (const { role, content, prefix } of turns) {
    messages.push({ role, content: sketchContent(content, scope), ...(prefix && { prefix }) });
  }
  return messages;
}
