import type { JsonObject } from '../json/json.ts';
import type { ModelRequest } from '../models/contract.ts';
import { failure, success, type Result } from '../result.ts';
import { addUsage } from '../usage/add.ts';
import { endingMistake } from './answer-mistake.ts';
import { answerProperties, compileAnswer, type CompiledAnswer } from './answer-method.ts';
import { askUntilUsable } from './ask-again.ts';
import { readJsonAnswer } from './json-answer.ts';
import type { StepBuilder, StepError, StepServices, StepValue } from './step.ts';
import type { LoopEnd } from './tool-loop.ts';

/** The keys of a step with tools that say the form of its answer. */
export const finalAnswerProperties = {
  schema: {
    type: ['object', 'string'],
    description:
      'The JSON Schema (2020-12; draft-07 by its `$schema`) of the final answer, or the path of one relative to this file; the output is then the value. While the model calls tools it does not see the schema, since many models call none when they are held to one. If the text that ends the calls is no such JSON, the answer is asked for once more, in the same conversation, with the schema as its format and without tools: one more request.',
    examples: [
      { type: 'object', required: ['state'], properties: { state: { enum: ['open', 'sent', 'lost'] } } },
    ],
  },
  ...answerProperties,
} satisfies { readonly [name: string]: JsonObject };

/**
 * Asks for the answer alone: its request has the schema, and lets no tool be called. `tools`: what every request of the
 * step has beside its messages. Undefined where the answer is a text.
 */
export async function compileFinalAnswer(
  spec: JsonObject,
  tools: Omit<ModelRequest, 'messages'>,
  builder: StepBuilder,
): Promise<CompiledAnswer | undefined> {
  if (spec['schema'] === undefined) {
    reportIdleKeys(spec, builder);
    return undefined;
  }
  if (spec['max_rounds'] === 0) {
    builder.report({
      code: 'conflicting-keys',
      message: '`max_rounds: 0` only collects tool calls, so there is no answer that `schema` could describe',
      hint: 'remove one of them',
      pointer: ['schema'],
      part: 'key',
    });
  }
  const answer = await compileAnswer('json_schema', spec, builder);
  // The tools stay, since providers refuse a conversation with calls of tools that they are not told of.
  const request = { ...tools, tool_choice: 'none', ...answer.method.request };
  return { ...answer, method: { ...answer.method, request } };
}

function reportIdleKeys(spec: JsonObject, builder: StepBuilder): void {
  for (const key of ['strict', 'repair'].filter((key) => spec[key] !== undefined)) {
    builder.report({
      code: 'conflicting-keys',
      message: `\`${key}\` is about the answer that \`schema\` describes, and the step has no \`schema\``,
      hint: `add \`schema\`, or remove \`${key}\``,
      pointer: [key],
      part: 'key',
    });
  }
}

/** The value that the loop ended with, or that is asked for after it. */
export async function finalAnswer(
  { request, completion, calls, usage }: LoopEnd,
  answer: CompiledAnswer,
  services: StepServices,
): Promise<Result<StepValue, StepError>> {
  const { finish_reason } = completion;
  // What was cut off can still be read as something shorter.
  const whole = endingMistake(completion) === undefined;
  const read = whole ? readJsonAnswer(completion.text, answer.schema) : undefined;
  if (read?.ok === true) return success({ output: read.value, tool_calls: calls, finish_reason, usage });
  const asked = await askUntilUsable(request.messages, answer.method, answer.repairs, services);
  if (!asked.ok) return failure(asked.error);
  return success({ ...asked.value, tool_calls: calls, usage: addUsage(usage, asked.value.usage) });
}
