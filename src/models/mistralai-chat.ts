import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { LangSmithParams } from '@langchain/core/language_models/chat_models';
import { AIMessage } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { ChatMistralAI } from '@langchain/mistralai';
import { heldKey } from './langchain-client.ts';
import type { LangChainCall, Said } from './langchain-client.ts';

/** The stock method's overloads, taken from its type: the SDK that declares them is not a dependency of ours. */
type Seam = ChatMistralAI['completionWithRetry'] extends {
  (input: infer StreamInput, streaming: true): Promise<infer Stream>;
  (input: infer Input, streaming: false): Promise<infer Whole>;
}
  ? { streamInput: StreamInput; stream: Stream; input: Input; whole: Whole }
  : never;

/**
 * ChatMistralAI over our transport. The stock one cannot be aborted, loses usage, and lets a broken answer end the
 * process. Never pass a `signal` or `timeout` option: with either, the stock class streams.
 */
export class PipeChatMistralAI extends ChatMistralAI {
  /** A handler that would like to see tokens must not turn a call into a stream. */
  override disableStreaming = true;
  readonly #call: LangChainCall;
  #said: Said | undefined;
  readonly #hear = (said: Said): Seam['whole'] => {
    this.#said = said;
    return sdkResponse(said);
  };

  constructor(call: LangChainCall) {
    super({ model: call.model, apiKey: heldKey, maxRetries: 0 });
    this.#call = call;
  }

  /** Traces show what is sent, where the stock class would tell of defaults that nobody set. */
  override invocationParams(): ReturnType<ChatMistralAI['invocationParams']> {
    return this.#call.parameters as ReturnType<ChatMistralAI['invocationParams']>;
  }

  override getLsParams(options: this['ParsedCallOptions']): LangSmithParams {
    const { max_tokens } = this.#call.parameters;
    return {
      ...super.getLsParams(options),
      ls_max_tokens: typeof max_tokens === 'number' ? max_tokens : undefined,
    };
  }

  /**
   * The stock method is given no messages: it would put them into a wire format that is not sent, and throws for what
   * it does not know, such as thinking.
   */
  override _generate(
    _messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    run?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    this.#call.listen(run);
    return super._generate([], options).then((generated) => {
      for (const { message } of generated.generations)
        if (AIMessage.isInstance(message) && this.#said !== undefined) addDetails(message, this.#said);
      return generated;
    });
  }

  override completionWithRetry(input: Seam['streamInput'], streaming: true): Promise<Seam['stream']>;
  override completionWithRetry(input: Seam['input'], streaming: false): Promise<Seam['whole']>;
  override completionWithRetry(): Promise<Seam['stream'] | Seam['whole']> {
    return this.#call.send(this.#hear);
  }
}

type Choice = Seam['whole']['choices'][number];

/** A validated answer in the casing of Mistral's SDK, which LangChain reads. */
function sdkResponse({ answer, tokens }: Said): Seam['whole'] {
  return {
    id: answer.id ?? '',
    object: 'chat.completion',
    created: 0,
    model: answer.model ?? '',
    // Without usage LangChain says nothing of it, where zeros would say that the call was free.
    usage: (tokens
      ? {
          promptTokens: tokens.input_tokens,
          completionTokens: tokens.output_tokens,
          totalTokens: tokens.total_tokens,
        }
      : undefined) as Seam['whole']['usage'],
    choices: [
      {
        index: 0,
        finishReason: (answer.finish_reason ?? '') as Choice['finishReason'],
        message: {
          role: 'assistant',
          content: answer.text,
          toolCalls: answer.tool_calls.map(({ id, name, arguments: text }) => ({
            id,
            function: { name, arguments: text },
          })),
        },
      },
    ],
  };
}

/** What LangChain's own reading of a response drops: cached and reasoning tokens, and the thinking itself. */
function addDetails(message: AIMessage, { answer, tokens }: Said): void {
  if (answer.thinking !== '') message.additional_kwargs['reasoning_content'] = answer.thinking;
  if (message.usage_metadata === undefined || tokens === null) return;
  const { cached_input_tokens: cached, reasoning_tokens: reasoning } = tokens;
  message.usage_metadata = {
    ...message.usage_metadata,
    ...(cached !== null && { input_token_details: { cache_read: cached } }),
    ...(reasoning !== null && { output_token_details: { reasoning } }),
  };
}
