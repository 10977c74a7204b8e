import { CallbackManager } from '@langchain/core/callbacks/manager';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { LangSmithParams } from '@langchain/core/language_models/chat_models';
import { AIMessage } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';
import { ChatMistralAI } from '@langchain/mistralai';
import type { ChatMistralAICallOptions } from '@langchain/mistralai';
import type { JsonObject } from '../json/json.ts';
import type { Answer } from './answer.ts';
import type { Message, ModelSettings, StreamDelta } from './contract.ts';
import { langChainMessages } from './mistralai-messages.ts';
import type { CallSignals, RetriedCall } from './retry.ts';
import type { Tokens } from './tokens.ts';

/** One call on its way through LangChain, and what came of it. */
export interface ChatCall {
  /** The body as it is sent. */
  readonly json: string;
  /** The body without its messages, for traces. */
  readonly parameters: JsonObject;
  readonly signals: CallSignals;
  /** Is told the pieces of an answer that comes as a stream; undefined where it comes whole. */
  tell: Tell | undefined;
  result: RetriedCall | undefined;
  /** Thrown by our own side of the seam: a bug, not an answer. */
  bug: unknown;
}

export type Tell = (delta: StreamDelta) => void;

export type Send = (call: ChatCall) => Promise<RetriedCall>;

/** The call travels among LangChain's options under a symbol, which traces, being JSON, leave out. */
export const chatCall: unique symbol = Symbol('call');

export interface ChatOptions extends ChatMistralAICallOptions {
  readonly [chatCall]?: ChatCall;
}

/** The stock method's overloads, taken from its type: the SDK that declares them is not a dependency of ours. */
type Seam = ChatMistralAI['completionWithRetry'] extends {
  (input: infer StreamInput, streaming: true): Promise<infer Stream>;
  (input: infer Input, streaming: false): Promise<infer Whole>;
}
  ? { streamInput: StreamInput; stream: Stream; input: Input; whole: Whole }
  : never;

/**
 * ChatMistralAI over a transport of our own. `invoke` stays LangChain's, with its callbacks and traces; what is sent,
 * and when it is sent again, is ours. The stock transport cannot be aborted, loses usage, and lets a broken answer end
 * the process. Never pass a `signal` or `timeout` option: with either, the stock class streams.
 */
export class PipeChatMistralAI extends ChatMistralAI<ChatOptions> {
  /** A handler that would like to see tokens must not turn a call into a stream. */
  override disableStreaming = true;
  readonly #send: Send;
  readonly #listened = hasListeners();

  constructor(settings: ModelSettings, send: Send) {
    // The constructor insists on a key. The real one never enters LangChain, so that no trace can hold it.
    super({ model: settings.name, apiKey: 'held-by-the-transport', maxRetries: 0 });
    this.#send = send;
  }

  /** Traces show what is sent, where the stock class would tell of defaults that nobody set. */
  override invocationParams(
    options?: this['ParsedCallOptions'],
  ): ReturnType<ChatMistralAI['invocationParams']> {
    const call = options?.[chatCall];
    return { model: this.model, ...call?.parameters, [chatCall]: call } as { model: string };
  }

  override getLsParams(options: this['ParsedCallOptions']): LangSmithParams {
    const { max_tokens } = options[chatCall]?.parameters ?? {};
    return {
      ...super.getLsParams(options),
      ls_max_tokens: typeof max_tokens === 'number' ? max_tokens : undefined,
    };
  }

  /**
   * One call, its result told by its ChatCall. Where nobody listens, what `invoke` does around the call is left out: it
   * would take longer than the call itself.
   */
  async ask(messages: readonly Message[], call: ChatCall, step: string, record: string): Promise<void> {
    if (!this.#listened) {
      await this._generate([], { [chatCall]: call });
      return;
    }
    await this.invoke(langChainMessages(messages), {
      [chatCall]: call,
      runName: step,
      metadata: { step, record },
    });
  }

  override completionWithRetry(input: Seam['streamInput'], streaming: true): Promise<Seam['stream']>;
  override completionWithRetry(input: Seam['input'], streaming: false): Promise<Seam['whole']>;
  override async completionWithRetry(
    input: Seam['streamInput'] | Seam['input'],
    streaming: boolean,
  ): Promise<Seam['stream'] | Seam['whole']> {
    const call = (input as { readonly [chatCall]?: ChatCall })[chatCall];
    if (call === undefined || streaming)
      throw new Error('only whole calls that carry their ChatCall are made');
    try {
      call.result = await this.#send(call);
    } catch (error) {
      call.bug = error;
      throw error;
    }
    const { outcome, last } = call.result;
    if (!outcome.ok) throw new Error(outcome.error.message);
    if (last?.result.kind !== 'completed') throw new Error('a call succeeded without a completed attempt');
    return sdkResponse(last.result.answer, last.tokens);
  }

  /**
   * The stock method is given no messages: it would put them into a wire format that is not sent, and throws for what
   * it does not know, such as thinking.
   */
  override async _generate(
    _messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    const call = options[chatCall];
    if (call?.tell !== undefined && runManager !== undefined) call.tell = withTokens(call.tell, runManager);
    const generated = await super._generate([], options, runManager);
    const last = call?.result?.last;
    for (const { message } of generated.generations) {
      if (AIMessage.isInstance(message) && last?.result.kind === 'completed')
        addDetails(message, last.result.answer, last.tokens);
    }
    return generated;
  }
}

/** Whether a trace, a handler of a surrounding LangChain run or LangChain's own log would be told of a call. */
function hasListeners(): boolean {
  const surrounding = AsyncLocalStorageProviderSingleton.getRunnableConfig();
  return CallbackManager.configure(surrounding?.callbacks) !== undefined;
}

/** Has LangChain's listeners told of tokens too, so that a trace shows when the first one came. */
function withTokens(tell: Tell, run: CallbackManagerForLLMRun): Tell {
  return (delta) => {
    tell(delta);
    if (delta.type === 'began') return;
    // What a listener throws is no failure of the call.
    run.handleLLMNewToken(delta.type === 'text' ? delta.text : '').catch(() => undefined);
  };
}

type Choice = Seam['whole']['choices'][number];

/** A validated answer in the casing of Mistral's SDK, which LangChain reads. */
function sdkResponse(answer: Answer, tokens: Tokens | null): Seam['whole'] {
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
function addDetails(message: AIMessage, answer: Answer, tokens: Tokens | null): void {
  if (answer.thinking !== '') message.additional_kwargs['reasoning_content'] = answer.thinking;
  if (message.usage_metadata === undefined || tokens === null) return;
  const { cached_input_tokens: cached, reasoning_tokens: reasoning } = tokens;
  message.usage_metadata = {
    ...message.usage_metadata,
    ...(cached !== null && { input_token_details: { cache_read: cached } }),
    ...(reasoning !== null && { output_token_details: { reasoning } }),
  };
}
