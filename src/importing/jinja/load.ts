import { dirname, relative } from 'node:path';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../../result.ts';
import type { ImportFile } from '../kind.ts';
import { placeOf, templateNotes, textPlace, type TemplatePlace } from '../notes.ts';
import { parseJinja } from './parse.ts';
import type { TemplateNotes } from './scope.ts';
import type { JinjaElse, JinjaNode, JinjaTemplate } from './syntax.ts';
import type { TemplateNotesOf } from './write.ts';

/** A template with what it includes, and where to tell what of it does not carry over. */
export interface LoadedTemplate {
  readonly template: JinjaTemplate;
  readonly notes: TemplateNotes;
  readonly files: TemplateNotesOf;
}

/** More files that include each other are a mistake of somebody's. */
const deepestIncludes = 20;

/** Of one template: each of a few files that is included twice by the one before would be there thousands of times. */
const mostIncludes = 500;

/** Behind so many that cannot be read, no more are looked for. */
const mostUnread = 50;

/** Reads a template from a file that the source names. */
export async function loadTemplateFile(
  file: ImportFile,
  named: string,
): Promise<Result<LoadedTemplate, readonly Diagnostic[]>> {
  const read = await file.folder.read(named);
  if (!read.ok) return failure([read.error]);
  const { path, text } = read.value;
  return loadTemplate(file, text, textPlace(path, text), path);
}

/**
 * Parses a template that stands at this place. `path`: of the file that includes are relative to. Fails with all files that
 * it includes and that cannot be read.
 */
export async function loadTemplate(
  file: ImportFile,
  text: string,
  place: TemplatePlace,
  path: string = file.path,
): Promise<Result<LoadedTemplate, readonly Diagnostic[]>> {
  const places = new Map<string, TemplatePlace>();
  const unread: Diagnostic[] = [];
  const loaded = await parseAt(file, text, place, [path], { places, unread, count: 0 });
  if (!loaded.ok) return failure([...unread, loaded.error]);
  if (unread.length > 0) return failure(unread);
  return success({
    template: loaded.value,
    notes: templateNotes(file.notes, place),
    files: (name) => templateNotes(file.notes, places.get(name) ?? place),
  });
}

/** What was included so far, all in all. */
interface Includes {
  readonly places: Map<string, TemplatePlace>;
  /** Why files are not there: they are told together. */
  readonly unread: Diagnostic[];
  count: number;
}

async function parseAt(
  file: ImportFile,
  text: string,
  place: TemplatePlace,
  chain: readonly string[],
  included: Includes,
): Promise<Result<JinjaTemplate, Diagnostic>> {
  const parsed = parseJinja(text);
  if (!parsed.ok) {
    const { message, hint = 'write it as Jinja has it', ...span } = parsed.error;
    return failure({ severity: 'error', code: 'jinja-syntax', message, hint, place: placeOf(place, span) });
  }
  const nodes = await includeInto(parsed.value.nodes);
  return nodes.ok ? success({ text, nodes: nodes.value }) : nodes;

  async function includeInto(found: readonly JinjaNode[]): Promise<Result<readonly JinjaNode[], Diagnostic>> {
    const made: JinjaNode[] = [];
    for (const node of found) {
      const one = await withIncludes(node);
      if (!one.ok) return one;
      made.push(one.value);
    }
    return success(made);
  }

  async function withIncludes(node: JinjaNode): Promise<Result<JinjaNode, Diagnostic>> {
    if (node.kind === 'include') return includeFile(node);
    if (node.kind !== 'if' && node.kind !== 'for') return success(node);
    const otherwise = await intoElse(node.otherwise);
    if (!otherwise.ok) return otherwise;
    const rest = otherwise.value === undefined ? {} : { otherwise: otherwise.value };
    if (node.kind === 'for') {
      const body = await includeInto(node.body);
      return body.ok ? success({ ...node, ...rest, body: body.value }) : body;
    }
    const branches = [];
    for (const branch of node.branches) {
      const body = await includeInto(branch.body);
      if (!body.ok) return body;
      branches.push({ ...branch, body: body.value });
    }
    return success({ ...node, ...rest, branches });
  }

  async function intoElse(
    otherwise: JinjaElse | undefined,
  ): Promise<Result<JinjaElse | undefined, Diagnostic>> {
    if (otherwise === undefined) return success(undefined);
    const body = await includeInto(otherwise.body);
    return body.ok ? success({ ...otherwise, body: body.value }) : body;
  }

  async function includeFile(node: JinjaNode & { kind: 'include' }): Promise<Result<JinjaNode, Diagnostic>> {
    const { path, start, end } = node;
    if (path.kind !== 'literal' || typeof path.value !== 'string') return success(node);
    const read = await file.folder.read(path.value, chain.at(-1));
    if (!read.ok) {
      const mistake = { ...read.error, place: placeOf(place, path) };
      if (included.unread.length >= mostUnread) return failure(mistake);
      included.unread.push(mistake);
      return success(node);
    }
    const name = read.value.path;
    if (chain.includes(name) || chain.length > deepestIncludes) {
      const shown = [...chain, name].map((each) => relative(dirname(file.path), each)).join(' → ');
      return failure({
        severity: 'error',
        code: 'cyclic-include',
        message: `the templates include each other without end: ${shown}`,
        hint: 'remove one of these includes',
        place: placeOf(place, node),
      });
    }
    included.count += 1;
    if (included.count > mostIncludes)
      return failure({
        severity: 'error',
        code: 'file-too-large',
        message: `the templates include more than ${mostIncludes} files in all`,
        hint: 'write what is included many times once, or into the template itself',
        place: placeOf(place, node),
      });
    const other = textPlace(name, read.value.text);
    included.places.set(name, other);
    const template = await parseAt(file, read.value.text, other, [...chain, name], included);
    return template.ok ? success({ kind: 'included', name, template: template.value, start, end }) : template;
  }
}
