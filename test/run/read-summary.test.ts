import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../src/run/file-system.ts';
import { readHistory } from '../../src/run/journal/history.ts';
import { readRun } from '../../src/run/read-summary.ts';
import { summaryOf } from '../report/past-runs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const others: readonly (readonly [string, (path: string) => void])[] = [
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['a device', (path) => symlinkSync('/dev/zero', path)],
  ['a folder', (path) => mkdirSync(path)],
];

describe.skipIf(process.platform === 'win32')('a run.json', () => {
  it.each(others)('that is %s is not opened', async (_, make) => {
    const folder = temporaryFolder();
    make(join(folder, 'run.json'));
    const message = `${join(folder, 'run.json')} is no file`;
    expect(await readRun(folder)).toMatchObject({ ok: false, error: { code: 'not_a_run', message } });
    rmSync(join(folder, 'run.json'), { recursive: true });
    writeFileSync(join(folder, 'run.json'), JSON.stringify(summaryOf()));
    expect(await readRun(folder)).toMatchObject({ ok: true });
  });
});

describe.skipIf(process.platform === 'win32')('a journal', () => {
  it.each(others)('that is %s is not read', async (_, make) => {
    const path = join(temporaryFolder(), 'journal.jsonl');
    make(path);
    expect(await readHistory(nodeFileSystem, path)).toMatchObject({ ok: false });
  });
});
