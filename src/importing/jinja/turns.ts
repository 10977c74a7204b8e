import type { Part, Turn } from '../draft.ts';
import { handText } from '../handlebars/expression.ts';
import { templateText, type Written } from '../handlebars/text.ts';
import { filledHeadingsIn, headingsIn, roleOfHeading, type Heading } from '../headings.ts';
import type { Scope, TemplateNotes } from './scope.ts';
import type { JinjaNode, JinjaTemplate, JinjaText } from './syntax.ts';
import { writeExpression } from './write-expression.ts';
import { writeTemplate, type TemplateNotesOf } from './write.ts';

export interface TurnsInput {
  readonly template: JinjaTemplate;
  readonly scope: Scope;
  readonly notes: TemplateNotes;
  readonly files: TemplateNotesOf;
  /** Whose turn it is before the first heading: promptflow has no such text, for Prompty it is the system's. */
  readonly first: 'system' | 'user';
}

type Role = Turn['role'];

interface Section {
  readonly role: Role;
  readonly nodes: readonly JinjaNode[];
}

/** The messages of a template, by its headings. Those within a block cannot be messages of their own, which is told. */
export function turnsOf(input: TurnsInput): readonly Turn[] {
  const sections = sectionsOf(input);
  const sets: JinjaNode[] = [];
  const turns = sections.map(({ role, nodes }): Turn => ({ role, parts: partsOf(nodes, sets, input) }));
  return turns.filter(({ parts }) => parts.length > 0);
}

function sectionsOf({ template, notes, first }: TurnsInput): readonly Section[] {
  const { text, nodes } = template;
  const headings = headingsIn(text);
  for (const place of filledHeadingsIn(text))
    notes.tell(
      place,
      'a heading that is filled in begins no message here: it becomes text of the message around it',
      'write the turns out one by one under `messages`, or keep the earlier conversation as text in a field of the record',
    );
  const sections: { role: Role; nodes: JinjaNode[] }[] = [{ role: first, nodes: [] }];
  const push = (node: JinjaNode) => sections.at(-1)?.nodes.push(node);
  let next = 0;
  for (const node of nodes) {
    const within: Heading[] = [];
    for (let found = headings[next]; found !== undefined && found.start < node.end; found = headings[next]) {
      if (found.start >= node.start && found.end <= node.end) within.push(found);
      next += 1;
    }
    if (node.kind !== 'text') {
      for (const { role, ...place } of within)
        notes.tell(
          place,
          `the heading \`${role}:\` stands within a block, and becomes text of the message around it: a step's messages are a fixed list`,
          'write the turns out one by one under `messages`, or keep the earlier conversation as text in a field of the record',
        );
      push(node);
      continue;
    }
    let at = node.start;
    for (const { start, end, role } of within) {
      push(textBetween(node.text, node.start, at, start));
      sections.push({ role: roleOf(role, { start, end }, notes), nodes: [] });
      at = end;
    }
    push(textBetween(node.text, node.start, at, node.end));
  }
  return sections;
}

function textBetween(text: string, from: number, start: number, end: number): JinjaNode {
  return { kind: 'text', text: text.slice(start - from, end - from), start, end };
}

function roleOf(role: string, place: { start: number; end: number }, notes: TemplateNotes): Role {
  const known = roleOfHeading(role);
  if (known !== undefined) return known;
  notes.tell(
    place,
    `a message of the role \`${role}\` becomes one of the user`,
    'answers of tools come from `type: tools` steps, which ask again with them by themselves',
  );
  return 'user';
}

/** `![alt](` before an expression and `)` behind it, or with an address between them. */
const imageOpening = /!\[[^[\]\r\n]*\]\([^\S\r\n]*$/;
const imageClosing = /^[^\S\r\n]*\)/;
const image = /!\[[^[\]\r\n]*\]\(((?:https?:|data:|\.{0,2}\/)?[^()\s]+)\)/;

/** `sets`: what was set above, in other messages; what is set here is added. */
function partsOf(nodes: readonly JinjaNode[], sets: JinjaNode[], input: TurnsInput): readonly Part[] {
  const parts: Part[] = [];
  const pending: JinjaNode[] = [];
  const flush = (): void => {
    const own = pending.splice(0);
    const written = writeTemplate([...sets, ...own], { text: input.template.text, ...input });
    sets.push(...own.filter(({ kind }) => kind === 'set'));
    const text = trimmed(written);
    if (text !== '') parts.push({ text });
  };
  const pushText = (node: JinjaText, from: number): void => {
    let rest = node.text.slice(from);
    for (let found = image.exec(rest); found !== null; found = image.exec(rest)) {
      pending.push({ ...node, text: rest.slice(0, found.index) });
      flush();
      parts.push({ image: found[1] ?? '' });
      rest = rest.slice(found.index + found[0].length);
    }
    pending.push({ ...node, text: rest });
  };
  let closing = 0;
  for (const [at, node] of nodes.entries()) {
    if (node.kind === 'text') {
      pushText(node, closing);
      closing = 0;
      continue;
    }
    const [before, after] = [pending.at(-1), nodes[at + 1]];
    closing = after?.kind === 'text' ? (imageClosing.exec(after.text)?.[0].length ?? 0) : 0;
    const isImage = before?.kind === 'text' && imageOpening.test(before.text) && closing > 0;
    if (node.kind !== 'output' || !isImage) {
      closing = 0;
      pending.push(node);
      continue;
    }
    pending[pending.length - 1] = { ...before, text: before.text.replace(imageOpening, '') };
    flush();
    const value = writeExpression(node.expression, input);
    if (value !== undefined) parts.push({ image: `{{${handText(value, false)}}}` });
  }
  flush();
  return parts;
}

/** A message without the white space around it, as the sources' own parsers send it. */
function trimmed(pieces: readonly Written[]): string {
  const [first] = pieces;
  const start =
    first !== undefined && 'text' in first ? [{ text: first.text.trimStart() }, ...pieces.slice(1)] : pieces;
  const last = start.at(-1);
  const whole =
    last !== undefined && 'text' in last ? [...start.slice(0, -1), { text: last.text.trimEnd() }] : start;
  return templateText(whole);
}
