import type { Program } from '../template/syntax.ts';

/** All text of a template that is not put in, partials and branches that may not be taken included. */
export function fixedText(program: Program): string {
  return program
    .map((statement) => {
      if (statement.kind === 'text') return statement.text;
      if (statement.kind === 'output') return '';
      if (statement.kind === 'inclusion') return fixedText(statement.body);
      return fixedText(statement.body) + fixedText(statement.otherwise ?? []);
    })
    .join('');
}
