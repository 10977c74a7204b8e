import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { ChatOpenAICompletions } from '@langchain/openai';
import type { OpenAIClient } from '@langchain/openai';
import { heldKey } from './langchain-client.ts';
import type { LangChainCall, Said } from './langchain-client.ts';

type Completion = OpenAIClient.Chat.Completions.ChatCompletion;
type Chunks = AsyncIterable<OpenAIClient.Chat.Completions.ChatCompletionChunk>;

/** LangChain's class for OpenAI's chat completions, over our transport. */
export class PipeChatOpenAI extends ChatOpenAICompletions {
  readonly #call: LangChainCall;

  constructor(call: LangChainCall) {
    super({ model: call.model, apiKey: heldKey, maxRetries: 0, disableStreaming: true });
    this.#call = call;
  }

  /** Traces show what is sent, where the stock class would tell of what nobody set. */
  override invocationParams(): ReturnType<ChatOpenAICompletions['invocationParams']> {
    return { ...this.#call.parameters, model: this.model, stream: false };
  }

  /** The stock method is given no messages: it would put them into a form that is not sent. */
  override _generate(
    _messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    run?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    this.#call.listen(run);
    return super._generate([], options);
  }

  override completionWithRetry(
    request: OpenAIClient.Chat.ChatCompletionCreateParamsStreaming,
  ): Promise<Chunks>;
  override completionWithRetry(
    request: OpenAIClient.Chat.ChatCompletionCreateParamsNonStreaming,
  ): Promise<Completion>;
  override completionWithRetry(): Promise<Completion | Chunks> {
    return this.#call.send(completionOf);
  }
}

function completionOf({ answer, tokens }: Said): Completion {
  const { id, model, text, refusal, finish_reason } = answer;
  // Of arguments that are no JSON LangChain would tell the user, on stderr, that his packages are old.
  const tool_calls = answer.tool_calls.filter((call) => isJson(call.arguments));
  return {
    id: id ?? '',
    object: 'chat.completion',
    created: 0,
    model: model ?? '',
    choices: [
      {
        index: 0,
        logprobs: null,
        finish_reason: finish_reason as Completion['choices'][number]['finish_reason'],
        message: {
          role: 'assistant',
          content: text,
          refusal,
          ...(tool_calls.length > 0 && {
            tool_calls: tool_calls.map((call) => ({
              id: call.id,
              type: 'function' as const,
              function: { name: call.name, arguments: call.arguments },
            })),
          }),
        },
      },
    ],
    ...(tokens && {
      usage: {
        prompt_tokens: tokens.input_tokens,
        completion_tokens: tokens.output_tokens,
        total_tokens: tokens.total_tokens,
        ...(tokens.cached_input_tokens !== null && {
          prompt_tokens_details: { cached_tokens: tokens.cached_input_tokens },
        }),
        ...(tokens.reasoning_tokens !== null && {
          completion_tokens_details: { reasoning_tokens: tokens.reasoning_tokens },
        }),
      },
    }),
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
