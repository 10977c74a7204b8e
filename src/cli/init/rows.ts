import { readdir } from 'node:fs/promises';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { RecordSource } from '../../records/open.ts';
import { failure, type Result } from '../../result.ts';
import { surveyRecords, type RecordSurvey } from '../../starter/survey.ts';
import { isNamedLikeRows } from '../excess-hint.ts';
import { foreignEncoding } from '../foreign-encoding.ts';
import { openInput } from '../prepare.ts';
import type { Terminal } from '../terminal.ts';
import { refused } from './refused.ts';

/** What the rows of a file hold. */
export async function surveyOf(terminal: Terminal, path: string): Promise<Result<RecordSurvey, Diagnostic>> {
  if (path === '-')
    return failure(refused('`--input -` comes once, and the pipeline is run later', 'name a file'));
  const opened: Result<RecordSource, Diagnostic> = await openInput(terminal, path, {});
  if (!opened.ok) return opened;
  const survey = await surveyRecords(opened.value);
  await opened.value.close();
  if (!survey.ok) return survey;
  if (survey.value.foreign !== undefined) return failure(foreignEncoding(path, survey.value.foreign));
  return survey.value.fields.length === 0
    ? failure(refused(`\`${path}\` has no record with a field`, 'name a file with some rows'))
    : survey;
}

/** Files beside which a pipeline is wanted, most likely. */
export async function dataFiles(cwd: string): Promise<readonly string[]> {
  const names = await readdir(cwd).catch(() => []);
  return names.filter(isNamedLikeRows).toSorted();
}
