import type { Span } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { blockNames, isBlockName } from './blocks.ts';
import { choiceText } from './choice.ts';
import { callHint, filterHint } from './filter-text.ts';
import { withHelpers } from './operators.ts';
import { otherWordHint } from './other-words.ts';
import { dottedPath } from './path-text.ts';
import type { TemplateProblem, TemplateProblemCode } from './problem.ts';
import type { Reading } from './reading.ts';

/** Handlebars' name characters, as its lexer has them. */
const name = /^[^\s!"#%-,./;->@[-^`{-~]+/u;

/** What people write from other languages, at the place where Handlebars stops, and what to write here. */
const habits: readonly { readonly written: RegExp; readonly hint: string }[] = [
  { written: /^={2,3}/u, hint: 'to compare, write (eq a b)' },
  { written: /^!={1,2}/u, hint: 'to compare, write (ne a b)' },
  { written: /^>=/u, hint: 'to compare, write (not (lt a b))' },
  { written: /^<=/u, hint: 'to compare, write (not (gt a b))' },
  { written: /^>/u, hint: 'to compare, write (gt a b)' },
  { written: /^</u, hint: 'to compare, write (lt a b)' },
  { written: /^&&/u, hint: 'to combine, write (and a b)' },
  { written: /^\|\|/u, hint: 'to combine, write (or a b)' },
  { written: /^\|/u, hint: 'a helper stands before its arguments: {{upper input.text}}' },
  { written: /^!/u, hint: 'to negate, write (not a)' },
  { written: /^\(/u, hint: 'a helper call is written (upper input.text), not upper(input.text)' },
  { written: /^\[/u, hint: 'an index is written after a dot: items.[0]' },
  { written: /^=/u, hint: 'to compare, write (eq a b)' },
  { written: /^,/u, hint: 'arguments are separated by spaces' },
  { written: /^\?/u, hint: 'a choice is written {{#if a}}…{{else}}…{{/if}}' },
  { written: /^[-+*%]/u, hint: 'templates do not calculate' },
];

/** The token does not fit where it stands. `token` is the grammar's name for it. */
export function explainToken(reading: Reading, token: string, place: Span): TemplateProblem {
  const { text, tag } = reading;
  if (token === 'EOF' && (tag === undefined || tag.closed !== undefined))
    return unclosedBlock(reading, place);
  if (token === 'INVERSE' || token === 'OPEN_INVERSE_CHAIN') return strayElse(reading, place);
  if (tag === undefined || (tag.closed !== undefined && tag.closed !== place.end))
    return mistake(place, `unexpected ${quote(text, place)}`);
  return (
    unclosedTag(text, tag.opener, token) ??
    (token === 'OPEN_ENDBLOCK' ? strayClose(text, place) : undefined) ??
    explainClose(reading, tag.opener, token, place) ??
    explainInside(text, tag.opener, token, place)
  );
}

/** Nothing of the grammar fits the text at this offset. */
export function explainUnreadable({ text }: Reading, offset: number): TemplateProblem {
  if (text.startsWith('{{', offset)) return unclosedComment(offset);
  return mistake(
    { start: offset, end: offset + 1 },
    'the template holds a NUL character',
    'remove it: it cannot be sent to a model',
  );
}

export function rawBlock(place: Span): TemplateProblem {
  return problem(
    'template-refused',
    place,
    'raw blocks ({{{{…}}}}) are not supported',
    'to write {{ as text, put a backslash before it: \\{{',
  );
}

export function nestedTooDeeply(place: Span, deepest: number): TemplateProblem {
  return mistake(
    place,
    `blocks and parentheses are nested more than ${deepest} deep here`,
    'move a part of it into a step of its own',
  );
}

export function tooLarge(text: string): TemplateProblem {
  return mistake({ start: 0, end: text.length }, 'the template is too large to be read');
}

export function mismatchedClose(text: string, open: Span, close: Span): TemplateProblem {
  const opened = text.slice(open.start, open.end);
  const closed = text.slice(close.start, close.end);
  const meant = isBlockName(opened) ? undefined : blockMeant(opened, closed);
  // What was misspelt is the mistake, not what closes the block that was meant.
  if (meant !== undefined)
    return mistake(tagAround(text, open), `there is no block {{#${opened}}}`, `did you mean {{#${meant}}}?`);
  return mistake(
    tagAround(text, close),
    `{{#${opened}}} is closed by {{/${closed}}}`,
    `close the innermost block first: {{/${opened}}}`,
  );
}

/** The block whose name was misspelt where it begins: the one that is closed, or the nearest. */
function blockMeant(opened: string, closed: string): string | undefined {
  return isBlockName(closed) ? closed : didYouMean(opened, blockNames);
}

export function misplacedSegment(text: string, path: Span, segment: string): TemplateProblem {
  return mistake(
    path,
    `\`${text.slice(path.start, path.end)}\` is not a path: \`${segment}\` can only stand at its beginning`,
    `a field of that name is written [${segment}]`,
  );
}

function unclosedBlock({ text, blocks }: Reading, end: Span): TemplateProblem {
  const block = blocks.at(-1);
  if (block === undefined) return mistake(end, 'the template ends too early');
  const { opener, closed } = block.tag;
  const opened = nameAt(text, opener.end) ?? '';
  const tag = { start: opener.start, end: closed ?? opener.end };
  const outer = blocks.at(-2)?.tag.opener;
  if (endWord.test(opened)) {
    const name = outer === undefined ? undefined : nameAt(text, outer.end);
    return mistake(
      tag,
      `{{#${opened}}} begins a block`,
      name === undefined ? otherWordHint(opened) : `to end {{#${name}}}, write {{/${name}}}`,
    );
  }
  // `{{endif}}` would be a value.
  const written = endTag.exec(text.slice(tag.end));
  return mistake(
    tag,
    `{{#${opened}}} is never closed`,
    written === null ? `write {{/${opened}}} where it ends` : `write {{/${opened}}} instead of ${written[0]}`,
  );
}

/** How other languages end a block. */
const endWord = /^end(?:if|for|each|unless|with)?$/iu;
const endTag = /\{\{~?\s*(?:end(?:if|for|each|unless|with)?|fi)\s*~?\}\}/iu;

function strayElse({ text, blocks }: Reading, place: Span): TemplateProblem {
  const found = tagAround(text, place);
  return blocks.length === 0
    ? mistake(found, '{{else}} stands outside of a block', 'it belongs between {{#if …}} and {{/if}}')
    : mistake(found, 'the block already has its {{else}}', 'a block has one {{else}}, and it comes last');
}

function strayClose(text: string, place: Span): TemplateProblem {
  const closed = nameAt(text, place.end) ?? '';
  return mistake(tagAround(text, place), `{{/${closed}}} closes nothing: no {{#${closed}}} is open here`);
}

function unclosedComment(start: number): TemplateProblem {
  return mistake({ start, end: start + 2 }, 'the comment is never closed', 'end it with --}}');
}

/** The tag has no `}}` of its own before the next tag or the end of the text (EOF): one in quotes is none. */
function unclosedTag(text: string, opener: Span, token: string): TemplateProblem | undefined {
  const close = text.indexOf('}}', opener.end);
  const next = text.indexOf('{{', opener.end);
  if (token !== 'EOF' && close !== -1 && (next === -1 || close < next)) return undefined;
  if (text[opener.end] === '!') return unclosedComment(opener.start);
  const written = text.slice(opener.start, opener.end);
  return mistake(
    opener,
    `${written} is never closed`,
    `end the tag with ${written.includes('{{{') ? '}}}' : '}}'}`,
  );
}

/** The tag ends where it cannot. */
function explainClose(
  { text, parentheses }: Reading,
  opener: Span,
  token: string,
  place: Span,
): TemplateProblem | undefined {
  if (token === 'CLOSE_RAW_BLOCK') return strayBraces(text, place);
  if (token !== 'CLOSE' && token !== 'CLOSE_UNESCAPED') return undefined;
  const triple = text.slice(opener.start, opener.end).includes('{{{');
  if (token === 'CLOSE_UNESCAPED' && !triple) return strayBraces(text, place);
  const open = parentheses.at(-1);
  if (open !== undefined) return mistake(open, '( is never closed', 'write ) before the tag ends');
  if (token === 'CLOSE' && triple)
    return mistake(
      { start: opener.start, end: place.end },
      '{{{ is closed by }}',
      'for a brace before the tag, write a space: { {{name}}',
    );
  const whole = { start: opener.start, end: place.end };
  const inside = text.slice(opener.end, place.start).trim();
  if (inside === '')
    return mistake(whole, `${quote(text, whole)} is empty`, 'name what stands there: {{input.text}}');
  if (/[./@]$/u.test(inside)) return mistake(whole, `a name is missing after ${inside.slice(-1)}`);
  if (inside.endsWith('=')) return mistake(whole, 'a value is missing after =');
  const unnamed = /=.*\s(\S+)$/su.exec(inside)?.[1];
  if (unnamed !== undefined) return mistake(whole, `\`${unnamed}\` has no value`, `write ${unnamed}=…`);
  return mistake(whole, `${quote(text, whole)} is not complete`);
}

function strayBraces(text: string, place: Span): TemplateProblem {
  return mistake(
    place,
    `${text.slice(place.start, place.end)} closes a tag that begins with {{`,
    'for a brace after the tag, write a space: {{name}} }',
  );
}

function explainInside(text: string, opener: Span, token: string, place: Span): TemplateProblem {
  const found = text[place.start] ?? '';
  if (token === 'CLOSE_SEXPR') {
    return /\(\s*$/u.test(text.slice(0, place.start))
      ? mistake(place, '() is empty', 'name a helper: (upper input.text)')
      : mistake(place, 'no ( is open for this )');
  }
  if (token === 'NUMBER' && /[./]\s*$/u.test(text.slice(0, place.start)))
    return mistake(
      place,
      `a path cannot end in ${quote(text, place)}`,
      `write [${text.slice(place.start, place.end)}]`,
    );
  if (token === 'INVALID' && (found === '"' || found === "'"))
    return mistake(place, `the quotation mark ${found} has no partner`);
  if (token === 'INVALID' && found === '[') return mistake(place, '[ is never closed');
  // A name that ends in a character that no name can be followed by comes as an invalid first letter.
  const word = token === 'INVALID' ? (name.exec(text.slice(place.start))?.[0] ?? '') : '';
  const start = place.start + word.length;
  const habit = habits.find(({ written }) => written.test(text.slice(start)));
  const written = habit?.written.exec(text.slice(start))?.[0].length;
  const end = written === undefined ? Math.max(place.end, start + 1) : start + written;
  const hint =
    choiceHint(text, opener) ??
    helperHint(text, opener) ??
    fieldHint(text, start) ??
    (found === '|' ? filterHint(text, opener.end, start) : undefined) ??
    (text[start] === '(' ? callHint(text, opener.end, start) : undefined) ??
    habit?.hint;
  return mistake({ start, end }, `unexpected ${quote(text, { start, end })}`, hint);
}

/** How the path is written whose field stands here in brackets and quotes, as in `input['text']`. */
function fieldHint(text: string, start: number): string | undefined {
  const [brackets] = /^(?:\.?\[(?:'[^']*'|"[^"]*"|\d+)\]|\.[\w-]+)+/u.exec(text.slice(start)) ?? [];
  if (brackets === undefined || !/^\[['"\d]/u.test(brackets)) return undefined;
  const [path = ''] = /[\p{L}\p{N}_$@.[\]-]*$/u.exec(text.slice(0, start)) ?? [];
  if (/^\[\d/u.test(brackets)) {
    return path === '' ? undefined : `an index is written after a dot: ${dottedPath(path + brackets)}`;
  }
  return `a field is written after a dot: ${dottedPath(path + brackets)}`;
}

/** The blocks that say what the tag says as a choice of another language. */
function choiceHint(text: string, opener: Span): string | undefined {
  const close = text.indexOf('}}', opener.end);
  if (close === -1 || /[#/^>]/u.test(text.slice(opener.start, opener.end))) return undefined;
  const choice = choiceText(text.slice(opener.end, close));
  return choice === undefined ? undefined : `write ${choice}`;
}

/** The whole tag as it is written here, where it is an expression of another language: `{{#if (eq a b)}}`. */
function helperHint(text: string, opener: Span): string | undefined {
  const close = text.indexOf('}}', opener.end);
  if (close === -1) return undefined;
  const inside = dottedPath(text.slice(opener.end, close).replace(/~$/u, ''));
  const chained = /else\s*$/u.test(text.slice(opener.start, opener.end));
  const isBlock = chained || text.slice(opener.start, opener.end).includes('#');
  const [, name, subject = ''] = /^\s*(\w+)(?=[\s(!])(.*)$/su.exec(inside) ?? [];
  if (!isBlock) {
    const call = withHelpers(inside);
    return call === undefined ? undefined : `write {{${call}}}`;
  }
  const call = name !== undefined && isBlockName(name) ? withHelpers(subject) : undefined;
  return call === undefined ? undefined : `write {{${chained ? 'else ' : '#'}${name} (${call})}}`;
}

function mistake(place: Span, message: string, hint?: string): TemplateProblem {
  return problem('template-syntax', place, message, hint);
}

function problem(
  code: TemplateProblemCode,
  { start, end }: Span,
  message: string,
  hint?: string,
): TemplateProblem {
  return { severity: 'error', code, message, ...(hint !== undefined && { hint }), start, end };
}

function quote(text: string, { start, end }: Span): string {
  const found = text.slice(start, Math.min(end, start + 40));
  return `\`${end > start + 40 ? `${found}…` : found}\``;
}

/** The whole tag in which a name stands. */
function tagAround(text: string, place: Span): Span {
  const close = text.indexOf('}}', place.start);
  return { start: text.lastIndexOf('{{', place.start), end: close === -1 ? place.end : close + 2 };
}

/** The name that begins at or after this offset. */
function nameAt(text: string, offset: number): string | undefined {
  return name.exec(text.slice(offset).trimStart())?.[0];
}
