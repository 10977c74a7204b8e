import type { JsonObject } from '../json/json.ts';
import type { CallOutcome, ModelRequest } from '../models/contract.ts';
import { failure, success, type Result } from '../result.ts';
import type { Scope } from '../template/template.ts';
import { answerError, endingMistake } from './answer-mistake.ts';
import { compileConversation, conversationProperties, conversationSchema } from './conversation.ts';
import type { StepBuilder, StepError, StepProgram, StepType, StepValue } from './step.ts';
import { toolText } from './tool-calls.ts';

/** Asks the model once; its output is the text of the answer. */
export const chat: StepType = {
  type: 'chat',
  description:
    'Asks the model once. Its output is the text of the answer, `{{steps.<id>.output}}`. An answer that `max_tokens` cuts off is used as it is: `{{steps.<id>.finish_reason}}` is `length` then.',
  properties: conversationProperties,
  schema: conversationSchema,
  compile,
};

async function compile(spec: JsonObject, builder: StepBuilder): Promise<StepProgram> {
  const conversation = compileConversation(spec, builder);
  const render = (scope: Scope): Result<ModelRequest, StepError> => {
    const messages = conversation.render(scope);
    return messages.ok ? success({ messages: messages.value }) : messages;
  };
  return {
    output: { type: 'string' },
    outlook: {
      most_calls: 1,
      runs_tools: false,
      sketch: (scope) => ({ messages: conversation.sketch(scope) }),
    },
    render,
    // Not async: what waits is held for each call in flight.
    execute(scope, services) {
      const request = render(scope);
      return request.ok ? services.call(request.value).then(resultOf) : Promise.resolve(request);
    },
  };
}

function resultOf(outcome: CallOutcome): Result<StepValue, StepError> {
  if (!outcome.ok) return failure(outcome.error);
  const mistake = endingMistake(outcome.completion);
  // One that was cut off is still of use, and says so by its finish reason.
  if (mistake?.code === 'refused_answer') return failure(answerError(mistake, outcome));
  const { text, finish_reason, tool_calls } = outcome.completion;
  const [call] = tool_calls;
  if (text === '' && call !== undefined) {
    // What would be handed on is an empty text that nobody has written.
    const message = `the model called ${toolText(call.name)} where a text was asked for`;
    return failure(answerError({ code: 'wrong_tool', message }, outcome));
  }
  return success({ output: text, tool_calls: [], finish_reason, usage: outcome.usage });
}
