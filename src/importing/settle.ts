import type { Diagnostic, Location } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import type { Turn } from './draft.ts';
import type { Notes } from './notes.ts';

/**
 * The messages as a step takes them: those of the system first, images with the user alone, and something to answer at
 * the end. What is changed for it is told at the template's place. Fails where the template says nothing.
 */
export function settleTurns(
  turns: readonly Turn[],
  place: Location,
  notes: Notes,
): Result<readonly Turn[], Diagnostic> {
  const said = withoutComments(turns.filter(({ parts }) => parts.length > 0));
  if (said.length === 0)
    return failure({
      severity: 'error',
      code: 'broken-source',
      message: 'the template says nothing, so that there is nothing to ask a model',
      hint: 'write the prompt into it',
      place,
    });
  const first = said.findIndex(({ role }) => role !== 'system');
  const isLate = (at: number): boolean => (first === -1 ? at === said.length - 1 : at > first);
  const settled: Turn[] = [];
  for (const [at, turn] of said.entries()) {
    if (turn.role !== 'system' || !isLate(at)) {
      settled.push(withoutImages(turn, place, notes));
      continue;
    }
    notes.tell(
      place,
      first === -1
        ? "there is no message of the user's: the last of the system's becomes it, since a model answers the user"
        : "a message of the system's behind others becomes one of the user's",
      'part what holds for every record (`system`) from what is asked (`prompt`)',
    );
    settled.push({ ...turn, role: 'user' });
  }
  return success(settled);
}

/** A turn of comments alone, as above the first heading, says nothing: they go to the turn behind it. */
function withoutComments(turns: readonly Turn[]): readonly Turn[] {
  const said: Turn[] = [];
  let comments = '';
  for (const { role, parts } of turns) {
    const [first, ...others] = parts;
    const text = first !== undefined && 'text' in first ? first.text : undefined;
    if (text !== undefined && others.length === 0 && areComments(text)) {
      comments += text.trim();
      continue;
    }
    said.push({ role, parts: text === undefined ? parts : [{ text: comments + text }, ...others] });
    comments = '';
  }
  return said;
}

/** What was not imported is a comment too, in the place of something that was said. */
function areComments(template: string): boolean {
  return /^(?:\s*\{\{~?!(?!-- not imported)(?:--(?:(?!--~?\}\})[^])*--~?|(?!--)[^}]*)\}\})+\s*$/.test(
    template,
  );
}

function withoutImages(turn: Turn, place: Location, notes: Notes): Turn {
  const parts = turn.parts.filter((part) => 'text' in part);
  if (turn.role === 'user' || parts.length === turn.parts.length) return turn;
  notes.tell(place, `an image in a message of the ${turn.role} is left out`, "put it into one of the user's");
  return { ...turn, parts: parts.length > 0 ? parts : [{ text: '' }] };
}
