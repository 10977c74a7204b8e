import { appendFile, stat } from 'node:fs/promises';
import { printDiagnostics, type Terminal } from './terminal.ts';

/** In bytes: GitHub refuses a summary above 1 MiB as a whole, with what other programs of the job's step wrote into it. */
const mostBytes = 1_000_000;

/** Whether GitHub Actions asks for a page of Markdown that it shows beside the job. */
export function wantsStepSummary(terminal: Terminal): boolean {
  return summaryFile(terminal) !== '';
}

/**
 * Appends Markdown to the file that `GITHUB_STEP_SUMMARY` names, if it names one. What cannot be written is a warning: no
 * run fails for want of its summary.
 */
export async function appendStepSummary(terminal: Terminal, markdown: string): Promise<void> {
  const path = summaryFile(terminal);
  if (path === '' || markdown === '') return;
  const why = await append(path, `${markdown.trimEnd()}\n\n`);
  if (why === undefined) return;
  const message = `the step summary \`${path}\` was not written: ${why}`;
  await printDiagnostics(terminal, [{ severity: 'warning', code: 'summary-unwritable', message }]);
}

function summaryFile({ env }: Terminal): string {
  return env['GITHUB_STEP_SUMMARY'] ?? '';
}

/** Why it could not be; undefined where it was. */
async function append(path: string, text: string): Promise<string | undefined> {
  try {
    const found = await stat(path).catch(() => undefined);
    // To open a pipe would wait for whoever reads from it.
    if (found !== undefined && !found.isFile()) return 'it is no file';
    if ((found?.size ?? 0) + Buffer.byteLength(text) > mostBytes)
      return 'it would be larger than GitHub takes';
    await appendFile(path, text, { mode: 0o600 });
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return error.message;
    throw error;
  }
}
