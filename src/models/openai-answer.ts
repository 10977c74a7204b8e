import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import type { AnswerProblem } from './answer-parts.ts';
import { textOr } from './answer-parts.ts';
import type { Answer } from './answer.ts';
import { askedChoice, readChatCompletion } from './chat-completion-answer.ts';
import { joinChatCompletion } from './chat-completion-stream.ts';
import { deltaOf } from './pieces.ts';
import type { StreamJoin } from './stream-join.ts';

/**
 * Reads a chat completion of OpenAI's, which Mistral's is modelled on. OpenAI tells nothing of its models' reasoning;
 * servers that speak its API do, in a field of their own.
 */
export function readOpenAIAnswer(body: JsonObject): Result<Answer, AnswerProblem> {
  const answer = readChatCompletion(body);
  if (!answer.ok) return answer;
  const choice = askedChoice(body['choices']) ?? firstOf(body['choices']);
  return success({ ...answer.value, thinking: answer.value.thinking + reasoningIn(choice['message']) });
}

export function joinOpenAIStream(): StreamJoin {
  const join = joinChatCompletion();
  let reasoning = '';
  return {
    add(event) {
      const added = join.add(event);
      if (!added.ok) return added;
      const more = reasoningIn(askedChoice(event['choices'])?.['delta']);
      reasoning += more;
      return success([...deltaOf('thinking', more), ...added.value]);
    },
    get finished() {
      return join.finished;
    },
    completion() {
      const body = join.completion();
      const choice = firstOf(body['choices']);
      const message = isObject(choice['message']) ? choice['message'] : {};
      return { ...body, choices: [{ ...choice, message: { ...message, reasoning_content: reasoning } }] };
    },
  };
}

function firstOf(choices: JsonValue | undefined): JsonObject {
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  return isObject(first) ? first : {};
}

/** vLLM, llama.cpp and DeepSeek write `reasoning_content`; Ollama and OpenRouter, `reasoning`. */
function reasoningIn(message: JsonValue | undefined): string {
  if (!isObject(message)) return '';
  return textOr(message['reasoning_content'], textOr(message['reasoning'], ''));
}
