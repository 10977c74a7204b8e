import { dirname, resolve, sep } from 'node:path';
import type { Diagnostic, Location } from '../diagnostic/diagnostic.ts';
import type { JsonSchema } from '../json/json.ts';
import { openRecords } from '../records/open.ts';
import { failure, success, type Result } from '../result.ts';
import type { TestRecord } from './suite.ts';

/** Tests hold their rows in memory, and each is judged by itself: a larger file is a run's. */
const mostRows = 10_000;

export interface RowFile {
  /** Absolute. */
  readonly path: string;
  readonly records: readonly TestRecord[];
  /** The header's names; absent where the format has none. */
  readonly columns?: readonly string[];
}

/** Reads the rows of a file that a test names at this place, relative to the file that it stands in. */
export async function readRows(
  named: string,
  place: Location,
  schema: JsonSchema | undefined,
): Promise<Result<RowFile, Diagnostic>> {
  const path = resolve(dirname(place.source.path), named);
  const opened = await openRecords({ path });
  if (!opened.ok) return failure(unopened(opened.error, named, place));
  const { columns } = opened.value;
  const shown = named.replace(/^\.\//u, '');
  const records: TestRecord[] = [];
  for await (const item of opened.value.read(schema)) {
    if ('broken' in item) return failure(item.broken);
    if (!item.ok) {
      const { code, message } = item.error;
      const line = { path, line: item.line };
      return failure({ severity: 'error', code: code.replaceAll('_', '-'), message, place: line });
    }
    if (records.length === mostRows) return failure(tooMany(named, place));
    records.push({ value: item.value, row: `${shown}:${item.line}` });
  }
  if (records.length === 0) return failure(noRows(named, place));
  return success({ path, records, ...(columns !== undefined && { columns }) });
}

/** Told of the place that names it, by the name that stands there. */
function unopened({ message, hint, ...mistake }: Diagnostic, named: string, place: Location): Diagnostic {
  const folder = dirname(place.source.path);
  const shown = (text: string) =>
    text.replaceAll(`\`${resolve(folder, named)}\``, `\`${named}\``).replaceAll(`\`${folder}${sep}`, '`');
  const remedy = mistake.code === 'unknown-format' ? 'name a row file by one of these' : hint;
  return {
    place,
    ...mistake,
    message: shown(message),
    ...(remedy !== undefined && { hint: shown(remedy) }),
  };
}

function tooMany(named: string, place: Location): Diagnostic {
  return {
    severity: 'error',
    code: 'too-many-rows',
    message: `\`${named}\` has more than ${mostRows} rows, and a test takes no more`,
    hint: 'keep a sample of them beside the pipeline',
    place,
  };
}

function noRows(named: string, place: Location): Diagnostic {
  return { severity: 'error', code: 'no-rows', message: `\`${named}\` has no rows to test with`, place };
}
