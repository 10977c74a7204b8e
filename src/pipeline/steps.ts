import type { Location } from '../diagnostic/diagnostic.ts';
import type { JsonObject, JsonValue, Pointer } from '../json/json.ts';
import type { StepProgram } from '../steps/step.ts';
import { compileTemplate } from '../template/compile.ts';
import type { Template } from '../template/template.ts';
import { pathText } from './words.ts';
import { valueAt } from '../json/pointer.ts';
import { compilePlaced, type PlacedTemplate, type TemplateContext } from './templates.ts';
import type { SoundStep } from './validate.ts';

/** A step of the file with its templates compiled, their references not yet checked. */
export interface CompiledStep {
  readonly type: string;
  readonly spec: JsonObject;
  readonly program: StepProgram;
  readonly when?: PlacedTemplate;
  /** All but `when`. */
  readonly templates: readonly PlacedTemplate[];
}

/** Compiles one step; its mistakes are reported. */
export function compileStep(id: string, { type, spec }: SoundStep, context: TemplateContext): CompiledStep {
  const base: Pointer = ['steps', id];
  const templates: PlacedTemplate[] = [];
  const program = type.compile(spec, {
    id,
    template(pointer) {
      const text = valueAt(spec, pointer);
      const placed =
        typeof text === 'string' ? compilePlaced(text, [...base, ...pointer], context) : undefined;
      if (placed === undefined) return emptyTemplate();
      templates.push(placed);
      return placed.template;
    },
    report({ pointer, part, severity = 'error', ...mistake }) {
      const place: Location = {
        source: context.source,
        pointer: [...base, ...pointer],
        ...(part !== undefined && { part }),
      };
      context.report.add({ severity, ...mistake, place });
    },
  });
  const when = compileWhen(spec['when'], [...base, 'when'], context);
  return { type: type.type, spec, program, templates, ...(when && { when }) };
}

/** A `when` must be exactly one expression, so that its value is what decides. */
export function compileWhen(
  text: JsonValue | undefined,
  pointer: Pointer,
  context: TemplateContext,
): PlacedTemplate | undefined {
  if (typeof text !== 'string') return undefined;
  const placed = compilePlaced(text, pointer, context);
  if (placed === undefined || placed.template.expression) return placed;
  context.report.add({
    severity: 'error',
    code: 'not-an-expression',
    message: `\`${pathText(pointer)}\` must be exactly one expression`,
    hint: text.includes('{{')
      ? 'write {{and …}}, {{or …}}, {{not …}} or {{eq …}} with nothing around it'
      : `write "{{${text.trim()}}}" if that is a path`,
    place: { source: context.source, pointer },
  });
  return undefined;
}

/** Stands for a template that is wrong, which has been reported, so that the rest of its step can be checked. */
export function emptyTemplate(): Template {
  const empty = compileTemplate('', new Map());
  if (!empty.ok) throw new Error('The empty template does not compile');
  return empty.value;
}
