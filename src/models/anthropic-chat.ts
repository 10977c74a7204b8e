import { ChatAnthropic } from '@langchain/anthropic';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import type { JsonObject } from '../json/json.ts';
import { heldKey } from './langchain-client.ts';
import type { LangChainCall, Said } from './langchain-client.ts';
import { parsedArguments } from './tool-arguments.ts';

/** LangChain's class for Anthropic's messages, over our transport. */
export class PipeChatAnthropic extends ChatAnthropic {
  readonly #call: LangChainCall;

  constructor(call: LangChainCall) {
    super({
      model: call.model,
      apiKey: heldKey,
      maxRetries: 0,
      disableStreaming: true,
      createClient: () => ({ messages: { create: () => call.send(messageOf) } }),
    });
    this.#call = call;
  }

  /** Traces show what is sent, where the stock class would tell of what nobody set. */
  override invocationParams(): ReturnType<ChatAnthropic['invocationParams']> {
    const parameters = { ...this.#call.parameters, model: this.model, stream: false };
    return parameters as unknown as ReturnType<ChatAnthropic['invocationParams']>;
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
}

function messageOf({ answer, tokens }: Said): JsonObject {
  const cached = tokens?.cached_input_tokens ?? 0;
  return {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content: [
      ...(answer.thinking === '' ? [] : [{ type: 'thinking', thinking: answer.thinking }]),
      ...(answer.text === '' ? [] : [{ type: 'text', text: answer.text }]),
      ...answer.tool_calls.map((call) => ({
        type: 'tool_use',
        id: call.id,
        name: call.name,
        input: parsedArguments(call.arguments),
      })),
    ],
    stop_reason: answer.finish_reason,
    ...(tokens && {
      usage: {
        input_tokens: tokens.input_tokens - cached,
        cache_read_input_tokens: cached,
        output_tokens: tokens.output_tokens,
      },
    }),
  };
}
