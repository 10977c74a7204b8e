import { dirname, resolve } from 'node:path';
import type { Location } from '../diagnostic/diagnostic.ts';
import type { JsonObject, JsonValue, Pointer } from '../json/json.ts';
import type { StepProgram } from '../steps/step.ts';
import { compileTemplate, type CompiledTemplate } from '../template/compile.ts';
import { withHelpers } from '../template/operators.ts';
import { dottedPath } from '../template/path-text.ts';
import { referencedPaths } from '../template/references.ts';
import { compileUserSchema } from './schema/user-schema.ts';
import { pathText } from './words.ts';
import { valueAt } from '../json/pointer.ts';
import { compilePlaced, type PlacedTemplate, type TemplateContext } from './templates.ts';
import type { SoundStep } from './validate.ts';
import type { Workspace } from './workspace.ts';

/** A step of the file with its templates compiled, their references not yet checked. */
export interface CompiledStep {
  readonly type: string;
  readonly spec: JsonObject;
  readonly program: StepProgram;
  readonly when?: PlacedTemplate;
  /** All but `when`. */
  readonly templates: readonly PlacedTemplate[];
  /** The files that it is made of (schemas, tools), absolute. */
  readonly files: readonly string[];
}

/** Compiles one step; its mistakes are reported. */
export async function compileStep(
  id: string,
  { type, spec }: SoundStep,
  provider_keys: ReadonlySet<string>,
  context: TemplateContext,
  workspace: Workspace,
): Promise<CompiledStep> {
  const base: Pointer = ['steps', id];
  const folder = dirname(workspace.path);
  const templates: PlacedTemplate[] = [];
  const files: string[] = [];
  const placeOf = (pointer: Pointer): Location => ({
    source: context.source,
    pointer: [...base, ...pointer],
  });
  const program = await type.compile(spec, {
    id,
    folder,
    provider_keys,
    template(pointer, reads) {
      const text = valueAt(spec, pointer);
      const placed =
        typeof text === 'string' ? compilePlaced(text, [...base, ...pointer], context) : undefined;
      if (placed === undefined) return standIn(typeof text === 'string' ? text : '');
      templates.push(reads === undefined ? placed : { ...placed, reads });
      return placed.template;
    },
    async schema(pointer) {
      // `strict` is about the answer: tools have none.
      const strict = pointer.length === 1 && spec['strict'] === true && spec['method'] !== 'json_mode';
      const held = valueAt(spec, pointer) ?? null;
      const schema = await compileUserSchema(held, placeOf(pointer), workspace, { strict });
      files.push(...(schema?.files ?? []).filter((path) => path !== workspace.path));
      return schema;
    },
    async file(pointer, severity = 'error') {
      const text = valueAt(spec, pointer);
      const named = typeof text === 'string' ? text : '';
      const path = resolve(folder, named);
      const mistake = await workspace.files.find(path, named);
      if (mistake !== undefined) {
        context.report.add({ place: placeOf(pointer), ...mistake, severity });
        return undefined;
      }
      files.push(path);
      return path;
    },
    report({ pointer, part, severity = 'error', ...mistake }) {
      const place: Location = { ...placeOf(pointer), ...(part !== undefined && { part }) };
      context.report.add({ severity, ...mistake, place });
    },
  });
  const when = compileWhen(spec['when'], [...base, 'when'], context);
  return { type: type.type, spec, program, templates, files, ...(when && { when }) };
}

/** A `when` must be exactly one expression, so that its value is what decides. */
export function compileWhen(
  text: JsonValue | undefined,
  pointer: Pointer,
  context: TemplateContext,
): PlacedTemplate | undefined {
  if (typeof text !== 'string') return undefined;
  if (!isConstant(text)) {
    const placed = compilePlaced(text, pointer, context);
    if (placed === undefined || placed.template.expression) return placed;
  }
  context.report.add({
    severity: 'error',
    code: 'not-an-expression',
    message: `\`${pathText(pointer)}\` must be exactly one expression`,
    hint: expressionHint(text, pointer),
    place: { source: context.source, pointer },
  });
  return undefined;
}

/** Whether a value is all that stands between the braces: who is told to write it without them is no further. */
function isConstant(text: string): boolean {
  return /^\s*\{\{~?\s*(?:true|false|null|undefined|-?\d+(?:\.\d+)?|'[^']*'|"[^"]*")\s*~?\}\}\s*$/u.test(
    text,
  );
}

function expressionHint(text: string, pointer: Pointer): string {
  const plain = dottedPath(text.replaceAll(/\{\{~?([^{}]*?)~?\}\}/gu, '$1').trim());
  const call = withHelpers(plain);
  if (call !== undefined && readsScope(call, pointer)) return `write "{{${call}}}"`;
  const any = 'write an expression, such as "{{eq input.lang \'en\'}}"';
  if (/^(?:true|yes|on|always|1)$/iu.test(plain))
    return `leave \`when\` out where it always holds; else ${any}`;
  if (text.includes('{{') && !isConstant(text))
    return 'write {{and …}}, {{or …}}, {{not …}} or {{eq …}} with nothing around it';
  return readsScope(plain, pointer) ? `write "{{${plain}}}"` : any;
}

/** Whether it is an expression that reads what a `when` can read, as far as that is known before the references are. */
function readsScope(expression: string, [section]: Pointer): boolean {
  const compiled = compileTemplate(`{{${expression}}}`, new Map());
  if (!compiled.ok) return false;
  const roots = section === 'input' ? ['input', 'vars'] : ['input', 'vars', 'steps'];
  const paths = referencedPaths(compiled.value);
  return paths.length > 0 && paths.every(([root = '', ...rest]) => roots.includes(root) && rest.length > 0);
}

/**
 * Stands for a template that is wrong, which has been reported, so that the rest of its step can be checked: it has no
 * text, but says the words of what was written.
 */
function standIn(words: string): CompiledTemplate {
  const empty = compileTemplate('', new Map());
  if (!empty.ok) throw new Error('The empty template does not compile');
  return { ...empty.value, program: [{ kind: 'text', text: words }] };
}
