import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { ForeignRows } from '../records/encoding.ts';
import { utf8Remedy } from '../records/utf8-remedy.ts';

/** One mistake for all rows that are no UTF-8, with the command that mends the file. */
export function foreignEncoding(
  path: string,
  { count, lines }: ForeignRows,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  const rows = count === 1 ? '1 row is not UTF-8 text' : `${count} rows are not UTF-8 text`;
  const more = count > lines.length ? ', …' : '';
  return {
    severity,
    code: 'invalid-utf8',
    message: `${rows}: ${count === 1 ? 'line' : 'lines'} ${lines.join(', ')}${more}`,
    hint: utf8Remedy('WINDOWS-1252', path),
    place: { path, line: lines[0] ?? 1 },
  };
}
