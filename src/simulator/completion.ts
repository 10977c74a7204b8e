import type { Answer } from './answer.ts';
import type { ChatRequest } from './request.ts';
import { countCachedTokens, countPromptTokens } from './tokens.ts';
import type { ToolCall } from './tool-answer.ts';

/** 2026-01-01. A constant, since an answer is the same whenever it is asked for. */
export const created = 1_767_225_600;

export interface CompletionUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
}

interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface ThinkingPart {
  readonly type: 'thinking';
  readonly thinking: readonly [TextPart];
}

/** Text alone, or a list where a model has thought before it spoke. */
export type CompletionContent = string | readonly (TextPart | ThinkingPart)[];

interface Choice {
  readonly index: number;
  readonly message: {
    readonly role: 'assistant';
    readonly content: CompletionContent;
    readonly tool_calls: readonly ToolCall[] | null;
  };
  readonly finish_reason: Answer['finish_reason'];
}

/** The body of a 200: the shape of Mistral's chat completion. */
export interface ChatCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly Choice[];
  readonly usage: CompletionUsage;
}

/** `model` is the resolved name; there is one answer for each choice that was asked for. */
export function complete(
  model: string,
  answers: readonly Answer[],
  usage: CompletionUsage,
  id: string,
): ChatCompletion {
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: answers.map((answer, index) => ({
      index,
      message: {
        role: 'assistant',
        content: contentOf(answer),
        tool_calls: answer.tool_calls.length === 0 ? null : answer.tool_calls,
      },
      finish_reason: answer.finish_reason,
    })),
    usage,
  };
}

export function thinkingPart(text: string): ThinkingPart {
  return { type: 'thinking', thinking: [{ type: 'text', text }] };
}

function contentOf({ thinking, text }: Answer): CompletionContent {
  if (thinking === null) return text;
  return text === '' ? [thinkingPart(thinking)] : [thinkingPart(thinking), { type: 'text', text }];
}

/** The prompt is paid for once, however many choices there are. */
export function usageOf(request: ChatRequest, answers: readonly Answer[]): CompletionUsage {
  const prompt_tokens = countPromptTokens(request);
  const completion_tokens = answers.reduce((sum, { tokens }) => sum + tokens, 0);
  const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
  if (typeof request.prompt_cache_key !== 'string') return usage;
  return { ...usage, prompt_tokens_details: { cached_tokens: countCachedTokens(request) } };
}
