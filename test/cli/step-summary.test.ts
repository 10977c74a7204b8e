import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { appendStepSummary, wantsStepSummary } from '../../src/cli/step-summary.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writtenTo } from '../support/written-to.ts';

/** What is said on stderr where this is appended. */
async function append(path: string | undefined, markdown = '### done\n'): Promise<string> {
  const stderr = new PassThrough();
  const env = path === undefined ? {} : { GITHUB_STEP_SUMMARY: path };
  await appendStepSummary({ cwd: '/', stderr, env } as unknown as Terminal, markdown);
  return writtenTo(stderr);
}

describe('the step summary', () => {
  it('is wanted where the variable names a file', () => {
    const wants = (env: Terminal['env']) => wantsStepSummary({ env } as Terminal);
    expect(wants({ GITHUB_STEP_SUMMARY: '/tmp/x' })).toBe(true);
    expect(wants({ GITHUB_STEP_SUMMARY: '' })).toBe(false);
    expect(wants({})).toBe(false);
  });

  it('is nothing without the variable', async () => {
    expect(await append(undefined)).toBe('');
    expect(await append('')).toBe('');
  });

  it('goes below what is there, and into a file of its own that others cannot read', async () => {
    const path = join(temporaryFolder(), 'summary.md');
    expect(await append(path)).toBe('');
    expect(await append(path, 'more')).toBe('');
    expect(readFileSync(path, 'utf8')).toBe('### done\n\nmore\n\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each<[string, (folder: string) => Promise<string> | string, string]>([
    ['a folder', (folder) => (mkdirSync(join(folder, 'f')), join(folder, 'f')), 'it is no file'],
    ['a path into nowhere', (folder) => join(folder, 'no', 'f'), 'ENOENT'],
    [
      'a pipe that nobody reads',
      async (folder) => {
        await execa('mkfifo', [join(folder, 'f')]);
        return join(folder, 'f');
      },
      'it is no file',
    ],
    [
      'a file that would be too large for GitHub',
      (folder) => {
        writeFileSync(join(folder, 'f'), 'x'.repeat(999_995));
        return join(folder, 'f');
      },
      'it would be larger than GitHub takes',
    ],
  ])('is a warning where it cannot be written: %s', async (_, make, why) => {
    const told = await append(await make(temporaryFolder()));
    expect(told).toMatch(/^warning {2}the step summary `.*` was not written: /);
    expect(told).toContain(why);
    expect(told).toContain('[summary-unwritable]');
  });
});
