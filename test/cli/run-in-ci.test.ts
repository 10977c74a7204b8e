import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { typed } from '../support/in-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const pipeline = `version: 1
name: letters
model: {name: mistral-small-latest}
input: {key: id}
steps:
  ask: {type: chat, prompt: "{{input.text}}"}
`;
const rows = ['{"id":"a","text":"one"}', '{"id":"b"}', '{"id":"c"}', '{"id":"d",'].join('\n');

/** A repository whose pipeline is in a folder of its own; the working directory is that folder. */
function project(text = pipeline): { readonly root: string; readonly cwd: string; readonly input: string } {
  const root = temporaryFolder();
  const cwd = join(root, 'prompts');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'letters.yaml'), text);
  writeFileSync(join(cwd, 'rows.jsonl'), rows);
  return { root, cwd, input: join(cwd, 'rows.jsonl') };
}

describe('a run in GitHub Actions', () => {
  it('annotates the step at fault and the row at fault, as seen from the root of the repository', async () => {
    const { root, cwd, input } = project();
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: root };
    const args = ['run', 'letters.yaml', '--input', input, '--simulate=', '--run-dir', 'r'];
    const { stderr, exitCode } = await typed(cwd, args, { env });
    expect(exitCode).toBe(1);
    expect(stderr.match(/^::.*$/gm)?.map((line) => line.replaceAll(root, '…'))).toEqual([
      '::error file=prompts/letters.yaml,line=6,col=3,title=absent_path::2 records failed in the step ask: `input.text` is absent (first …/prompts/rows.jsonl:2, key b)',
      expect.stringMatching(
        /^::error file=prompts\/rows\.jsonl,line=4,title=invalid_json::1 record failed: /,
      ),
      '::error title=pipe run letters::3 of 4 records failed, see r/errors.jsonl',
    ]);
  });

  it('leaves a page beside the job, each time that it is gone on with', async () => {
    const { cwd, input } = project();
    const env = { GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') };
    const args = ['run', 'letters.yaml', '--input', input, '--simulate=', '--run-dir', 'r', '--quiet'];
    await typed(cwd, args, { env });
    const page = readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8');
    expect(page).toMatch(/^### letters finished with failures in .*\n\n- \*\*simulated\*\* /);
    expect(page).toContain('\n- **records** 4: 1 succeeded, 3 failed\n');
    expect(page).toContain('\n| `ask` | 1 | 0 |');
    expect(page).toContain('- **2 records** `absent_path` in the step `ask`, such as ');
    expect(page).toContain('\n```sh\npipe resume r --force\n```\n');
    await typed(cwd, args, { env });
    expect(readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8').match(/^### letters/gm)).toHaveLength(2);
  });

  it('annotates why it is refused', async () => {
    const { root, cwd, input } = project(pipeline.replace('chat', 'chta'));
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: root };
    const { stderr, stdout } = await typed(cwd, ['run', 'letters.yaml', '--input', input], { env });
    expect(stderr).toMatch(/^::error file=prompts\/letters\.yaml,line=6,col=/m);
    expect(stdout).toBe('');
  });

  it('tells the mistakes of a file from the root of the repository, too', async () => {
    const { root, cwd } = project(pipeline.replace('chat', 'chta'));
    const env = { GITHUB_WORKSPACE: root };
    const { stdout } = await typed(cwd, ['check', 'letters.yaml', '--format', 'github'], { env });
    expect(stdout).toMatch(/^::error file=prompts\/letters\.yaml,line=6,col=/);
    const elsewhere = await typed(cwd, ['check', 'letters.yaml', '--format', 'github'], {
      env: { GITHUB_WORKSPACE: join(root, 'other') },
    });
    expect(elsewhere.stdout).toMatch(/^::error file=letters\.yaml,line=6,col=/);
  });
});

describe('a run that is refused', () => {
  it.each<[string, string, readonly string[], object]>([
    [
      'for mistakes in its file',
      pipeline.replace('chat', 'chta'),
      [],
      { code: expect.any(String) as string, file: 'letters.yaml', line: 6 },
    ],
    ['for want of a key', pipeline, [], { code: 'missing-api-key' }],
    ['for its flags', pipeline, ['--seed', '1'], { code: 'usage', file: null }],
    ['for its simulator', pipeline, ['--simulate=nonsense=1'], { code: 'usage' }],
    ['for its output', pipeline, ['--output', '/nowhere/out.csv'], { code: 'output-unwritable' }],
    ['for its folder', pipeline, ['--simulate=', '--run-dir', '.'], { code: 'run-dir-in-use' }],
  ])('says so in JSON as well %s', async (_, text, flags, diagnostic) => {
    const { cwd, input } = project(text);
    const args = ['run', 'letters.yaml', '--input', input, '--format', 'json', ...flags];
    const { stdout, stderr, exitCode } = await typed(cwd, args);
    expect(exitCode).toBe(2);
    const told = JSON.parse(stdout) as { diagnostics: readonly { code: string; message: string }[] };
    expect(told).toMatchObject({
      state: 'refused',
      exit_code: 2,
      reason: { kind: 'input' },
      counts: null,
      diagnostics: [diagnostic],
    });
    expect(stderr).toContain(`[${told.diagnostics[0]?.code}]`);
  });

  it('says so in JSON where it was to be resumed', async () => {
    const { cwd } = project();
    for (const [args, code] of [
      [['resume', 'nowhere'], 'no-run'],
      [['resume', '.'], 'not-a-run'],
      [['resume', '--set', 'model.name=x'], 'usage'],
    ] as const) {
      const { stdout, exitCode } = await typed(cwd, [...args, '--format', 'json']);
      expect([exitCode, JSON.parse(stdout)]).toMatchObject([
        2,
        { state: 'refused', diagnostics: [{ code }] },
      ]);
    }
  });

  it('prints nothing on stdout without `--format json`', async () => {
    const { cwd, input } = project();
    const { stdout, stderr } = await typed(cwd, ['run', 'letters.yaml', '--input', input]);
    expect(stdout).toBe('');
    expect(stderr).toContain('MISTRAL_API_KEY');
  });

  it('has the warnings of a run that is not refused', async () => {
    const { cwd, input } = project(pipeline.replace('name: letters', 'name: letters\nvars: {unused: x}'));
    const args = [
      'run',
      'letters.yaml',
      '--input',
      input,
      '--simulate=',
      '--run-dir',
      'r',
      '--format',
      'json',
    ];
    const { stdout } = await typed(cwd, args);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'completed', diagnostics: [{ severity: 'warning' }] });
  });
});
