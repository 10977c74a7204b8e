import { fileCodes } from './codes/file.ts';
import { formatCodes } from './codes/format.ts';
import { promptCodes } from './codes/prompt.ts';
import { recordCodes } from './codes/record.ts';
import { schemaCodes } from './codes/schema.ts';
import type { CodeTable } from './codes/table.ts';
import { testCodes } from './codes/test.ts';

/** What a code of a diagnostic means, whatever the file that it is told of. */
export interface CodeMeaning {
  /** One sentence, for a list of codes. */
  readonly means: string;
  /** What to do about it, as a sentence or two. */
  readonly remedy: string;
}

/** Every code that `pipe check` can tell, by subject, in the order in which people meet them. */
export const codeSubjects: readonly { readonly subject: string; readonly codes: CodeTable }[] = [
  { subject: 'In YAML or JSON', codes: fileCodes },
  { subject: 'In keys and values', codes: formatCodes },
  { subject: 'In templates and steps', codes: promptCodes },
  { subject: 'In a JSON Schema', codes: schemaCodes },
  { subject: 'In tests and locks', codes: testCodes },
  { subject: 'In the input', codes: recordCodes },
];

const meanings: ReadonlyMap<string, CodeMeaning> = new Map(
  codeSubjects.flatMap(({ codes }) =>
    Object.entries(codes).map(([code, [means, remedy]]) => [code, { means, remedy }] as const),
  ),
);

/** Undefined for a code that only runs tell. */
export function meaningOf(code: string): CodeMeaning | undefined {
  return meanings.get(code);
}
