import { createChat } from '../../src/simulator/chat.ts';
import type { Chat } from '../../src/simulator/chat.ts';
import type { ChatCompletion } from '../../src/simulator/completion.ts';
import { withDefaults } from '../../src/simulator/options.ts';
import type { SimulatorOptions } from '../../src/simulator/options.ts';
import type { Outcome } from '../../src/simulator/outcome.ts';
import { createQuota } from '../../src/simulator/quota.ts';

export const model = 'mistral-small-latest';

export function user(content: unknown) {
  return { role: 'user', content };
}

/** The body of a request, with one user message unless told otherwise. */
export function bodyOf(fields: object = {}): string {
  return JSON.stringify({ model, messages: [user('I love programming.')], ...fields });
}

export function chatWith(options: SimulatorOptions = {}): Chat {
  const settings = withDefaults(options);
  return createChat(settings, createQuota(settings));
}

/** The outcome for one request with these fields. */
export function ask(fields: object = {}, options: SimulatorOptions = {}): Outcome {
  return chatWith(options)(bodyOf(fields));
}

export function completionOf(outcome: Outcome): ChatCompletion {
  return JSON.parse(outcome.reply.body) as ChatCompletion;
}

type Choice = ChatCompletion['choices'][number];

/** The only choice of a completion, or that of an index. */
export function choiceOf(completion: ChatCompletion, index = 0): Choice {
  const choice = completion.choices[index];
  if (choice === undefined) throw new Error(`no choice ${index}`);
  return choice;
}

/** The text of the answer to a request with these fields. */
export function textFor(fields: object = {}, options: SimulatorOptions = {}): string {
  const { content } = choiceOf(completionOf(ask(fields, options))).message;
  if (typeof content !== 'string') throw new Error('the content is a list');
  return content;
}

/** What a request that cannot be answered is told, with its status. */
export function refusalOf(fields: object): {
  status: number;
  message: unknown;
  type: unknown;
  code: unknown;
} {
  const { reply } = ask(fields);
  const { message, type, code } = JSON.parse(reply.body) as { [name: string]: unknown };
  return { status: reply.status, message, type, code };
}

/** A tool with these parameters. */
export function tool(name: string, parameters: object = { type: 'object' }) {
  return { type: 'function', function: { name, parameters } };
}
