import { messageLines } from './format-text.ts';
import type { PlacedDiagnostic } from './placed.ts';
import { workflowCommand } from './workflow-command.ts';

/** Commands that make a GitHub workflow annotate the lines. */
export function formatGithub(diagnostics: readonly PlacedDiagnostic[]): string {
  return diagnostics.map(commandOf).join('');
}

function commandOf({ severity, code, message, hint, ...place }: PlacedDiagnostic): string {
  const { file, line, column: col, endLine, endColumn } = place;
  const said = messageLines(message).join('\n');
  const text = hint === undefined ? said : `${said}\nhint: ${messageLines(hint).join('\n')}`;
  return workflowCommand(severity, { file, line, col, endLine, endColumn, title: code }, text);
}
