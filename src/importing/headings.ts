import type { Span } from '../diagnostic/source.ts';
import type { Turn } from './draft.ts';

/** A line such as `# system:` or `user:` alone: promptflow's and Prompty's way to begin a message. */
const heading =
  /^[^\S\r\n]*(?:#[^\S\r\n]*)?(system|developer|user|assistant|function|tool)(?:\[[^\]\r\n]*\])?[^\S\r\n]*:[^\S\r\n]*(?:\r?\n|$)/gim;

export interface Heading extends Span {
  readonly role: string;
}

export function headingsIn(text: string): readonly Heading[] {
  return [...text.matchAll(heading)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    role: (match[1] ?? '').toLowerCase(),
  }));
}

/** A line such as `{{ item.role }}:`, a heading that is only known when the template is filled in. */
const filledIn =
  /^[^\S\r\n]*(?:#[^\S\r\n]*)?\{\{[^{}\r\n]{0,100}\brole\b[^{}\r\n]{0,100}\}\}[^\S\r\n]*:[^\S\r\n]*$/gm;

export function filledHeadingsIn(text: string): readonly Span[] {
  return [...text.matchAll(filledIn)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Our role for a heading's; undefined for one of an answer of a tool. */
export function roleOfHeading(role: string): Turn['role'] | undefined {
  if (role === 'system' || role === 'user' || role === 'assistant') return role;
  return role === 'developer' ? 'system' : undefined;
}
