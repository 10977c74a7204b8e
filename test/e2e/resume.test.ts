import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeServer, type FakeServer } from '../support/fake-server.ts';
import { pipeHere as pipe } from '../support/pipe-here.ts';
import { command as builtCommand } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function fakeServer(): Promise<FakeServer> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  return server;
}

interface Project {
  readonly folder: string;
  readonly server: FakeServer;
  /** The texts that the server was asked for. */
  readonly asked: () => readonly string[];
  readonly run: (...args: readonly string[]) => ReturnType<typeof pipe>;
}

/** A pipeline of two steps over four rows, and a server that answers what it is asked, but for what `broken` has. */
async function project(broken: ReadonlySet<string> = new Set()): Promise<Project> {
  const folder = temporaryFolder();
  const server = await fakeServer();
  writeFileSync(
    join(folder, 'p.yaml'),
    `version: 1
name: letters
vars: { greeting: Hello }
input: { key: id }
model: { name: mistral-small-latest, base_url: "${server.url}", max_tokens: 100 }
retry: { attempts: 1 }
steps:
  one: { type: chat, prompt: "{{vars.greeting}} {{input.id}}" }
  two: { type: chat, prompt: "Then {{steps.one.output}}" }
output: { id: "{{input.id}}", text: "{{steps.two.output}}" }
`,
  );
  const rows = ['a', 'b', 'c', 'd'].map((id) => `${JSON.stringify({ id })}\n`);
  writeFileSync(join(folder, 'rows.jsonl'), rows.join(''));
  const textOf = (body: FakeServer['calls'][number]['body']): string => {
    const [message] = body['messages'] as readonly { readonly content: string }[];
    return message?.content ?? '';
  };
  server.answer = (call) => {
    if (broken.has(textOf(call.body))) call.fail(500);
    else call.reply(`[${textOf(call.body)}]`);
  };
  return {
    folder,
    server,
    asked: () => server.calls.map(({ body }) => textOf(body)),
    run: (...args) => pipe(args, { cwd: folder }),
  };
}

const fresh = ['run', 'p.yaml', '--input', 'rows.jsonl', '--no-cache'] as const;

describe('pipe resume', () => {
  it('finishes the newest run, at the step where its records failed, and writes where the run was to', async () => {
    const broken = new Set(['Then [Hello b]']);
    const { folder, run, asked } = await project(broken);
    expect((await run(...fresh, '--output', 'out.csv')).exitCode).toBe(1);
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).not.toContain('Hello b');
    broken.clear();
    const before = asked().length;
    const { exitCode, stderr } = await run('resume');
    expect([exitCode, asked().slice(before)]).toEqual([0, ['Then [Hello b]']]);
    expect(stderr).toContain('resuming, 3 of 4 records are done');
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe(
      'id,text\n' + ['a', 'b', 'c', 'd'].map((id) => `${id},[Then [Hello ${id}]]\n`).join(''),
    );
    const again = await run('resume');
    expect([again.exitCode, asked().length]).toEqual([0, before + 1]);
    expect(again.stderr).toContain('nothing is left to do');
  });

  it('goes on under the flags that the run was begun with, and those given now', async () => {
    const broken = new Set(['Then [Bonjour b]', 'Then [Bonjour c]']);
    const { folder, run, asked } = await project(broken);
    await run(...fresh, '--var', 'greeting=Bonjour', '--limit', '3', '--run-dir', 'r', '--concurrency', '2');
    broken.clear();
    const before = asked().length;
    const { exitCode } = await run('resume', 'r', '--concurrency', '1', '--set', 'retry.attempts=3');
    expect(exitCode).toBe(0);
    expect(asked().slice(before)).toEqual(['Then [Bonjour b]', 'Then [Bonjour c]']);
    expect(JSON.parse(readFileSync(join(folder, 'r/run.json'), 'utf8'))).toMatchObject({
      selection: { limit: 3 },
      counts: { total: 3, succeeded: 3 },
      sessions: 2,
      overrides: ['--set retry.attempts=3', '--var greeting=Bonjour', '--concurrency 1', '--no-cache'],
    });
  });

  it('of a pipeline that has changed is refused with the reason, and forced asks again what that touches', async () => {
    const { folder, run, asked } = await project(new Set(['Then [Hello d]']));
    await run(...fresh, '--run-dir', 'r');
    const file = join(folder, 'p.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Then {{', 'And {{'));
    const refused = await run('resume', 'r');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(
      'the run in r was begun with something else: `p.yaml` is not what it was',
    );
    expect(refused.stderr).toContain('`pipe resume r --force`');
    const before = asked().length;
    const forced = await run('resume', 'r', '--force');
    expect(forced.exitCode).toBe(0);
    expect(forced.stderr).toContain('letters: resuming, 4 records, up to');
    expect(forced.stderr).toContain(
      '\nresumed    4 calls were answered from the journal; counts and cost include',
    );
    expect(asked().slice(before).sort()).toEqual(['a', 'b', 'c', 'd'].map((id) => `And [Hello ${id}]`));
    expect(readFileSync(join(folder, 'r/results.jsonl'), 'utf8')).not.toContain('Then');
  });

  it.each<[string, readonly string[], string]>([
    ['a run that there is not', ['resume', 'nothing'], 'there is no run `nothing`'],
    ['no run at all', ['resume'], 'there is no run in `runs/`'],
    ['a folder that is no run', ['resume', '.'], "so this is no run's folder"],
    ['a setting of what a call says', ['resume', '--set', 'model.temperature=1'], 'model.temperature'],
    ['a budget that is none', ['resume', '--budget-usd', '0'], 'above 0'],
  ])('refuses %s', async (_what, args, words) => {
    const { run } = await project();
    const { exitCode, stderr } = await run(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
  });

  it('goes on from its own copy of standard input', async () => {
    const broken = new Set(['Hello c']);
    const { folder, run, asked } = await project(broken);
    const input = readFileSync(join(folder, 'rows.jsonl'), 'utf8');
    const first = await pipe(['run', 'p.yaml', '--input', '-', '--run-dir', 'r', '--no-cache'], {
      cwd: folder,
      input,
    });
    expect(first.exitCode).toBe(1);
    expect(readFileSync(join(folder, 'r/stdin'), 'utf8')).toBe(input);
    broken.clear();
    const before = asked().length;
    expect((await run('resume', 'r')).exitCode).toBe(0);
    expect(asked().slice(before)).toEqual(['Hello c', 'Then [Hello c]']);
  });
});

it('refuses a copy of standard input that is not what it was', async () => {
  const broken = new Set(['Hello c']);
  const { folder, run, asked } = await project(broken);
  const input = readFileSync(join(folder, 'rows.jsonl'), 'utf8');
  await pipe(['run', 'p.yaml', '--input', '-', '--run-dir', 'r', '--no-cache'], { cwd: folder, input });
  const before = asked().length;
  for (const other of [input.replace('"d"', '"e"'), `${input}{"id":"e"}\n`]) {
    writeFileSync(join(folder, 'r/stdin'), other);
    const { exitCode, stderr } = await run('resume', 'r');
    expect([exitCode, asked().length]).toEqual([2, before]);
    expect(stderr).toContain('the input of stdin is not what it was');
  }
});

describe('pipe run in the folder of a run', () => {
  const piped = ['run', 'p.yaml', '--input', '-', '--run-dir', 'r', '--no-cache'] as const;

  it('makes the copy of its standard input anew where that has gone, and of the same input only', async () => {
    const { folder, asked } = await project();
    const input = readFileSync(join(folder, 'rows.jsonl'), 'utf8');
    await pipe(piped, { cwd: folder, input });
    const left = readFileSync(join(folder, 'r/run.json'), 'utf8');
    rmSync(join(folder, 'r/stdin'));
    const before = asked().length;
    for (const other of ['', `${input}{"id":"e"}\n`]) {
      const { exitCode, stderr } = await pipe(piped, { cwd: folder, input: other });
      expect([exitCode, asked().length]).toEqual([2, before]);
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain('standard input is not what it was');
      expect(stderr).not.toContain('pipe resume');
      expect(readFileSync(join(folder, 'r/run.json'), 'utf8')).toBe(left);
      expect(readdirSync(join(folder, 'r')).filter((name) => name.startsWith('stdin'))).toEqual([]);
    }
    const again = await pipe(piped, { cwd: folder, input });
    expect([again.exitCode, asked().length]).toEqual([0, before]);
    expect(readFileSync(join(folder, 'r/stdin'), 'utf8')).toBe(input);
  });

  it('wants the standard input that the run was begun with', async () => {
    const broken = new Set(['Hello c']);
    const { folder, run, asked } = await project(broken);
    const input = readFileSync(join(folder, 'rows.jsonl'), 'utf8');
    await pipe(piped, { cwd: folder, input });
    broken.clear();
    const before = asked().length;
    for (const other of ['', input.replace('d', 'e')]) {
      const { exitCode, stderr } = await pipe(piped, { cwd: folder, input: other });
      expect([exitCode, asked().length]).toEqual([2, before]);
      expect(stderr).toContain(
        'the run in r was begun with something else: standard input is not what it was',
      );
      expect(stderr).toContain('`pipe resume r` goes on');
    }
    expect((await pipe(piped, { cwd: folder, input })).exitCode).toBe(0);
    expect(asked().slice(before)).toEqual(['Hello c', 'Then [Hello c]']);
    expect((await run('resume', 'r')).exitCode).toBe(0);
    expect((await pipe(piped, { cwd: folder, input: '' })).exitCode).toBe(2);
  });

  it('takes the whole of standard input again where the run was killed while it came', async () => {
    const broken = new Set(['Hello c']);
    const { folder, asked } = await project(broken);
    const input = readFileSync(join(folder, 'rows.jsonl'), 'utf8');
    await pipe(piped, { cwd: folder, input });
    rmSync(join(folder, 'r/stdin'));
    writeFileSync(join(folder, 'r/stdin.part'), input.slice(0, 15));
    broken.clear();
    const before = asked().length;
    const { exitCode } = await pipe(piped, { cwd: folder, input });
    expect([exitCode, asked().slice(before)]).toEqual([0, ['Hello c', 'Then [Hello c]']]);
    expect(readFileSync(join(folder, 'r/stdin'), 'utf8')).toBe(input);
    expect(existsSync(join(folder, 'r/stdin.part'))).toBe(false);
  });

  it('takes the whole of standard input after a Ctrl-C, which ends who writes it as well', async () => {
    const { folder, asked } = await project();
    const input = readFileSync(join(folder, 'rows.jsonl'), 'utf8');
    const [first = ''] = input.split('\n');
    writeFileSync(
      join(folder, 'producer.mjs'),
      `process.stdout.write(${JSON.stringify(`${first}\n`)}); setInterval(() => undefined, 1000);`,
    );
    const node = JSON.stringify(process.execPath);
    const words = `${node} producer.mjs | ${node} ${JSON.stringify(builtCommand)} ${piped.join(' ')}`;
    const shell = spawn('sh', ['-c', words], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const { pid = 0 } = shell;
    shell.stderr.resume();
    const ended = once(shell.stderr, 'end');
    await expect.poll(() => asked().length, { timeout: 20_000 }).toBe(2);
    // What a terminal does: all that it runs is told.
    process.kill(-pid, 'SIGINT');
    await ended;
    expect(readdirSync(join(folder, 'r'))).toEqual(expect.arrayContaining(['stdin.part']));
    expect(existsSync(join(folder, 'r/stdin'))).toBe(false);
    const before = asked().length;
    expect((await pipe(piped, { cwd: folder, input })).exitCode).toBe(0);
    expect(asked().length - before).toBe(6);
    expect(readFileSync(join(folder, 'r/results.jsonl'), 'utf8').split('\n')).toHaveLength(5);
  });

  it('refuses another standard input where the run was killed while it came, though its keys are the same', async () => {
    const broken = new Set(['Hello c']);
    const { folder, asked } = await project(broken);
    const input = readFileSync(join(folder, 'rows.jsonl'), 'utf8');
    await pipe(piped, { cwd: folder, input });
    rmSync(join(folder, 'r/stdin'));
    writeFileSync(join(folder, 'r/stdin.part'), input.slice(0, 15));
    broken.clear();
    const before = asked().length;
    const other = await pipe(piped, { cwd: folder, input: input.replace('a', 'z') });
    expect([other.exitCode, asked().length]).toEqual([2, before]);
    expect(other.stderr).toContain('this is not the input that the run was begun with');
    expect((await pipe(piped, { cwd: folder, input })).exitCode).toBe(0);
    expect(asked().slice(before)).toEqual(['Hello c', 'Then [Hello c]']);
  });

  it('goes on with it, tells what is done, and writes its rows again', async () => {
    const broken = new Set(['Hello a']);
    const { folder, run, asked } = await project(broken);
    const command = [...fresh, '--run-dir', 'r', '--output', 'out.jsonl'];
    expect((await run(...command)).exitCode).toBe(1);
    broken.clear();
    expect((await run(...command)).exitCode).toBe(0);
    const calls = asked().length;
    const whole = readFileSync(join(folder, 'out.jsonl'), 'utf8');
    rmSync(join(folder, 'out.jsonl'));
    expect((await run(...command)).exitCode).toBe(0);
    expect([readFileSync(join(folder, 'out.jsonl'), 'utf8'), asked().length]).toEqual([whole, calls]);
    const { stdout } = await run(...fresh, '--run-dir', 'r', '--output', '-');
    expect([stdout, asked().length]).toEqual([whole, calls]);
  });

  it('is refused for another run', async () => {
    const { run } = await project();
    await run(...fresh, '--run-dir', 'r');
    const { exitCode, stderr } = await run(...fresh, '--run-dir', 'r', '--var', 'greeting=Hi');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the run in r was begun');
    expect(stderr).not.toContain('--force');
    expect(stderr).toContain('the variable `greeting` is not what it was');
  });

  it('keeps simulated answers and real ones apart', async () => {
    const { run } = await project();
    await run(...fresh, '--run-dir', 'r', '--simulate');
    const { exitCode, stderr } = await run(...fresh, '--run-dir', 'r');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('its answers were simulated, and these would be real');
  });
});

describe('the cache', () => {
  it('answers what was asked before, at no cost, and asks again only what an edit touches', async () => {
    const { folder, run, asked } = await project();
    const command = ['run', 'p.yaml', '--input', 'rows.jsonl', '--format', 'json'] as const;
    await run(...command);
    expect(asked()).toHaveLength(8);
    const second = JSON.parse((await run(...command)).stdout) as object;
    expect(asked()).toHaveLength(8);
    expect(second).toMatchObject({ cost_usd: 0, usage: { total: { requests: 0, cached_requests: 8 } } });
    const file = join(folder, 'p.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Then {{', 'And {{'));
    await run(...command);
    expect(asked().slice(8).sort()).toEqual(['a', 'b', 'c', 'd'].map((id) => `And [Hello ${id}]`));
  });

  it.each<[string, readonly string[]]>([
    ['a run without one', ['--no-cache']],
    ['a pipeline without one', ['--set', 'cache=false']],
    ['a simulated run', ['--simulate']],
  ])('is neither read nor written by %s', async (_what, flags) => {
    const { folder, run } = await project();
    await run('run', 'p.yaml', '--input', 'rows.jsonl', ...flags);
    expect(existsSync(join(folder, '.pipe'))).toBe(false);
  });

  it('keeps no answer of a step that failed', async () => {
    const { folder, run, asked, server } = await project();
    server.answer = (call) => call.reply({ content: 'half', finish_reason: 'length' });
    const file = join(folder, 'p.yaml');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(
        '  two: { type: chat, prompt: "Then {{steps.one.output}}" }',
        '  two: { type: structured, method: json_schema, schema: { type: object }, prompt: "Then {{steps.one.output}}" }',
      ),
    );
    await run('run', 'p.yaml', '--input', 'rows.jsonl', '--limit', '1');
    await run('run', 'p.yaml', '--input', 'rows.jsonl', '--limit', '1');
    expect(asked()).toEqual(['Hello a', 'Then half', 'Then half']);
  });
});

describe('the budget', () => {
  it('stops a run before it is overshot, and a larger one finishes it', async () => {
    const { folder, run, asked } = await project();
    const tight = await run(...fresh, '--run-dir', 'r', '--concurrency', '1', '--budget-usd', '0.00024');
    expect(tight.exitCode).toBe(4);
    const report = JSON.parse(readFileSync(join(folder, 'r/run.json'), 'utf8')) as {
      readonly state: string;
      readonly budget: { readonly usd: { readonly limit: number; readonly spent: number } };
    };
    expect(report).toMatchObject({ state: 'stopped', reason: { kind: 'budget', code: 'budget_spent' } });
    expect(report.budget.usd.spent).toBeLessThanOrEqual(report.budget.usd.limit);
    const before = asked().length;
    expect(before).toBeLessThan(8);
    expect((await run('resume', 'r', '--budget-usd', '1')).exitCode).toBe(0);
    expect(asked()).toHaveLength(8);
  });

  it('that is too small for any call is followed by one with which the run gets on', async () => {
    const { folder, run, asked } = await project();
    const tight = [...fresh, '--run-dir', 'r', '--budget-usd', '0.0000001'];
    const stopped = await pipe(tight, { cwd: folder, env: { npm_command: 'exec' } });
    const counted = () =>
      JSON.parse(readFileSync(join(folder, 'r/usage.json'), 'utf8')) as {
        readonly total: { readonly records: number };
      };
    expect([stopped.exitCode, asked(), counted().total.records]).toEqual([4, [], 0]);
    const next = /^ {2}npx pipe resume r --budget-usd (0\.0\d+)$/m.exec(stopped.stderr);
    await run('resume', 'r', '--budget-usd', next?.[1] ?? '');
    expect(asked()).not.toEqual([]);
    await run('resume', 'r', '--budget-usd', '1');
    expect(counted().total.records).toBe(4);
  });

  it('in dollars needs a price', async () => {
    const { run, asked } = await project();
    const { exitCode, stderr } = await run(...fresh, '--budget-usd', '1', '--model', 'ft:ours');
    expect([exitCode, asked().length]).toEqual([2, 0]);
    expect(stderr).toContain('ft:ours');
    expect(stderr).toContain('prices');
  });
});

describe('runs of one folder', () => {
  it('are named by their time, so that the newest is found whatever else is there', async () => {
    const { folder, run } = await project(new Set(['Hello a']));
    await run(...fresh);
    const [name = ''] = readdirSync(join(folder, 'runs'));
    expect((await run('resume', name)).exitCode).toBe(1);
    const { stderr } = await run('resume', `${name.slice(0, -1)}x`);
    expect(stderr).toContain(`did you mean \`${name}\`?`);
  });
});
