import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { ForeignRows } from '../records/encoding.ts';
import { pathWord } from '../diagnostic/command-words.ts';

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
    hint: `save the file as UTF-8, or convert it, from Windows-1252 most likely: \`${conversion(path)}\``,
    place: { path, line: lines[0] ?? 1 },
  };
}

/** What is gzipped or comes by standard input is converted on its way. */
function conversion(path: string): string {
  const command = 'iconv -f WINDOWS-1252 -t UTF-8';
  const extension = /\.[A-Za-z]+$/.exec(path)?.[0];
  if (extension === undefined || extension.toLowerCase() === '.gz') return command;
  const converted = `${path.slice(0, -extension.length)}-utf8${extension}`;
  return `${command} ${pathWord(path)} > ${pathWord(converted)}`;
}
