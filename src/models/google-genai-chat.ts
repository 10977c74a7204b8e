import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { ChatGoogleGenerativeAI } from '@langchain/google-genai';
import { heldKey } from './langchain-client.ts';
import type { LangChainCall, Said } from './langchain-client.ts';
import { parsedArguments } from './tool-arguments.ts';

type Generated = Awaited<ReturnType<ChatGoogleGenerativeAI['completionWithRetry']>>;

/** LangChain's class for Gemini, over our transport. */
export class PipeChatGoogle extends ChatGoogleGenerativeAI {
  readonly #call: LangChainCall;

  constructor(call: LangChainCall) {
    super({ model: call.model, apiKey: heldKey, maxRetries: 0, disableStreaming: true });
    this.#call = call;
  }

  /** Traces show what is sent, where the stock class would tell of what nobody set. */
  override invocationParams(): ReturnType<ChatGoogleGenerativeAI['invocationParams']> {
    return this.#call.parameters;
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

  override completionWithRetry(): Promise<Generated> {
    return this.#call.send((said) => ({
      response: responseOf(said) as unknown as Generated['response'],
    }));
  }
}

function responseOf({ answer, tokens }: Said): object {
  const { text, thinking, tool_calls, finish_reason } = answer;
  return {
    candidates: [
      {
        index: 0,
        finishReason: finish_reason,
        content: {
          role: 'model',
          parts: [
            ...(thinking === '' ? [] : [{ text: thinking, thought: true }]),
            ...(text === '' ? [] : [{ text }]),
            ...tool_calls.map((call) => ({
              functionCall: { id: call.id, name: call.name, args: parsedArguments(call.arguments) },
            })),
          ],
        },
      },
    ],
    ...(tokens && {
      usageMetadata: {
        promptTokenCount: tokens.input_tokens,
        candidatesTokenCount: tokens.output_tokens,
        totalTokenCount: tokens.total_tokens,
        ...(tokens.cached_input_tokens !== null && { cachedContentTokenCount: tokens.cached_input_tokens }),
      },
    }),
  };
}
