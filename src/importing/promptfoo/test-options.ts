import type { Location } from '../../diagnostic/diagnostic.ts';
import { isObject, type JsonObject } from '../../json/json.ts';
import type { ImportFile } from '../kind.ts';
import { ofCode } from './provider.ts';
import { graderIn, type PlacedGrader } from './grader.ts';

export interface TestOptions {
  /** Who judges where an assertion does not say it. */
  readonly grader?: PlacedGrader | undefined;
  /** A variable with a list of values is that list, not a case for each of them. */
  readonly keepsLists?: boolean | undefined;
}

/** What the `options` of a test say that holds here as well; the others are told. What is not said is not there. */
export function testOptions({ options }: JsonObject, place: Location, { notes }: ImportFile): TestOptions {
  if (!isObject(options)) return {};
  const at = { source: place.source, pointer: [...place.pointer, 'options'] };
  for (const key of Object.keys(options))
    if (key !== 'provider' && key !== 'disableVarExpansion')
      notes.tell(
        { ...at, pointer: [...at.pointer, key], part: 'key' },
        `\`${key}\` of \`options\` has no counterpart and is left out`,
        remedies.get(key) ?? 'leave it',
      );
  const grader = graderIn(options, at);
  const { disableVarExpansion } = options;
  return {
    ...(grader && { grader }),
    ...(typeof disableVarExpansion === 'boolean' && { keepsLists: disableVarExpansion }),
  };
}

const ofPrompt = 'write it into the prompt of the pipeline';

const remedies: ReadonlyMap<string, string> = new Map([
  ['transform', ofCode],
  ['postprocess', ofCode],
  ['transformVars', 'code is not imported: change the values before the run, in the rows'],
  ['prefix', ofPrompt],
  ['suffix', ofPrompt],
  ['rubricPrompt', 'write what is asked of the judge into `rubric`'],
  ['storeOutputAs', 'a case reads no other: what it would read is an earlier step of the pipeline'],
]);
