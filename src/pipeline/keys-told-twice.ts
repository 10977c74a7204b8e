import type { Diagnostic } from '../diagnostic/diagnostic.ts';

/**
 * A key that YAML reads as a number, such as `1`, is told to be put into quotes; where no such name may stand, that would
 * be the next mistake, so only this one is told.
 */
export function withoutKeysToldTwice(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const isBare = ({ code }: Diagnostic) => code === 'non-string-key';
  if (!diagnostics.some(isBare)) return diagnostics;
  const refused = new Set(
    diagnostics
      .filter(({ code }) => code === 'invalid-name' || code === 'unknown-key')
      .map((diagnostic) => startOf(diagnostic)),
  );
  return diagnostics.filter((diagnostic) => !isBare(diagnostic) || !refused.has(startOf(diagnostic)));
}

function startOf({ place }: Diagnostic): string | undefined {
  if (place === undefined || !('source' in place)) return undefined;
  const { source, pointer, part, span } = place;
  return `${source.path}:${source.locate(pointer, part, span).start.offset}`;
}
