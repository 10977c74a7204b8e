import { CallbackManager } from '@langchain/core/callbacks/manager';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';
import type { StreamDelta } from './contract.ts';

export type Tell = (delta: StreamDelta) => void;

/** Whether a trace, a handler of a surrounding LangChain run or LangChain's own log would be told of a call. */
export function hasListeners(): boolean {
  const surrounding = AsyncLocalStorageProviderSingleton.getRunnableConfig();
  return CallbackManager.configure(surrounding?.callbacks) !== undefined;
}

/** Has LangChain's listeners told of tokens too, so that a trace shows when the first one came. */
export function tellingTokens(tell: Tell, run: CallbackManagerForLLMRun): Tell {
  return (delta) => {
    tell(delta);
    if (delta.type === 'began') return;
    // What a listener throws is no failure of the call.
    run.handleLLMNewToken(delta.type === 'text' ? delta.text : '').catch(() => undefined);
  };
}
