import { diffWords, type WordChange } from '../../difference/words.ts';
import type { JsonObject, JsonValue, Pointer } from '../../json/json.ts';
import type { Message } from '../../models/contract.ts';
import { canonicalJson } from '../canonical.ts';
import { messageText } from './question-text.ts';
import type { Question } from './question.ts';

/** Something in which what was asked differs from what was recorded. */
export interface Difference {
  /** In the user's words: `the system message`, `message 3 (assistant)`, `temperature`, `the model`, `the tool convert`. */
  readonly what: string;
  /** From what was recorded to what was asked. */
  readonly words: readonly WordChange[];
  /** Where it comes from in the pipeline file. */
  readonly origin: Origin;
}

/** A message by its number, from 0; or a key of the step, or of the file where the step has none of that name. */
export type Origin =
  | { readonly kind: 'message'; readonly at: number }
  | { readonly kind: 'key'; readonly pointer: Pointer };

/** All differences, those in the messages first: what people edit most. None where only what is not shown differs. */
export function differencesOf(recorded: Question, asked: Question): readonly Difference[] {
  return [
    ...messageDifferences(recorded.messages, asked.messages),
    ...valueDifference('the model', ['model', 'name'], recorded.model, asked.model),
    ...valueDifference('the provider', ['model', 'provider'], recorded.provider, asked.provider),
    ...valueDifference('base_url', ['model', 'base_url'], recorded.base_url, asked.base_url),
    ...namedDifferences('', 'model', recorded.parameters, asked.parameters),
    ...namedDifferences('the tool ', 'tools', toolsOf(recorded), toolsOf(asked)),
    ...choiceDifferences(recorded, asked),
    ...valueDifference('the schema', ['schema'], recorded.response_format, asked.response_format),
  ];
}

/** Messages that both have at their beginning and end are the same turns; what is between is compared in order. */
function messageDifferences(recorded: readonly Message[], asked: readonly Message[]): readonly Difference[] {
  const same = (one: Message | undefined, other: Message | undefined) =>
    one !== undefined && other !== undefined && isSame(one, other);
  const shorter = Math.min(recorded.length, asked.length);
  let before = 0;
  while (before < shorter && same(recorded[before], asked[before])) before += 1;
  let after = 0;
  while (after < shorter - before && same(recorded.at(-1 - after), asked.at(-1 - after))) after += 1;
  const gone = recorded.slice(before, recorded.length - after);
  const come = asked.slice(before, asked.length - after);
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, at) => {
    const number = before + at;
    const [was, is] = [gone[at], come[at]];
    return {
      what: messageName(is ?? was, number, is === undefined ? recorded : asked),
      words: messageWords(was, is),
      origin: { kind: 'message', at: number } as const,
    };
  });
}

function isSame(one: Message, other: Message): boolean {
  return one.role === other.role && one.prefix === other.prefix && messageText(one) === messageText(other);
}

/** A role that is changed, and with it no word, has to be seen too. */
function messageWords(was: Message | undefined, is: Message | undefined): readonly WordChange[] {
  const [before, now] = [was && messageText(was), is && messageText(is)];
  if (was === undefined || is === undefined || before !== now) return diffWords(before ?? '', now ?? '');
  const attributes = ({ role, prefix }: Message) => `role ${role}${prefix === true ? ', prefix' : ''}`;
  return diffWords(attributes(was), attributes(is));
}

/** By its role alone, where no other message has that. */
function messageName(message: Message | undefined, at: number, all: readonly Message[]): string {
  const role = message?.role ?? 'user';
  const alone = all.filter((other) => other.role === role).length === 1;
  return alone ? `the ${role} message` : `message ${at + 1} (${role})`;
}

function choiceDifferences(recorded: Question, asked: Question): readonly Difference[] {
  return (['tool_choice', 'parallel_tool_calls'] as const).flatMap((key) =>
    valueDifference(key, [key], recorded[key], asked[key]),
  );
}

function valueDifference(
  what: string,
  pointer: Pointer,
  recorded: JsonValue | undefined,
  asked: JsonValue | undefined,
): readonly Difference[] {
  const [before, now] = [valueText(recorded), valueText(asked)];
  if (before === now) return [];
  return [{ what, words: diffWords(before, now), origin: { kind: 'key', pointer } }];
}

function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return '(not set)';
  return typeof value === 'string' ? value : canonicalJson(value);
}

function namedDifferences(
  prefix: string,
  key: string,
  recorded: JsonObject,
  asked: JsonObject,
): readonly Difference[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(asked)])];
  return names.flatMap((name) =>
    valueDifference(`${prefix}${name}`, [key, name], recorded[name], asked[name]),
  );
}

function toolsOf({ tools = [] }: Question): JsonObject {
  return Object.fromEntries(tools.map(({ name, ...tool }) => [name, tool as unknown as JsonObject] as const));
}
