import type { Location, Span } from '../diagnostic/diagnostic.ts';
import { bounded } from '../diagnostic/printable.ts';
import type { JsonObject } from '../json/json.ts';
import type { TemplateReads } from '../tools/tool.ts';
import { includedPartials, type PlacedTemplate, type TemplateContext } from './templates.ts';

/** The names that a template may have been meant to read. */
export interface KnownNames {
  readonly vars: JsonObject;
  readonly fields: readonly string[];
  readonly steps: readonly string[];
}

/** Those of one template. */
interface Readable extends KnownNames {
  readonly reads: TemplateReads;
}

interface Foreign extends Span {
  readonly message: string;
  readonly hint: string;
}

/**
 * Warns of what other template languages take for a value or a tag: here it is text, and would be paid for as such.
 * Only what cannot well be meant as text is told: braces around a name that is known, and tags.
 */
export function warnOfForeignTemplates(
  { template, place, reads = {} }: PlacedTemplate,
  known: KnownNames,
  { partials, report }: TemplateContext,
): void {
  const texts: (readonly [string, Location])[] = [[template.text, place]];
  for (const name of includedPartials(template.program)) {
    const source = partials.get(name);
    if (source !== undefined) texts.push([source.text, { source, pointer: [] }]);
  }
  const file = isSaid(place) ? fileIn(template.text) : undefined;
  if (file !== undefined) report.add({ severity: 'warning', code: 'foreign-template', ...file, place });
  for (const [text, at] of texts) {
    for (const { message, hint, start, end } of foreignIn(text, { ...known, reads })) {
      const place = { ...at, span: { start, end } };
      report.add({ severity: 'warning', code: 'foreign-template', message, hint, place });
    }
  }
}

const longestPath = 300;

/** Whether a model is told the template: elsewhere the name of a file may well be the value that is wanted. */
function isSaid({ pointer }: Location): boolean {
  return pointer[0] === 'steps' && ['system', 'prompt', 'content', 'text'].includes(String(pointer.at(-1)));
}

/** A prompt that is nothing but the name of a file, as promptfoo (`file://prompt.txt`) and others read one. */
function fileIn(text: string): Pick<Foreign, 'message' | 'hint'> | undefined {
  if (text.length > longestPath) return undefined;
  const named =
    /^(?:file:\/{0,2}|@)?((?:[\w.~-]*\/)*([\w.-]+?)(?:\.(?:txt|md|hbs|handlebars|j2|jinja2?|prompty?))+)$/iu.exec(
      text.trim(),
    );
  const [written, , stem] = named ?? [];
  return written === undefined
    ? undefined
    : {
        message: `\`${bounded(written, 60)}\` is plain text here: no file is read`,
        hint: `write its text, or name the folder of a ${stem}.hbs with \`partials\`, and write {{> ${stem}}}`,
      };
}

function foreignIn(text: string, known: Readable): readonly Foreign[] {
  // Our own tags are blanked out, so that what stands in them is not read as another language. How far one is looked
  // for is bounded, so that many that are never closed cost no more than others.
  const plain = text.replaceAll(/\{\{[^]{0,1000}?\}\}+/gu, (tag) => ' '.repeat(tag.length));
  const variables = known.reads.env === true ? variablesIn(plain) : [];
  return [
    ...bracesIn(plain, known),
    ...tagsIn(plain, known),
    ...notesIn(plain),
    ...dollarsIn(text),
    ...variables,
  ];
}

/** `{text}`, `${text}`, `{ input.text }`, `{input["text"]}`: f-strings, LangChain, JavaScript. Not LaTeX: `\frac{a}{b}`. */
function bracesIn(text: string, known: Readable): readonly Foreign[] {
  const braces = /(?<![\w}])\$?\{\s*([A-Za-z_][\w-]*(?:\.[\w-]+|\[(?:"[^"\]]*"|'[^'\]]*'|\w+)\])*)\s*\}/gu;
  return [...text.matchAll(braces)].flatMap(({ 0: written, 1: path = '', index }) => {
    const meant = pathOf(path, known);
    return meant === undefined ? [] : [plainText(written, index, `write {{${meant}}}`)];
  });
}

/** `{% if … %}` of Jinja and Liquid, `<%= … %>` of ERB and EJS. */
function tagsIn(text: string, known: Readable): readonly Foreign[] {
  const tags =
    /\{%-?\s*(?:if|elif|elsif|else|endif|unless|for|endfor|set|assign|include|block|macro)\b[^]{0,300}?%\}|<%[-=]?\s[^]{0,300}?%>/gu;
  return [...text.matchAll(tags)].map(({ 0: written, index }) => {
    const held = /^<%[-=]\s*([^\s%]+)\s*-?%>$/u.exec(written)?.[1];
    const meant = held === undefined ? undefined : pathOf(held, known);
    const hint = meant === undefined ? tagHint(written) : `write {{${meant}}}`;
    return plainText(written, index, hint);
  });
}

/** `{# … #}` of Jinja. */
function notesIn(text: string): readonly Foreign[] {
  return [...text.matchAll(/\{#-?\s[^]{0,300}?\s-?#\}/gu)].map(({ 0: written, index }) => {
    const note = bounded(written.slice(2, -2).replaceAll(/^-|-$/gu, '').trim().replaceAll(/\s+/gu, ' '), 40);
    return plainText(written, index, `write {{! ${note} }}`);
  });
}

function tagHint(written: string): string {
  if (/\bfor\b/u.test(written)) return 'write {{#each list}}…{{/each}}';
  if (/\bendfor\b/u.test(written)) return 'write {{/each}}';
  if (/\bendif\b/u.test(written)) return 'write {{/if}}';
  if (/\bel(?:s?if|se)\b/u.test(written)) return 'write {{else}} or {{else if value}}';
  if (/\b(?:if|unless)\b/u.test(written)) return 'write {{#if value}}…{{else}}…{{/if}}';
  return 'templates are written in double braces, such as {{input.text}}';
}

/** `${{input.text}}`, as in the workflows of GitHub: the dollar sign stays. A price has it after another sign or a letter. */
function dollarsIn(text: string): readonly Foreign[] {
  return [...text.matchAll(/(?<![\\\w])\$(\{\{\s*(?:input|vars|steps)\.[^{}]*\}\})/gu)].map(
    ({ 0: written, 1: tag = '', index }) => ({
      message: `the \`$\` of \`${written}\` is plain text here, and stands before the value`,
      hint: `write ${tag}, or USD ${tag} where money is meant`,
      start: index,
      end: index + 1,
    }),
  );
}

function plainText(written: string, start: number, hint: string): Foreign {
  const shown = bounded(written.replaceAll(/\s+/gu, ' '), 40);
  return { message: `\`${shown}\` is plain text here`, hint, start, end: start + written.length };
}

/** `$TOKEN` and `${TOKEN}` of a shell, where environment variables can be read. */
function variablesIn(plain: string): readonly Foreign[] {
  return [...plain.matchAll(/\$(?:\{([A-Z_][A-Z0-9_]+)\}|([A-Z_][A-Z0-9_]+))/gu)].map(
    ({ 0: written, 1: braced, 2: bare, index }) =>
      plainText(written, index, `write {{env.${braced ?? bare}}}`),
  );
}

/** The path that was meant, where its first name is one that the file knows. */
function pathOf(written: string, { vars, fields, steps, reads }: Readable): string | undefined {
  const path = written.replaceAll(/\[["']?([^"'\]]*)["']?\]/gu, '.$1');
  const [first = '', ...rest] = path.split('.');
  const roots = [
    'input',
    'vars',
    'steps',
    ...(reads.args === undefined ? [] : ['args']),
    ...(reads.env === true ? ['env'] : []),
  ];
  if (roots.includes(first) && rest.length > 0) return path;
  const below = ['', ...rest].join('.');
  if (Object.hasOwn(vars, first)) return `vars.${path}`;
  if (fields.includes(first)) return `input.${path}`;
  if (steps.includes(first)) return `steps.${first}.output${below === '.output' ? '' : below}`;
  const only = fields.length === 1 ? fields[0] : undefined;
  return first === 'input' ? `input.${only ?? '<field>'}` : undefined;
}
