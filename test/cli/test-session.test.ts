import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project } from '../testing/support.ts';
import { typed } from '../support/in-process.ts';

const pipeline = 'version: 1\nmodel: {name: m}\nsteps: {say: {type: chat, prompt: "{{input.x}}"}}\n';

describe('pipe test --format github', () => {
  it("names files as seen from the repository's root, those of mistakes too", async () => {
    const root = project({
      't/good.yaml': `${pipeline}tests:\n  - {name: one, input: {x: a}}\n`,
      't/bad.yaml': `${pipeline}tests:\n  - {nam: one, input: {x: a}}\n`,
    });
    const annotated = async (file: string, workspace: string) => {
      const env = { GITHUB_WORKSPACE: workspace };
      const { stdout } = await typed(join(root, 't'), ['test', file, '--format', 'github'], { env });
      return stdout;
    };
    expect(await annotated('good.yaml', root)).toMatch(/^::error file=t\/good\.yaml,line=/u);
    expect(await annotated('bad.yaml', root)).toMatch(/^::error file=t\/bad\.yaml,line=/u);
    expect(await annotated('good.yaml', join(root, 'elsewhere'))).toMatch(/^::error file=good\.yaml,line=/u);
  });
});
