import { printable, withoutCommands } from '../../diagnostic/printable.ts';
import { paintFor, type Style } from '../../report/output.ts';
import { wrap } from '../../report/text.ts';
import type { Finding } from './finding.ts';

interface Look {
  readonly columns: number;
  readonly color: boolean;
}

const marks: { readonly [status in Finding['status']]: readonly [string, Style] } = {
  fine: ['✓', 'green'],
  note: ['-', 'dim'],
  warning: ['!', 'yellow'],
  missing: ['✗', 'red'],
  rejected: ['✗', 'red'],
};

const nameWidth = 10;

/** A line each, with the remedy below; then what it comes to. */
export function formatFindings(findings: readonly Finding[], { columns, color }: Look): string {
  const paint = paintFor({ color });
  const room = Math.min(100, Math.max(40, columns)) - nameWidth - 2;
  const indent = ' '.repeat(nameWidth + 2);
  const lines = findings.flatMap(({ check, status, message, hint }) => {
    const [mark, style] = marks[status];
    const [first = '', ...others] = wrap(safe(message), room);
    const remedy = hint === undefined ? [] : wrap(safe(hint), room).map((line) => paint('dim', line));
    return [
      `${paint(style, mark)} ${check.padEnd(nameWidth)}${first}`,
      ...[...others, ...remedy].map((line) => indent + line),
    ];
  });
  return `${[...lines, '', verdict(findings)].join('\n')}\n`;
}

function verdict(findings: readonly Finding[]): string {
  const count = (...wanted: readonly Finding['status'][]) =>
    findings.filter(({ status }) => wanted.includes(status)).length;
  const [bad, odd] = [count('missing', 'rejected'), count('warning')];
  const toLookAt = odd === 0 ? '' : `, ${odd} to look at`;
  if (bad > 0) return `${bad} to mend before a run${toLookAt}`;
  return `ready to run${toLookAt}`;
}

function safe(text: string): string {
  return withoutCommands(printable(text));
}
