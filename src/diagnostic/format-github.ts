import { messageLines } from './format-text.ts';
import type { PlacedDiagnostic } from './placed.ts';
import { printable } from './printable.ts';

/** Commands that make a GitHub workflow annotate the lines: https://docs.github.com/actions/reference/workflow-commands */
export function formatGithub(diagnostics: readonly PlacedDiagnostic[]): string {
  return diagnostics.map((diagnostic) => `${commandOf(diagnostic)}\n`).join('');
}

function commandOf({ severity, code, message, hint, ...place }: PlacedDiagnostic): string {
  const properties = [
    ['file', place.file === undefined ? undefined : printable(place.file)],
    ['line', place.line],
    ['col', place.column],
    ['endLine', place.endLine],
    ['endColumn', place.endColumn],
    ['title', code],
  ] as const;
  const given = properties.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapedProperty(String(value))}`],
  );
  const said = messageLines(message).join('\n');
  const text = hint === undefined ? said : `${said}\nhint: ${messageLines(hint).join('\n')}`;
  return `::${severity} ${given.join(',')}::${escapedData(text)}`;
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
