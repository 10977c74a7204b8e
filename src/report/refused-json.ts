import type { JsonDiagnostic } from '../diagnostic/format.ts';
import { printableJson } from '../diagnostic/printable.ts';
import type { RunReport } from './json.ts';

/** What `--format json` prints where a command that begins no run was refused: the names are those of a run's report. */
export interface RefusedReport extends Pick<RunReport, 'exit_code' | 'diagnostics'> {
  readonly state: 'refused';
  /** The first mistake. */
  readonly reason: { readonly code: string; readonly message: string } | null;
}

export function formatRefused(exit_code: number, diagnostics: readonly JsonDiagnostic[]): string {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  const report: RefusedReport = {
    state: 'refused',
    reason: first === undefined ? null : { code: first.code.replaceAll('-', '_'), message: first.message },
    exit_code,
    diagnostics,
  };
  return `${printableJson(JSON.stringify(report, null, 2))}\n`;
}
