import { textSource } from '../diagnostic/located.ts';
import type { Source } from '../diagnostic/source.ts';
import { bounded } from '../diagnostic/printable.ts';
import { isObject, type JsonValue, type Pointer } from '../json/json.ts';
import type { Report } from './report.ts';

/**
 * Tells where YAML takes the end of a prompt for a comment, as in `prompt: Rate room # 7`: the rest of the line would
 * silently be missing from what every record asks. With a template in that rest it is surely a mistake, without one a
 * comment may be meant. A text that has a template itself, or `#{{`, has been told of when the file was parsed.
 */
export function checkCutTexts(source: Source, report: Report): void {
  if (/\.json$/iu.test(source.path)) return;
  // What is told stands in no value: its place is one of the text alone.
  const text = textSource(source.path, source.text);
  for (const pointer of promptTexts(source.value)) {
    const { start, end } = source.locate(pointer);
    const written = source.text.slice(start.offset, end.offset);
    const comment = /[ \t]+(#[^\r\n]*)/y;
    comment.lastIndex = end.offset;
    const rest = comment.exec(source.text)?.[1];
    if (rest === undefined || !isPlain(written) || written.includes('{{') || /^#\S*\{\{/u.test(rest))
      continue;
    const shown = bounded(rest.trimEnd(), 30);
    const isTemplate = rest.includes('{{');
    report.add({
      severity: isTemplate ? 'error' : 'warning',
      code: isTemplate ? 'cut-template' : 'cut-text',
      message: isTemplate
        ? `the text ends before \`${shown}\`, which YAML takes for a comment`
        : `the text ends here: \`${shown}\` is a comment to YAML`,
      hint: isTemplate
        ? 'put the whole text into quotes, or write it as a block with `|`'
        : 'quote the text if it belongs to it, or put the comment on a line of its own',
      place: {
        source: text,
        pointer: [],
        span: { start: comment.lastIndex - rest.length, end: comment.lastIndex },
      },
    });
  }
}

/** Neither in quotes nor a block of lines: only such a text ends at a `#`. */
function isPlain(written: string): boolean {
  return written !== '' && !/^["'|>]/u.test(written);
}

/** Where the texts stand that a model is to read. */
function promptTexts(file: JsonValue): readonly Pointer[] {
  return entriesOf(member(file, 'steps')).flatMap(([id, step]) => {
    const base = ['steps', id];
    const turns = itemsOf(member(step, 'messages'));
    const tools = entriesOf(member(step, 'tools'));
    return textAt(step, 'prompt', base).concat(
      textAt(step, 'system', base),
      turns.flatMap((turn, at) => contentOf(turn, [...base, 'messages', at])),
      tools.flatMap(([name, tool]) => textAt(tool, 'description', [...base, 'tools', name])),
    );
  });
}

/** The content of a turn is one text, or parts of which some are texts. */
function contentOf(turn: JsonValue, base: Pointer): readonly Pointer[] {
  const parts = itemsOf(member(turn, 'content'));
  return textAt(turn, 'content', base).concat(
    parts.flatMap((part, at) => textAt(part, 'text', [...base, 'content', at])),
  );
}

function textAt(value: JsonValue | undefined, key: string, base: Pointer): readonly Pointer[] {
  return typeof member(value, key) === 'string' ? [[...base, key]] : [];
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function entriesOf(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  return isObject(value) ? Object.entries(value) : [];
}

function itemsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
