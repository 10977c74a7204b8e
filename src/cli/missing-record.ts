import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Plan } from '../plan.ts';
import { shellWord } from '../diagnostic/command-words.ts';

/** More fields than this are not named one by one. */
const mostFields = 8;

/** What to say where no record is given; undefined where the pipeline wants nothing of one. */
export async function missingRecord(
  plan: Plan,
  file: string,
  command: string,
): Promise<Diagnostic | undefined> {
  const { neededRecord } = await import('../trial/needed-record.ts');
  const { listText } = await import('../pipeline/words.ts');
  const { fields, nothing, example } = neededRecord(plan);
  if (nothing) return undefined;
  const shown = fields.slice(0, mostFields);
  const more = fields.length > shown.length ? ', …' : '';
  const what = fields.length === 0 ? 'the record' : `${listText(shown)}${more} of a record`;
  const begin = `${command} ${shellWord(file)}`;
  return {
    severity: 'error',
    code: 'missing-record',
    message: `the pipeline reads ${what}, and none is given`,
    hint: `name a file of records, ${begin} --input rows.jsonl, or give one: ${begin} --input-json ${shellWord(JSON.stringify(example))}`,
  };
}
