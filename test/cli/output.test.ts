import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkOutput } from '../../src/cli/output.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder with an input, another folder, and one that nobody may write to. */
function folderWithInput(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'rows.jsonl'), '{}\n');
  mkdirSync(join(folder, 'made.csv'));
  mkdirSync(join(folder, 'locked'));
  chmodSync(join(folder, 'locked'), 0o500);
  symlinkSync('loop.csv', join(folder, 'loop.csv'));
  symlinkSync('nowhere/out.csv', join(folder, 'dangling.csv'));
  symlinkSync('new.csv', join(folder, 'link.csv'));
  symlinkSync('dangling.csv', join(folder, 'hops.csv'));
  symlinkSync('/dev/null', join(folder, 'null.csv'));
  symlinkSync(`${'b'.repeat(248)}.csv`, join(folder, 'short.csv'));
  symlinkSync('rows.csv', join(folder, `${'c'.repeat(248)}.csv`));
  mkdirSync(join(folder, 'real/deep'), { recursive: true });
  mkdirSync(join(folder, 'real/x'));
  symlinkSync('real/deep', join(folder, 'linked'));
  // From where the folder really is.
  symlinkSync('../x/out.csv', join(folder, 'real/deep/out.csv'));
  return folder;
}

it.each([
  ['nowhere/out.csv', 'nowhere`, does not exist', 'make it first'],
  ['rows.jsonl/out.csv', 'rows.jsonl`, is no folder', 'name another'],
  ['rows.jsonl/sub/out.csv', 'rows.jsonl/sub`, lies below a file', 'name another'],
  ['loop.csv', '`--output` cannot be written: ', 'name another file'],
  ['dangling.csv', 'nowhere`, does not exist', 'make it first'],
  ['hops.csv', 'nowhere`, does not exist', 'make it first'],
  [`${'a'.repeat(300)}.csv`, '`--output` cannot be written: ', 'name another file'],
  [`${'a'.repeat(248)}.csv`, 'the name of `--output` is too long', 'name it in fewer letters'],
  [`${'c'.repeat(248)}.csv`, 'the name of `--output` is too long', 'name it in fewer letters'],
  ['made.csv', 'made.csv` is a folder', 'name a file in it'],
  ['rows.jsonl', '`--output` is the input file', 'name another: the rows would be written over it'],
  ['out.txt', 'does not tell in which format', 'name it with one of .jsonl'],
])('is refused before anything is paid for: %s', async (path, message, hint) => {
  const folder = folderWithInput();
  const checked = await checkOutput(join(folder, path), join(folder, 'rows.jsonl'));
  if (checked.ok) throw new Error('it is not refused');
  expect(checked.error.message).toContain(message);
  expect(checked.error.hint).toContain(hint);
});

// Root may write everywhere.
it.skipIf(process.getuid?.() === 0)('is refused where its folder cannot be written to', async () => {
  const folder = folderWithInput();
  expect(await checkOutput(join(folder, 'locked/out.csv'), '-')).toMatchObject({
    ok: false,
    error: { code: 'output-unwritable', message: expect.stringContaining('cannot be written to') as string },
  });
});

it.each([
  'out.csv',
  'out.jsonl.gz',
  'rows.csv',
  'link.csv',
  `${'a'.repeat(240)}.csv`,
  'null.csv',
  'short.csv',
  'real/deep/out.csv',
  'linked/out.csv',
])('may be new, and beside the input: %s', async (name) => {
  const folder = folderWithInput();
  expect(await checkOutput(join(folder, name), join(folder, 'rows.jsonl'))).toMatchObject({
    ok: true,
    value: { kind: 'file' },
  });
});
