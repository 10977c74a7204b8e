import type { Program } from '../template/syntax.ts';

/** The pieces of text in a template, those of partials and of branches that may not be taken included. */
export function fixedText(program: Program): string {
  return program
    .map((statement) => {
      if (statement.kind === 'text') return statement.text;
      if (statement.kind === 'output') return '';
      if (statement.kind === 'inclusion') return fixedText(statement.body);
      return `${fixedText(statement.body)} ${fixedText(statement.otherwise ?? [])}`;
    })
    .join(' ');
}
