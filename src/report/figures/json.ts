import { printableJson } from '../../diagnostic/printable.ts';
import type { Report } from './report.ts';

/** The figures as one JSON object: see RunFigures. */
export function reportJson({ figures }: Report): string {
  return `${printableJson(JSON.stringify(figures, null, 2))}\n`;
}
