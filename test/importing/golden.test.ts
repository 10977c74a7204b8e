import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { runInProcess } from '../support/in-process.ts';
import { root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const cases = join(root, 'test/importing/golden');

/** What each case imports; its other files are named by that one. */
const files: Readonly<Record<string, string>> = {
  'promptflow-triage': 'flow.dag.yaml',
  'promptflow-chat': 'flow.dag.yaml',
  'promptflow-web': 'flow.dag.yaml',
  'promptfoo-support': 'promptfooconfig.yaml',
  'promptfoo-chat': 'promptfooconfig.json',
  'promptfoo-judges': 'promptfooconfig.yaml',
  'dotprompt-menu': 'menu.prompt',
  'prompty-azure': 'answer.prompty',
  'prompty-mustache': 'greet.prompty',
};

/** A folder with the sources of a case, and the package where npm would put it. */
function project(name: string): string {
  const cwd = temporaryFolder();
  const schemas = join(cwd, 'node_modules/prompt-pipe/schemas');
  mkdirSync(schemas, { recursive: true });
  for (const name of ['pipeline', 'test']) writeFileSync(join(schemas, `${name}.schema.json`), '{}');
  cpSync(join(cases, name, 'source'), join(cwd, name), { recursive: true });
  return cwd;
}

describe('pipe import', () => {
  it.each(Object.entries(files))('is named where %s is taken for a pipeline', async (name, file) => {
    const ran = await runInProcess(project(name), ['check', join(name, file)]);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(
      /^error {2}`[^`]+` looks like [^\n]+, not a pipeline {2}\[not-a-pipeline\]\n/u,
    );
    expect(ran.stderr).toContain(`hint: \`pipe import ${name}/${file}\` makes a pipeline of it\n`);
    expect(ran.stderr.match(/^error/gmu)).toHaveLength(1);
  });

  it('has a test for every case', () => {
    expect(readdirSync(cases).toSorted()).toEqual(Object.keys(files).toSorted());
  });

  it.each(Object.entries(files))(
    'writes a valid pipeline for %s, and says what it left out',
    async (name, file) => {
      const cwd = project(name);
      const ran = await runInProcess(cwd, ['import', join(name, file), '--output', `${name}.yaml`]);
      expectGolden(join(cases, name, 'expected', 'report.txt'), ran.stderr);
      expect({ exitCode: ran.exitCode, stdout: ran.stdout }).toEqual({ exitCode: 0, stdout: '' });
      const written = readdirSync(cwd).filter((each) => /\.(?:yaml|jsonl)$/.test(each));
      for (const each of written)
        expectGolden(join(cases, name, 'expected', each), readFileSync(join(cwd, each), 'utf8'));
      const rows = join(cwd, `${name}.rows.jsonl`);
      const input = existsSync(rows) ? ['--input', rows] : [];
      const checked = await runInProcess(cwd, ['check', join(cwd, `${name}.yaml`), ...input]);
      expect(checked.stderr).toMatch(
        /^<cwd>\/[\w-]+\.yaml: ok, \d+ steps?(?:, \d+ tests?)?(?:, \d+ records?)?\n$/,
      );
      expect(checked.stderr.includes('test')).toBe(existsSync(join(cwd, `${name}.test.yaml`)));
    },
  );
});
