import { createChat } from '../../src/simulator/chat.ts';
import type { Chat } from '../../src/simulator/chat.ts';
import type { ChatCompletion } from '../../src/simulator/completion.ts';
import { withDefaults } from '../../src/simulator/options.ts';
import type { SimulatorOptions } from '../../src/simulator/options.ts';
import type { Outcome } from '../../src/simulator/outcome.ts';

export const model = 'mistral-small-latest';

export function user(content: unknown) {
  return { role: 'user', content };
}

/** The body of a request, with one user message unless told otherwise. */
export function bodyOf(fields: object = {}): string {
  return JSON.stringify({ model, messages: [user('I love programming.')], ...fields });
}

export function chatWith(options: SimulatorOptions = {}): Chat {
  return createChat(withDefaults(options));
}

/** The outcome for one request with these fields. */
export function ask(fields: object = {}, options: SimulatorOptions = {}): Outcome {
  return chatWith(options)(bodyOf(fields));
}

export function completionOf(outcome: Outcome): ChatCompletion {
  return JSON.parse(outcome.reply.body) as ChatCompletion;
}
