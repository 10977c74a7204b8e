import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksOf, exchangesOf } from './support/markdown.ts';
import { pipe, root, temporaryFolder } from './support/pipe.ts';

/** Times, speeds and names with a time in them differ from run to run; all else that a page prints must be true. */
function steady(output: string): string {
  return output
    .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{4}/g, '<time>')
    .replaceAll(/\d+(\.\d+)? m?s\b/g, '<duration>')
    .replaceAll(/[\d,]+(\.\d+)?\/s\b/g, '<rate>')
    .replaceAll(/"duration_ms": [\d.]+/g, '"duration_ms": <duration>');
}

async function execute(line: string, cwd: string): Promise<string> {
  const [program, ...words] = line.split(' ').map((word) => word.replaceAll(/^['"]|['"]$/g, ''));
  if (program === 'cat') return words.map((file) => readFileSync(join(cwd, file), 'utf8')).join('');
  expect([program, words[0]], `the page's commands are npx pipe or cat: ${line}`).toEqual(['npx', 'pipe']);
  const { all } = await pipe(words.slice(1), { cwd, all: true });
  return String(all);
}

describe.each(['README.md', 'pipelines/README.md'])('%s', (page) => {
  const path = join(root, page);
  const blocks = blocksOf(readFileSync(path, 'utf8'));

  it('prints what its commands print, and every pipeline in it passes the check', async () => {
    const folder = temporaryFolder();
    cpSync(join(root, 'pipelines'), join(folder, 'pipelines'), { recursive: true });
    let text = readFileSync(path, 'utf8');
    for (const block of blocks) {
      if (block.title !== undefined) {
        const file = join(folder, block.title);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, block.text);
      } else if (block.language === 'yaml') {
        expect.fail(`a YAML block of ${page} has no title=, so nothing checks it:\n${block.text}`);
      }
      if (block.language !== 'console') continue;
      for (const { command, output } of exchangesOf(block)) {
        const actual = await execute(command, folder);
        if (process.env['UPDATE_GOLDEN'] === '1') {
          if (steady(actual) !== steady(output)) {
            text = text.replace(`$ ${command}\n${output}`, () => `$ ${command}\n${actual}`);
          }
        } else expect(steady(actual), command).toBe(steady(output));
      }
    }
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  });
});
