import type { Location } from '../../diagnostic/diagnostic.ts';
import type { JsonObject } from '../../json/json.ts';

/** An assertion of promptfoo's, with its place in a file. */
export interface PlacedAssertion {
  readonly assertion: JsonObject;
  readonly place: Location;
}

/** Shorter names that a cell may have for a kind of assertion. */
const shortNames: Readonly<Record<string, string>> = {
  fn: 'javascript',
  eval: 'javascript',
  grade: 'llm-rubric',
};

/** Kinds that take a list, parted by commas in a cell. */
const lists = /-(?:any|all)$/;

/** What a cell of `__expected` says: `contains: Paris`, `similar(0.8): …`, or the answer itself. */
export function expectedIn(cell: string, place: Location): readonly PlacedAssertion[] {
  if (cell.trim() === '') return [];
  // A file of code has its kind by its ending.
  const code = /^file:\/\/\S+\.(?:[cm]?[jt]s|(py))(?::\w+)?$/.exec(cell.trim());
  if (code !== null)
    return [
      { assertion: { type: code[1] === undefined ? 'javascript' : 'python', value: cell.trim() }, place },
    ];
  const found =
    /^(not-)?(equals|i?contains(?:-any|-all)?|starts-with|regex|is-json|contains-json|llm-rubric|model-graded-\w+|factuality|javascript|python|similar|latency|cost|levenshtein|fn|eval|grade|[a-z]+(?:-[a-z]+)+)(?:\(([\d.]+)\))?(?::\s*([\s\S]*))?$/.exec(
      cell.trim(),
    );
  if (found === null) return [{ assertion: { type: 'equals', value: cell }, place }];
  const [, not = '', name = '', threshold, value] = found;
  // A sentence with a hyphen at its begin is an answer, not a kind.
  if (value === undefined && threshold === undefined && name !== 'is-json' && name !== 'contains-json')
    return [{ assertion: { type: 'equals', value: cell }, place }];
  const type = not + (shortNames[name] ?? name);
  const given = value !== undefined && lists.test(type) ? value.split(',').map((one) => one.trim()) : value;
  return [
    {
      assertion: {
        type,
        ...(given !== undefined && { value: given }),
        ...(threshold !== undefined && { threshold: Number(threshold) }),
      },
      place,
    },
  ];
}
