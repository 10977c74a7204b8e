import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { parseJson } from '../json/exact.ts';
import { isObject } from '../json/json.ts';

/** To follow what is told of a file that is no map. */
export const swappedHint = 'are the pipeline and the input swapped? a pipeline begins with `version: 1`';

/** Tells of records that are given where the pipeline should be; what YAML makes of them would help nobody. */
export function recordsAsPipeline(path: string, shown: string, text: string): Diagnostic | undefined {
  if (!/\.(?:csv|tsv|jsonl|ndjson)$/iu.test(path) && !beginsWithTwoObjects(text)) return undefined;
  return {
    severity: 'error',
    code: 'not-a-pipeline',
    message: `\`${shown}\` holds records, not a pipeline`,
    hint: swappedHint,
  };
}

/** As the lines of a JSONL file do, and no YAML that is one document. */
function beginsWithTwoObjects(text: string): boolean {
  const lines = /^\s*(\{[^\n]*\})\s*\n\s*(\{[^\n]*\})\s*(?:\n|$)/u.exec(text)?.slice(1);
  return lines?.every((line) => isJsonObject(line)) === true;
}

function isJsonObject(text: string): boolean {
  const parsed = parseJson(text);
  return parsed.ok && isObject(parsed.value);
}
