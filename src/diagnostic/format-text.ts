import { styleText } from 'node:util';
import { codeFrame } from './code-frame.ts';
import type { PlacedDiagnostic } from './placed.ts';
import { bounded, displayWidth, printable, withoutCommands } from './printable.ts';
import { wrapProse } from './wrap.ts';

/** A name of the user's can be as long as their file: no message needs more than this. */
const longestMessage = 500;

/** Of what follows `  hint: `. */
const hintIndent = 8;

type Style = Parameters<typeof styleText>[0];

/** `columns`: prose is broken at words to so many; absent: each message is one line, for those who search it. */
export function formatText(
  diagnostics: readonly PlacedDiagnostic[],
  color: boolean,
  columns?: number,
): string {
  // Whether colours are wanted was decided by the caller, not by the stream that styleText would look at.
  const paint = (style: Style, text: string) =>
    color && text !== '' ? styleText(style, text, { validateStream: false }) : text;
  const blocks = diagnostics.map((diagnostic) => `${linesOf(diagnostic, paint, columns).join('\n')}\n`);
  const [first] = diagnostics;
  if (first === undefined) return '';
  const needsCount = diagnostics.length > 1 || first.file !== undefined;
  if (needsCount) blocks.push(`${paint('bold', countOf(diagnostics))}\n`);
  return withoutCommands(blocks.join('\n'));
}

/** A message of bounded length that may hold anything, as its lines: most have one. */
export function messageLines(text: string): [string, ...string[]] {
  const [first = '', ...others] = bounded(text, longestMessage).split(/\s*[\r\n]\s*/u);
  return [printable(first), ...others.filter((line) => line !== '').map((line) => printable(line))];
}

function linesOf(
  diagnostic: PlacedDiagnostic,
  paint: (style: Style, text: string) => string,
  columns: number | undefined,
): string[] {
  const { severity, code, message, hint, file, line, column, frame } = diagnostic;
  const place = [file === undefined ? undefined : printable(file), line, column].filter(
    (part) => part !== undefined,
  );
  const tone = severity === 'error' ? 'red' : 'yellow';
  const [said, ...more] = messageLines(message);
  const [remedy, ...moreOfIt] = messageLines(hint ?? '');
  const before = [...(place.length === 0 ? [] : [place.join(':')]), severity].join('  ');
  const indented = (text: string, indent: number) =>
    wrapProse(text, columns && columns - indent).map((line) => `${' '.repeat(indent)}${line}`);
  const [first, ...further] = wrapProse(
    said,
    columns && columns - 2,
    columns && columns - displayWidth(before) - 2,
  );
  const head = [
    ...(place.length === 0 ? [] : [paint('cyan', place.join(':'))]),
    paint([tone, 'bold'], severity),
    first,
  ];
  const lines = [head.join('  '), ...further.map((line) => `  ${line}`)];
  const last = lines.at(-1) ?? '';
  // Paint has no width.
  const plain = lines.length === 1 ? `${before}  ${first}` : last;
  const fits = columns === undefined || displayWidth(`${plain}  [${code}]`) <= columns;
  if (fits) lines[lines.length - 1] = `${last}  ${paint('gray', `[${code}]`)}`;
  else lines.push(`  ${paint('gray', `[${code}]`)}`);
  const [hinted, ...hintedOn] = wrapProse(remedy, columns && columns - hintIndent);
  const style = { margin: (text: string) => paint('gray', text), caret: (text: string) => paint(tone, text) };
  return [
    ...lines,
    ...more.flatMap((line) => indented(line, 2)),
    ...(frame === undefined ? [] : codeFrame(frame.text, frame.range, style)),
    ...(hint === undefined ? [] : [`  ${paint('green', 'hint:')} ${hinted}`]),
    ...hintedOn.map((line) => `${' '.repeat(hintIndent)}${line}`),
    ...moreOfIt.flatMap((line) => indented(line, hintIndent)),
  ];
}

function countOf(diagnostics: readonly PlacedDiagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const files = new Set(diagnostics.flatMap(({ file }) => file ?? [])).size;
  const counts = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ].join(', ');
  return files === 0 ? counts : `${counts} in ${counted(files, 'file')}`;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
