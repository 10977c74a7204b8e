import type { Diagnostic, Location } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import type { Source } from '../diagnostic/source.ts';
import type { Pointer } from '../json/json.ts';
import { failure } from '../result.ts';
import { compileTemplate, type CompiledTemplate } from '../template/compile.ts';
import type { TemplatePlace, TemplateProblem } from '../template/problem.ts';
import type { Program } from '../template/syntax.ts';
import type { TemplateReads } from '../tools/tool.ts';
import type { Report } from './report.ts';

/** A template of the file, with its place there. */
export interface PlacedTemplate {
  readonly template: CompiledTemplate;
  readonly place: Location;
  /** What it may read beside the names that every template of a step may. */
  readonly reads?: TemplateReads;
}

export interface PartialFolder {
  readonly path: string;
  readonly names: readonly string[];
}

/** What the templates of one file share. */
export interface TemplateContext {
  readonly source: Source;
  /** The pieces that templates may include, by name; not all of them where their folder cannot be read. */
  readonly partials: ReadonlyMap<string, Source>;
  readonly hasAllPartials: boolean;
  /** Their folder as the file names it, with the names of all files in it; absent where it names none. */
  readonly partialFolder?: PartialFolder;
  readonly report: Report;
}

/** Compiles the text at a pointer of the file. Undefined when something is wrong with it, which is reported then. */
export function compilePlaced(
  text: string,
  pointer: Pointer,
  { source, partials, hasAllPartials, partialFolder, report }: TemplateContext,
): PlacedTemplate | undefined {
  const place = { source, pointer };
  const texts = new Map([...partials].map(([name, partial]) => [name, partial.text]));
  const compiled = compileTemplate(text, texts);
  if (compiled.ok) return { template: placed(compiled.value, place, partials), place };
  for (const problem of compiled.error) {
    if (problem.code !== 'unknown-partial') report.add(templateMistake(problem, place, partials));
    else if (hasAllPartials) {
      const written = (problem.partial === undefined ? text : texts.get(problem.partial)) ?? '';
      const name = written.slice(problem.start, problem.end).replaceAll(/^['"]|['"]$/g, '');
      const hint = partialFolder && missingPartial(name, partialFolder, problem.hint);
      report.add(templateMistake({ ...problem, ...(hint !== undefined && { hint }) }, place, partials));
    }
  }
  return undefined;
}

/** The same template, which tells of a record that it cannot be rendered for where in the file that is. */
function placed(
  template: CompiledTemplate,
  place: Location,
  partials: ReadonlyMap<string, Source>,
): CompiledTemplate {
  return {
    ...template,
    render(scope) {
      const rendered = template.render(scope);
      if (rendered.ok) return rendered;
      return failure({ ...rendered.error, place: locate(rendered.error, place, partials) });
    },
  };
}

/** What the folder of the partials lacks, and what is there in its stead. */
function missingPartial(name: string, { path, names }: PartialFolder, hint = ''): string {
  const file = `${name}.hbs`;
  const lacks = `\`${path}\` has no \`${file}\``;
  if (hint.startsWith('did you mean')) return `${lacks}: ${hint}`;
  const near = didYouMean(
    file,
    names.filter((one) => !one.endsWith('.hbs')),
  );
  if (near !== undefined) return `${lacks}; is \`${near}\` meant? it has to end in .hbs`;
  return names.some((one) => one.endsWith('.hbs')) ? `${lacks}; ${hint}` : lacks;
}

/** A problem of a template, at its place in the file or in the partial that it includes. */
export function templateMistake(
  { severity, code, message, hint, ...place }: TemplateProblem,
  template: Location,
  partials: ReadonlyMap<string, Source>,
): Diagnostic {
  return {
    severity,
    code,
    message,
    ...(hint !== undefined && { hint }),
    place: locate(place, template, partials),
  };
}

/** A place in a template, or in a partial that it includes, as a place in a file. */
export function locate(
  { partial, start, end }: TemplatePlace,
  template: Location,
  partials: ReadonlyMap<string, Source>,
): Location {
  const source = partial === undefined ? undefined : partials.get(partial);
  const span = { start, end };
  return source === undefined ? { ...template, span } : { source, pointer: [], span };
}

/** The partials that a template includes, those that partials include among them. */
export function includedPartials(program: Program): readonly string[] {
  return program.flatMap((statement) => {
    switch (statement.kind) {
      case 'text':
      case 'output':
        return [];
      case 'inclusion':
        return [statement.name, ...includedPartials(statement.body)];
      case 'if':
      case 'each':
      case 'with':
        return [...includedPartials(statement.body), ...includedPartials(statement.otherwise ?? [])];
    }
    return [];
  });
}
