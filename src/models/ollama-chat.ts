import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import { AIMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { ChatOllama } from '@langchain/ollama';
import type { JsonObject } from '../json/json.ts';
import type { LangChainCall, Said } from './langchain-client.ts';
import { parsedArguments } from './tool-arguments.ts';

/** LangChain's class for Ollama, over our transport. */
export class PipeChatOllama extends ChatOllama {
  readonly #call: LangChainCall;
  readonly #said: { tokens?: Said['tokens'] };

  constructor(call: LangChainCall) {
    const said: { tokens?: Said['tokens'] } = {};
    super({
      model: call.model,
      maxRetries: 0,
      disableStreaming: true,
      // The class asks for a stream whatever it is told, and is content with one of a single line.
      fetch: () =>
        call.send((whole) => {
          said.tokens = whole.tokens;
          return new Response(`${JSON.stringify(responseOf(whole))}\n`);
        }),
    });
    this.#call = call;
    this.#said = said;
  }

  /** Traces show what is sent, where the stock class would tell of what nobody set. */
  override invocationParams(): ReturnType<ChatOllama['invocationParams']> {
    return { ...this.#call.parameters, model: this.model };
  }

  /** The stock method is given no messages: it would put them into a form that is not sent. */
  override async _generate(
    _messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    run?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    this.#call.listen(run);
    const generated = await super._generate([], options);
    // It says 0 where nothing was counted.
    if (this.#said.tokens === null) {
      for (const { message } of generated.generations)
        if (AIMessage.isInstance(message)) delete message.usage_metadata;
    }
    return generated;
  }
}

function responseOf({ answer, tokens }: Said): JsonObject {
  return {
    model: answer.model,
    message: {
      role: 'assistant',
      content: answer.text,
      ...(answer.thinking !== '' && { thinking: answer.thinking }),
      ...(answer.tool_calls.length > 0 && {
        tool_calls: answer.tool_calls.map((call) => ({
          id: call.id,
          function: { name: call.name, arguments: parsedArguments(call.arguments) },
        })),
      }),
    },
    done: true,
    done_reason: answer.finish_reason,
    ...(tokens && { prompt_eval_count: tokens.input_tokens, eval_count: tokens.output_tokens }),
  };
}
