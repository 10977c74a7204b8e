import type { JsonObject } from '../json/json.ts';
import type { ModelRequest } from '../models/contract.ts';
import { success, type Result } from '../result.ts';
import type { Scope } from '../template/template.ts';
import { toolKinds } from '../tools/registry.ts';
import { askUntilUsable } from './ask-again.ts';
import {
  compileConversation,
  conversationProperties,
  conversationSchema,
  refusePrefix,
} from './conversation.ts';
import { compileFinalAnswer, finalAnswer, finalAnswerProperties } from './final-answer.ts';
import type { StepBuilder, StepError, StepProgram, StepType } from './step.ts';
import { mostCalls } from './tool-calls.ts';
import { runToolLoop } from './tool-loop.ts';
import { compileChoice } from './tool-choice.ts';
import { onErrorSchema, toolsSchema, type ToolKinds } from './tool-schema.ts';
import { compileTools, onErrorOf, seenTools, unreadyTools } from './tool-specs.ts';

const defaultRounds = 8;

/** Lets the model call tools until it answers with a text. */
export const tools: StepType = toolsStep(toolKinds);

/** The step type for tools of these kinds. */
export function toolsStep(kinds: ToolKinds): StepType {
  return {
    type: 'tools',
    description:
      'Lets the model call tools, and tells it their results, until it answers without a call. Its output is the text of that answer, or the object that `schema` asks for; `steps.<id>.tool_calls` lists the calls, each with `id`, `name`, `arguments`, `result` and `error`.',
    properties: {
      ...conversationProperties,
      tools: toolsSchema(kinds),
      tool_choice: {
        type: 'string',
        minLength: 1,
        default: 'auto',
        description:
          "Whether the model is to call tools: `auto` (it decides), `any` or `required` (it must), `none` (it must not), or a tool's name (it must call that one). What must be called is called in the first round; after it the model decides, or it could never answer.",
        examples: ['any'],
      },
      parallel_tool_calls: {
        type: 'boolean',
        description: `Whether the model may call several tools in one round; they run side by side, and those beyond ${mostCalls} of one answer are not run but told to the model as failed. Goes before \`model.parallel_tool_calls\`. Default: not sent, and providers allow it.`,
        examples: [false],
      },
      max_rounds: {
        type: 'integer',
        minimum: 0,
        maximum: 100,
        default: defaultRounds,
        description:
          'How many rounds of tool calls the model has, each a request; a model that still calls tools after them fails the record with `max_rounds`. It bounds what a loop can cost. `0` only collects the calls of the first answer in `tool_calls`, and runs none.',
        examples: [4],
      },
      on_error: {
        ...onErrorSchema,
        default: 'tell',
        description:
          'What becomes of a tool call that fails, or that names no tool or has wrong arguments. A tool can say otherwise.',
      },
      ...finalAnswerProperties,
    },
    required: ['tools'],
    schema: conversationSchema,
    compile: (spec, builder) => compile(spec, builder, kinds),
  };
}

async function compile(spec: JsonObject, builder: StepBuilder, kinds: ToolKinds): Promise<StepProgram> {
  const conversation = compileConversation(spec, builder);
  // After a tool call, what was begun would stand amid the conversation, where no provider takes it.
  refusePrefix(
    spec,
    builder,
    'an answer that is begun for the model cannot be a tool call, so `prefix` is not for steps with tools',
    'end with a user turn, and say there how the answer should look',
  );
  const tools = await compileTools(spec, builder, kinds);
  const tool_choice = compileChoice(spec, [...tools.keys()], builder);
  const { parallel_tool_calls, max_rounds, on_error } = spec;
  const offered = {
    tools: [...tools.values()].map(({ definition }) => definition),
    ...(typeof parallel_tool_calls === 'boolean' && { parallel_tool_calls }),
  };
  const answer = await compileFinalAnswer(spec, offered, builder);
  // Without any tool to call, the answer is all that there is to ask for.
  const answersAtOnce = answer !== undefined && tool_choice === 'none';
  const first: Omit<ModelRequest, 'messages'> = answersAtOnce
    ? answer.method.request
    : { ...offered, ...(tool_choice !== undefined && { tool_choice }) };
  const rules = {
    tools,
    onError: onErrorOf(on_error),
    maxRounds: typeof max_rounds === 'number' ? max_rounds : defaultRounds,
  };
  const render = (scope: Scope): Result<ModelRequest, StepError> => {
    const messages = conversation.render(scope);
    return messages.ok ? success({ messages: messages.value, ...first }) : messages;
  };
  return {
    output: answer?.schema.schema ?? { type: 'string' },
    tool_calls: callsSchema([...tools.keys()]),
    env: [...new Set([...tools.values()].flatMap(({ program }) => program.env))],
    filled: [...new Set([...tools.values()].flatMap(({ program }) => program.filled ?? []))],
    // Calls that are only collected need nothing that runs.
    ...(rules.maxRounds > 0 && {
      prepare: (services) => unreadyTools(tools, services),
      look: (services) => seenTools(tools, services),
    }),
    outlook: {
      // The answer that `schema` describes is asked for after the rounds, where their last text is none.
      most_calls: (answersAtOnce ? 0 : rules.maxRounds + 1) + (answer === undefined ? 0 : 1 + answer.repairs),
      runs_tools: !answersAtOnce && rules.maxRounds > 0,
      sketch: (scope) => ({ messages: conversation.sketch(scope), ...first }),
    },
    render,
    async execute(scope, services) {
      const request = render(scope);
      if (!request.ok) return request;
      if (answersAtOnce) {
        return askUntilUsable(request.value.messages, answer.method, answer.repairs, services);
      }
      const ended = await runToolLoop(request.value, rules, scope, services);
      if (!ended.ok) return ended;
      if (answer !== undefined) return finalAnswer(ended.value, answer, services);
      const { completion, calls, usage } = ended.value;
      const { text: output, finish_reason } = completion;
      return success({ output, tool_calls: calls, finish_reason, usage });
    },
  };
}

/**
 * The type of `steps.<id>.tool_calls`. The fields of the arguments are left open: each tool has its own, and a model may
 * have written something else, which stands there too, as text where it is no object.
 */
function callsSchema(names: readonly string[]): JsonObject {
  return {
    type: 'array',
    items: {
      type: 'object',
      required: ['id', 'name', 'arguments', 'result', 'error'],
      additionalProperties: false,
      properties: {
        id: { type: 'string' },
        name: { type: 'string', enum: names },
        arguments: { type: ['object', 'string'], additionalProperties: true },
        result: true,
        error: { type: ['string', 'null'] },
      },
    },
  };
}
