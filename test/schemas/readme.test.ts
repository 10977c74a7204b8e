import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { typed } from '../support/in-process.ts';
import { blocksOf } from '../support/markdown.ts';
import { root } from '../support/pipe.ts';
import { startEditor } from './language-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const blocks = blocksOf(readFileSync(join(root, 'README.md'), 'utf8'));
const titled = (title: string) => blocks.find((block) => block.title === title)?.text ?? '';

/** What `pipe check --watch` prints of the README's broken file, until it waits; on a terminal where it has columns. */
async function watched(columns?: number): Promise<string> {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'broken.yaml'), titled('broken.yaml'));
  let told = '';
  const stderr = new PassThrough();
  if (columns !== undefined) Object.assign(stderr, { isTTY: true, columns });
  stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    if (told.includes('waiting for a change')) process.emit('SIGINT');
  });
  await typed(cwd, ['check', 'broken.yaml', '--watch'], { stderr } as never);
  return told;
}

describe("the README's section on editors", () => {
  it('shows what `pipe check --watch` prints', async () => {
    const block = blocks.find(({ text }) => text.startsWith('$ npx pipe check broken.yaml --watch\n'));
    const shown = block?.text.replace(/^\$ .*\n/u, '').replaceAll(/\d\d:\d\d:\d\d/gu, '…');
    expect(shown?.trim()).toBe((await watched()).replaceAll(/\d\d:\d\d:\d\d/gu, '…').trim());
  });

  it.each([undefined, 100])('has a problem matcher that finds each mistake (columns: %s)', async (columns) => {
    const { tasks } = JSON.parse(titled('.vscode/tasks.json')) as {
      tasks: [{ problemMatcher: { pattern: { [group: string]: string }; background: { beginsPattern: string; endsPattern: string } } }];
    };
    const { pattern, background } = tasks[0].problemMatcher;
    // VS Code takes the colours out before it looks.
    const lines = stripVTControlCharacters(await watched(columns)).split('\n');
    const found = lines.flatMap((line) => {
      const match = new RegExp(pattern['regexp'] ?? '', 'u').exec(line);
      const part = (name: string) => match?.[Number(pattern[name])];
      return match === null ? [] : [['file', 'line', 'column', 'severity', 'message'].map(part)];
    });
    expect(found).toEqual([
      ['broken.yaml', '3', '38', 'error', '`temprature` is not a key of `model`  [unknown-key]'],
      ['broken.yaml', '10', '32', 'error', 'there is no step `tranlsate`  [unknown-path]'],
    ]);
    expect(lines.filter((line) => new RegExp(background.beginsPattern, 'u').test(line))).toHaveLength(1);
    expect(lines.filter((line) => new RegExp(background.endsPattern, 'u').test(line))).toHaveLength(1);
  });

  it('has settings by which pipelines and tests get their schemas', async () => {
    const settings = JSON.parse(titled('.vscode/settings.json')) as { 'yaml.schemas': { [path: string]: unknown } };
    const schemas = Object.entries(settings['yaml.schemas']).map(([path, globs]) => [
      path.replace('./node_modules/prompt-pipe', root.replace(/\/$/u, '')),
      globs,
    ]);
    const editor = await startEditor('/project', { schemas: Object.fromEntries(schemas) });
    try {
      const greeting = titled('prompts/greet.yaml').replace(/^#.*\n/u, '');
      expect(await editor.open('prompts/greet.yaml', greeting)).toEqual([]);
      expect(await editor.open('prompts/greet.yaml', `${greeting}promt: 1\n`)).toEqual(['7 Property promt is not allowed.']);
      const tests = 'version: 1\ntests:\n  - {name: a, input: {name: b}}\n';
      expect(await editor.open('prompts/greet.test.yaml', tests)).toEqual([]);
      expect(await editor.open('prompts/greet.test.yaml', `${tests}steps: {}\n`)).toEqual(['4 Property steps is not allowed.']);
      expect(await editor.open('others/greet.yaml', `${greeting}promt: 1\n`)).toEqual([]);
    } finally {
      await editor.close();
    }
  });
});
