import { didYouMean } from '../diagnostic/suggest.ts';
import { addProblem, refuse, written, type Session, type Surroundings } from './lowering.ts';
import { deepestNesting, parseTemplate } from './parse.ts';
import type { RawPartial, RawProgram } from './raw-syntax.ts';

/** Partials that include partials can multiply; no prompt needs this many. */
const mostInclusions = 1000;

/** The partial that is included; undefined where it cannot be, which is reported. */
export function includedPartial(
  raw: RawPartial,
  place: Surroundings,
  session: Session,
): { readonly name: string; readonly text: string; readonly program: RawProgram } | undefined {
  const { problems, partials } = session;
  if (raw.name.type === 'SubExpression') {
    refuse(problems, place, raw.loc, [
      'template-refused',
      'a partial cannot be chosen by an expression',
      'choose by {{#if …}}{{> one}}{{else}}{{> other}}{{/if}}',
    ]);
    return undefined;
  }
  if (raw.params.length > 0) {
    refuse(problems, place, raw.loc, [
      'template-refused',
      'a partial has no context of its own',
      'give it named arguments: {{> name value=input.text}}',
    ]);
  }
  const name = nameOf(raw, place);
  const text = partials.get(name);
  if (text === undefined) {
    const meant = didYouMean(name, partials.keys());
    refuse(problems, place, raw.name.loc, [
      'unknown-partial',
      `there is no partial \`${name}\``,
      meant === undefined ? sayPartials([...partials.keys()]) : `did you mean \`${meant}\`?`,
    ]);
    return undefined;
  }
  const excess = tooMuch(name, place, session);
  if (excess !== undefined) {
    refuse(problems, place, raw.loc, excess);
    return undefined;
  }
  const program = parsePartial(name, text, session);
  return program && { name, text, program };
}

function nameOf({ name }: RawPartial, place: Surroundings): string {
  if (name.type === 'PathExpression') return name.original;
  return 'value' in name ? String(name.value) : written(place, name.loc);
}

function sayPartials(names: readonly string[]): string {
  return names.length === 0 ? 'name their folder with `partials`' : `partials: ${names.join(', ')}`;
}

/** What would never end, or not soon. */
function tooMuch(
  name: string,
  { including, depth }: Surroundings,
  session: Session,
): readonly ['recursive-partial' | 'template-syntax', string] | undefined {
  if (including.includes(name)) {
    const circle = [...including.slice(including.indexOf(name)), name].join(' → ');
    return ['recursive-partial', `the partial \`${name}\` includes itself: ${circle}`];
  }
  if (depth >= deepestNesting)
    return ['template-syntax', `partials and blocks are nested more than ${deepestNesting} deep here`];
  session.inclusions += 1;
  return session.inclusions > mostInclusions
    ? ['template-syntax', `the template includes more than ${mostInclusions} partials`]
    : undefined;
}

/** A partial ends in exactly one newline: alone on its line, `{{> name}}` takes the newline after it away. */
function parsePartial(name: string, text: string, { parsed, problems }: Session): RawProgram | undefined {
  if (!parsed.has(name)) {
    const result = parseTemplate(`${text.replace(/[\r\n]+$/u, '')}\n`);
    parsed.set(name, result.ok ? result.value : undefined);
    if (!result.ok) {
      // The newline that was added is no part of the user's text.
      const start = Math.min(result.error.start, text.length);
      const end = Math.min(result.error.end, text.length);
      addProblem(problems, { ...result.error, start, end, partial: name });
    }
  }
  return parsed.get(name);
}
