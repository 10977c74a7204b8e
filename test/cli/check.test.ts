import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runInProcess, typed } from '../support/in-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const pipeline = `version: 1
model: {name: mistral-small-latest}
input: {schema: ./ticket.schema.json}
partials: ./partials
steps:
  ask: {type: chat, prompt: "{{> style}} {{input.text}}"}
`;

const schema = '{"type": "object", "properties": {"text": {"type": "string"}}}';

function project(files: { readonly [name: string]: string } = {}) {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'partials'));
  const save = (name: string, text: string) => writeFileSync(join(cwd, name), text);
  const all = {
    'p.yaml': pipeline,
    'ticket.schema.json': schema,
    'partials/style.hbs': 'Be brief.',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) save(name, text);
  return { cwd, save };
}

/** Saves these, each once the round before has been told, and ends it after the last; what each round said. */
async function watched(cwd: string, args: readonly string[], saves: readonly (() => void)[]) {
  const rounds: string[] = [''];
  const stderr = new PassThrough();
  let done = 0;
  stderr.on('data', (chunk: Buffer) => {
    rounds[done] += chunk.toString();
    if (!chunk.toString().includes('waiting for a change')) return;
    const save = saves[done];
    done += 1;
    rounds[done] = '';
    if (save === undefined) process.emit('SIGINT');
    else save();
  });
  const { exitCode } = await typed(cwd, ['check', ...args, '--watch'], { stderr } as never);
  return {
    exitCode,
    rounds: rounds.slice(0, -1).map((round) => round.replaceAll(/\d\d:\d\d:\d\d|\d+ ms/gu, '…').trim()),
  };
}

const sound = 'checking at …\nno mistakes in 1 pipeline (…)\n\nwaiting for a change; Ctrl-C ends it';

describe('pipe check --watch', () => {
  it('checks again when the pipeline, a partial, a schema, a test or the input is saved', async () => {
    const { cwd, save } = project({ 'rows.jsonl': '{"text": "a", "txt": "b"}\n' });
    const saves = [
      () => save('p.yaml', pipeline.replace('input.text', 'input.txt')),
      () => save('ticket.schema.json', schema.replace('text', 'txt')),
      () => save('partials/style.hbs', '{{> other}}'),
      () => save('partials/other.hbs', 'Be kind.'),
      () => save('p.test.yaml', 'version: 1\ntests: [{name: a, rows: a.csv}]\n'),
      () => save('a.csv', 'txt\nx\n'),
      () => save('rows.jsonl', '{"txt": 1}\n'),
    ];
    const { exitCode, rounds } = await watched(cwd, ['p.yaml', '--input', join(cwd, 'rows.jsonl')], saves);
    expect(exitCode).toBe(130);
    expect(rounds[0]).toBe(sound);
    expect(rounds.map((round) => (round === sound ? 'sound' : /\[([\w-]+)\]$/mu.exec(round)?.[1]))).toEqual([
      'sound',
      'unknown-path',
      'sound',
      'unknown-partial',
      'sound',
      'missing-file',
      'sound',
      'invalid-record',
    ]);
  }, 30_000);

  it('waits for a pipeline that is not there yet', async () => {
    const { cwd, save } = project();
    const { rounds } = await watched(cwd, ['late.yaml'], [() => save('late.yaml', pipeline)]);
    expect(rounds[0]).toContain('[missing-file]');
    expect(rounds[1]).toBe(sound);
  });

  it.each([
    [['--format', 'json'], '--watch is for people: it has no --format json'],
    [['--format', 'sarif'], '--watch is for people: it has no --format sarif'],
    [['--input', '-'], '--watch reads the input again each time, and stdin comes once: name a file'],
  ])('refuses %j', async (flags, message) => {
    const { cwd } = project();
    const { exitCode, stdout, stderr } = await runInProcess(cwd, ['check', 'p.yaml', '--watch', ...flags]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('pipe check --format sarif', () => {
  it('prints a log on stdout, from the root of the repository, and nothing else', async () => {
    const { cwd } = project({ 'p.yaml': pipeline.replace('prompt', 'promt') });
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: join(cwd, '..') };
    const { exitCode, stdout, stderr } = await runInProcess(
      cwd,
      ['check', 'p.yaml', '--format', 'sarif'],
      env,
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    const uri = `${cwd.split('/').at(-1)}/p.yaml`;
    expect(JSON.parse(stdout)).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          results: [
            {
              ruleId: 'unknown-key',
              locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 6 } } }],
            },
          ],
        },
      ],
    });
  });
});

describe('the rows of an input that breaks off', () => {
  const check = (cwd: string, rows: string, ...flags: readonly string[]) =>
    typed(cwd, ['check', join(cwd, 'p.yaml'), '--input', join(cwd, rows), ...flags]);

  it('have their mistakes told with it', async () => {
    const { cwd } = project();
    const rows = Buffer.concat([
      Buffer.from('id,text\n1,caf'),
      Buffer.from([0xe9]),
      Buffer.from('\n2\n3,fine\n4,"never closed\n'),
    ]);
    writeFileSync(join(cwd, 'rows.csv'), rows);
    const { exitCode, stdout } = await check(cwd, 'rows.csv', '--format', 'json');
    expect(exitCode).toBe(2);
    const diagnostics = JSON.parse(stdout) as readonly { readonly code: string }[];
    expect(diagnostics.map(({ code }) => code)).toEqual(['invalid-utf8', 'ragged-row', 'invalid-quotes']);
  });

  it('are not said to be none, nor to be skipped all of them', async () => {
    const { cwd } = project({ 'p.yaml': pipeline.replace('input: {', 'input: {when: "{{input.ask}}", ') });
    writeFileSync(join(cwd, 'none.jsonl.gz'), gzipSync('{"text": "x"}\n').subarray(0, 12));
    const none = await check(cwd, 'none.jsonl.gz');
    expect(none).toMatchObject({ exitCode: 2 });
    expect(none.stdout + none.stderr).not.toContain('no-records');
    writeFileSync(join(cwd, 'skipped.json'), '[{"text": "x"}, {"text"');
    const skipped = await check(cwd, 'skipped.json');
    expect(skipped).toMatchObject({ exitCode: 2 });
    expect(skipped.stdout + skipped.stderr).not.toContain('all-skipped');
  });
});
