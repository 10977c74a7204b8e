import type { Span } from '../../diagnostic/source.ts';
import { success, type Result } from '../../result.ts';
import { parseTemplate } from '../../template/parse.ts';
import type { TemplateProblem } from '../../template/problem.ts';
import type { RawBlock, RawCall, RawExpression, RawPath, RawProgram } from '../../template/raw-syntax.ts';
import { argumentText, guarded, handText } from '../handlebars/expression.ts';
import { escapedText } from '../handlebars/text.ts';
import type { TemplateNotes } from '../jinja/scope.ts';
import { createReader, type Context, type Known } from './reader.ts';
import { segmentsOf, type Edit, type Mark, type Segment } from './segments.ts';

export interface Rewriting extends Known {
  /** The type of a field, for a block that does not say whether it is a loop. */
  readonly typeOf: (name: string) => string | undefined;
  readonly partial: (name: string) => { readonly text: string; readonly notes: TemplateNotes } | undefined;
  /** The partials that are being inlined. */
  readonly chain: readonly string[];
  /** How many have been, all in all. */
  readonly inlined: { count: number };
}

/** A template of Dotprompt's as segments. What has no counterpart is told, and left out as a comment. */
export function rewriteTemplate(
  text: string,
  rewriting: Rewriting,
  context: Context = { depth: 0, names: new Set() },
): Result<readonly Segment[], TemplateProblem> {
  const parsed = parseTemplate(text);
  if (!parsed.ok) return parsed;
  const writer = createWriter(text, rewriting);
  writer.walk(parsed.value, context, true);
  return success(writer.segments());
}

/** Each of a few partials that has the next one twice would be there thousands of times. */
const mostInlined = 500;

/** Helpers of Dotprompt's that say something of messages, not of text. */
const markers: ReadonlySet<string> = new Set(['role', 'history', 'media', 'section']);

function createWriter(text: string, rewriting: Rewriting) {
  const { notes } = rewriting;
  const handOf = createReader(text, rewriting);
  const edits: Edit[] = [];
  const marks: Mark[] = [];

  function walk(program: RawProgram, context: Context, isTop: boolean): void {
    for (const statement of program.body) {
      if (statement.type === 'MustacheStatement') mustache(statement, context, isTop);
      else if (statement.type === 'BlockStatement') block(statement, context);
      else if (statement.type === 'PartialStatement') inline(statement, context, isTop);
      else if (statement.type !== 'ContentStatement' && statement.type !== 'CommentStatement')
        leaveOut(statement.loc, 'a decorator or a partial with a body of its own');
    }
  }

  function leaveOut(loc: Span, what: string, hint = 'write the text itself, or a field of the record'): void {
    notes.tell(loc, `${what} has no counterpart in pipe's templates and is left out`, hint);
    edits.push({ ...loc, text: commented(text.slice(loc.start, loc.end)) });
  }

  function mustache(statement: RawCall & { readonly loc: Span }, context: Context, isTop: boolean): void {
    const { path, params, hash, loc } = statement;
    const name = path.type === 'PathExpression' ? path.original : '';
    if (markers.has(name) && (params.length > 0 || hash !== undefined || name === 'history')) {
      mark(name, statement, context, isTop);
      return;
    }
    if (path.type !== 'PathExpression') {
      leaveOut(loc, 'a literal in braces', 'write the text itself');
      return;
    }
    if (params.length === 0 && hash === undefined) {
      const value = handOf(path, context);
      // What a partial was given as a text is text.
      if (value?.kind === 'literal') edits.push({ ...loc, text: escapedText(String(value.value ?? '')) });
      else replacePath(path, context, false);
      return;
    }
    if (name !== 'json' || params.length !== 1) {
      leaveOut(loc, `the helper \`${name}\``);
      return;
    }
    if (hash !== undefined) {
      notes.tell(hash.loc, 'JSON is written without line breaks: `indent` is left out', 'leave it');
      edits.push({ start: params[0]?.loc.end ?? hash.loc.start, end: hash.loc.end, text: '' });
    }
    for (const parameter of params) replace(parameter, context);
  }

  function mark(
    name: string,
    statement: RawCall & { readonly loc: Span },
    context: Context,
    isTop: boolean,
  ): void {
    const { loc, params, hash } = statement;
    if (name === 'history' || name === 'section') {
      notes.tell(
        loc,
        name === 'history'
          ? 'rows have no history of a conversation: `history` is left out'
          : 'a section is filled in by a program: it is left out',
        name === 'history'
          ? 'write earlier turns out under `messages`, or keep them as text in a field of the record'
          : 'write its text here, or read it from a field of the record',
      );
      edits.push({ ...loc, text: '' });
      return;
    }
    if (!isTop) {
      leaveOut(
        loc,
        `\`${name}\` within a block`,
        "write the messages out: a step's messages are a fixed list",
      );
      return;
    }
    const [first] = params;
    if (name === 'role') {
      const role = first?.type === 'StringLiteral' ? String(first.value) : '';
      marks.push({ ...loc, segments: [{ kind: 'role', role, place: loc, notes }] });
      return;
    }
    const url = hash?.pairs.find(({ key }) => key === 'url')?.value ?? first;
    const value = url && handOf(url, context);
    if (url?.type === 'StringLiteral')
      marks.push({ ...loc, segments: [{ kind: 'media', url: String(url.value) }] });
    else if (value === undefined) leaveOut(loc, '`media` without a field for its `url`');
    else marks.push({ ...loc, segments: [{ kind: 'media', url: `{{${handText(value, false)}}}` }] });
  }

  function block(raw: RawBlock, context: Context): void {
    const name = raw.path.type === 'PathExpression' ? raw.path.original : '';
    const isChained = /^\{\{~?\s*else/.test(text.slice(raw.loc.start));
    const [first, second] = raw.params;
    if ((name === 'if' || name === 'unless' || name === 'each' || name === 'with') && first !== undefined) {
      replace(first, context, true);
      if (name === 'each') closeOptional(raw, first, context);
      bodies(raw, name === 'each' || name === 'with', context);
    } else if ((name === 'ifEquals' || name === 'unlessEquals') && first && second) {
      const [one, other] = [handOf(first, context), handOf(second, context)];
      if (one === undefined || other === undefined) return leaveOut(raw.loc, `\`${name}\` of such values`);
      const inLoop = context.depth > 0;
      const ours = name === 'ifEquals' ? 'if' : 'unless';
      edits.push({
        start: raw.path.loc.start,
        end: second.loc.end,
        text: `${ours} (eq ${argumentText(one, inLoop)} ${argumentText(other, inLoop)})`,
      });
      if (!isChained) rename(raw, name, ours);
      bodies(raw, false, context);
    } else if (first === undefined && raw.path.type === 'PathExpression' && !isChained)
      plainBlock(raw, raw.path, context);
    else leaveOut(raw.loc, `the block \`${name}\``);
  }

  /** `{{#items}}…{{/items}}`, which is a loop, a `with` or a condition by what the value is. */
  function plainBlock(raw: RawBlock, path: RawPath, context: Context): void {
    const value = handOf(path, context);
    if (value === undefined) return leaveOut(raw.loc, `the block \`${path.original}\``);
    const type =
      path.parts.length === 1 && context.depth === 0 ? rewriting.typeOf(path.parts[0] ?? '') : undefined;
    const isInverse = text.slice(raw.loc.start).startsWith('{{^');
    const ours = isInverse ? 'unless' : type === 'array' ? 'each' : type === 'object' ? 'with' : 'if';
    edits.push({
      start: raw.loc.start,
      end: path.loc.end,
      text: `{{#${ours} ${argumentText(guarded(value), context.depth > 0)}`,
    });
    if (ours === 'each') closeOptional(raw, path, context);
    rename(raw, path.original, ours);
    bodies(raw, ours === 'each' || ours === 'with', context);
  }

  function bodies(raw: RawBlock, isFrame: boolean, context: Context): void {
    const names = new Set([...context.names, ...(raw.program?.blockParams ?? [])]);
    if (raw.program !== undefined)
      walk(raw.program, isFrame ? { depth: context.depth + 1, names } : context, false);
    if (raw.inverse !== undefined) walk(raw.inverse, context, false);
  }

  function closingOf(raw: RawBlock): number {
    return text.lastIndexOf('{{', raw.loc.end - 2);
  }

  /** The name in the closing tag. */
  function rename(raw: RawBlock, from: string, to: string): void {
    const start = text.indexOf(from, closingOf(raw));
    if (start !== -1 && start < raw.loc.end) edits.push({ start, end: start + from.length, text: to });
  }

  /** A list that a record may do without is an empty one: with an `else`, its loop fails nobody. */
  function closeOptional(raw: RawBlock, subject: RawExpression, context: Context): void {
    const value = handOf(subject, context);
    if (raw.inverse !== undefined || value?.kind !== 'path' || value.optional !== true) return;
    const at = closingOf(raw);
    edits.push({ start: at, end: at, text: '{{else}}' });
  }

  function inline(
    raw: Extract<RawProgram['body'][number], { type: 'PartialStatement' }>,
    context: Context,
    isTop: boolean,
  ): void {
    const name = raw.name.type === 'PathExpression' ? raw.name.original : '';
    const partial = rewriting.partial(name);
    if (partial === undefined || raw.params.length > 0) {
      const what =
        partial === undefined
          ? `the partial \`${name}\`, which is not a file \`_${name}.prompt\` here,`
          : 'a partial with a context of its own';
      return leaveOut(
        raw.loc,
        what,
        'write it as a partial of the pipeline: see `partials` in schemas/README.md',
      );
    }
    if (rewriting.chain.includes(name))
      return leaveOut(raw.loc, `the partial \`${name}\`, which includes itself,`);
    rewriting.inlined.count += 1;
    if (rewriting.inlined.count > mostInlined)
      return leaveOut(raw.loc, `the partial \`${name}\`, after ${mostInlined} of them,`);
    const given = new Map(rewriting.given);
    for (const { key, value } of raw.hash?.pairs ?? []) {
      const hand = handOf(value, context);
      if (hand !== undefined) given.set(key, hand);
    }
    const inner = { ...rewriting, notes: partial.notes, chain: [...rewriting.chain, name], given };
    const segments = rewriteTemplate(partial.text.replace(/\r?\n$/, ''), inner, context);
    if (!segments.ok) return leaveOut(raw.loc, `the partial \`${name}\`, whose template is broken,`);
    if (isTop) marks.push({ ...raw.loc, segments: segments.value });
    else
      edits.push({
        ...raw.loc,
        text: segments.value.map((one) => (one.kind === 'text' ? one.text : '')).join(''),
      });
  }

  function replacePath(path: RawPath, context: Context, isArgument: boolean, isSubject = false): void {
    const found = handOf(path, context);
    const value = found && isSubject ? guarded(found) : found;
    if (value === undefined) return;
    const inLoop = context.depth > 0;
    edits.push({ ...path.loc, text: isArgument ? argumentText(value, inLoop) : handText(value, inLoop) });
  }

  function replace(expression: RawExpression, context: Context, isSubject = false): void {
    if (expression.type === 'PathExpression') replacePath(expression, context, true, isSubject);
    else if (expression.type === 'SubExpression') leaveOut(expression.loc, 'a helper within an expression');
  }

  return { walk, segments: () => segmentsOf(text, edits, marks) };
}

function commented(source: string): string {
  const line = source.replaceAll(/\s+/g, ' ').trim();
  const shown = line.length > 120 ? `${line.slice(0, 119)}…` : line;
  return `{{!-- not imported: ${shown.replaceAll('--', '- -')} --}}`;
}
