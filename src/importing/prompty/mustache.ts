import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../../result.ts';
import type { Turn } from '../draft.ts';
import type { Fields } from '../fields.ts';
import { placeOf, templateNotes, type Notes, type TemplatePlace } from '../notes.ts';
import { headingsIn, roleOfHeading } from '../headings.ts';
import { rewriteTemplate } from '../dotprompt/rewrite.ts';

/** The messages of a Mustache template with headings, such as Prompty has. Each is a template by itself. */
export function mustacheTurns(
  text: string,
  fields: Fields,
  place: TemplatePlace,
  notes: Notes,
): Result<readonly Turn[], Diagnostic> {
  const turns: Turn[] = [];
  const headings = headingsIn(text);
  const sections = [{ role: 'system', end: 0 }, ...headings].map(({ role, end }, at) => ({
    role,
    from: end,
    to: headings[at]?.start ?? text.length,
  }));
  for (const { role, from, to } of sections) {
    const own = { ...place, from: (place.from ?? 0) + from };
    const segments = rewriteTemplate(text.slice(from, to), {
      fields,
      notes: templateNotes(notes, own),
      typeOf: (name) => {
        const type = fields.fields().get(name)?.schema['type'];
        return typeof type === 'string' ? type : undefined;
      },
      partial: () => undefined,
      chain: [],
      inlined: { count: 0 },
      given: new Map(),
    });
    if (!segments.ok) {
      const { start, end, ...problem } = segments.error;
      return failure({ ...problem, place: placeOf(own, { start, end }) });
    }
    const written = segments.value
      .map((one) => (one.kind === 'text' ? one.text : ''))
      .join('')
      .trim();
    if (written !== '') turns.push({ role: roleOfHeading(role) ?? 'user', parts: [{ text: written }] });
  }
  return success(turns);
}
