import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createRounds } from '../../src/cli/rounds.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writtenTo } from '../support/written-to.ts';

/** The lines between rounds, in each of which these files are written. */
async function linesOf(names: readonly string[], watched: readonly string[], columns: number) {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'prompts'));
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns });
  const rounds = createRounds({ cwd, env: { NO_COLOR: '1' }, stderr } as unknown as Terminal);
  for (const name of ['', ...names]) {
    if (name !== '') writeFileSync(join(cwd, name), name);
    await rounds.begin();
    await rounds.end(watched.map((file) => join(cwd, file)));
  }
  return writtenTo(stderr).trimEnd().split('\n');
}

it('fill the line of the terminal, whatever the name that was saved', async () => {
  const names = ['a.yaml', '模型の名前.yaml', `${'long-'.repeat(20)}.yaml`, 'a\u001B[2J.yaml'];
  const lines = await linesOf(names, names, 40);
  expect(lines[0]).toBe('── 2  a.yaml ───────────────────────────');
  expect(lines[3]).toMatch(/^── 5 {2}a\\x1b\[2J\.yaml ─+$/);
  expect(lines.map(displayWidth)).toEqual([40, 40, 40, 40]);
});

it('name a file that is new, and not its folder beside it', async () => {
  const [line] = await linesOf(['prompts/new.hbs'], ['prompts', 'prompts/new.hbs'], 40);
  expect(line).toMatch(/^── 2 {2}prompts\/new\.hbs ─+$/);
});
