import type { Answer } from './text-answer.ts';
import type { ChatRequest } from './request.ts';
import { countCachedTokens, countPromptTokens } from './tokens.ts';

/** 2026-01-01. A constant, since an answer is the same whenever it is asked for. */
const created = 1_767_225_600;

export interface CompletionUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
}

/** The body of a 200: the shape of Mistral's chat completion. */
export interface ChatCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly [
    {
      readonly index: 0;
      readonly message: { readonly role: 'assistant'; readonly content: string; readonly tool_calls: null };
      readonly finish_reason: Answer['finish_reason'];
    },
  ];
  readonly usage: CompletionUsage;
}

/** `model` is the resolved name. */
export function complete(request: ChatRequest, model: string, answer: Answer, id: string): ChatCompletion {
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.content, tool_calls: null },
        finish_reason: answer.finish_reason,
      },
    ],
    usage: usageOf(request, answer),
  };
}

function usageOf(request: ChatRequest, answer: Answer): CompletionUsage {
  const prompt = countPromptTokens(request);
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: answer.tokens,
    total_tokens: prompt + answer.tokens,
  };
  if (typeof request.prompt_cache_key !== 'string') return usage;
  return { ...usage, prompt_tokens_details: { cached_tokens: countCachedTokens(request) } };
}
