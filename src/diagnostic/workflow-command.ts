import { printable } from './printable.ts';

export interface AnnotationPlace {
  /** As seen from the repository's root, which is where a workflow mostly runs. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly col?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly title?: string;
}

/**
 * A command that makes a GitHub workflow annotate a line, on a line of its own:
 * https://docs.github.com/actions/reference/workflow-commands. Whatever the texts hold, it stays one command: their
 * control characters are shown, and only the line breaks of `text` are kept.
 */
export function workflowCommand(
  level: 'error' | 'warning' | 'notice',
  place: AnnotationPlace,
  text: string,
): string {
  const { file, line, col, endLine, endColumn, title } = place;
  const properties = Object.entries({ file, line, col, endLine, endColumn, title }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapedProperty(String(value))}`],
  );
  return `::${level} ${properties.join(',')}::${escapedData(printable(text, 'lines'))}\n`;
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
