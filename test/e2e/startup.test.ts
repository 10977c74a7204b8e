import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const pipeline = `version: 1
name: greet
model: { name: mistral-small-latest }
steps:
  greet: { type: chat, prompt: 'Greet {{input.name}}.' }
`;

/** The files of the command's own that it loads, without their hashes. */
async function loadedBy(...args: readonly string[]): Promise<readonly string[]> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'greet.yaml'), pipeline);
  writeFileSync(join(folder, 'names.jsonl'), '{"name":"Ada"}\n');
  const coverage = join(folder, 'coverage');
  // V8 tells each script that it has loaded.
  const { exitCode, stderr } = await pipe(args, { cwd: folder, env: { NODE_V8_COVERAGE: coverage } });
  expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
  const found = new Set<string>();
  for (const file of readdirSync(coverage)) {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as {
      result: { url: string }[];
    };
    for (const { url } of result) {
      const name = /\/dist\/cli\/(.+)\.js$/.exec(url)?.[1];
      if (name !== undefined) found.add(name.replace(/-.{8}$/, ''));
    }
  }
  return [...found];
}

it.each(['--help', '--version', 'check greet.yaml', 'plan greet.yaml --input names.jsonl'])(
  'loads what talks to models for a run, and not for %s',
  async (line) => {
    const loaded = await loadedBy(...line.split(' '));
    expect(loaded).toContain('base');
    expect(loaded.filter((name) => ['langchain', 'undici', 'calls'].includes(name))).toEqual([]);
  },
);

it('loads few files for a run', async () => {
  const loaded = await loadedBy('run', 'greet.yaml', '--input', 'names.jsonl', '--simulate');
  expect(loaded).toEqual(
    expect.arrayContaining(['base', 'pipelines', 'runs', 'calls', 'langchain', 'undici']),
  );
  expect(loaded.length).toBeLessThan(42);
});
