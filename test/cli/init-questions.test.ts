import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { runInProcess } from '../support/in-process.ts';
import { root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { emitOnceHeard } from '../support/in-process.ts';
import { controlC, controlD, typedOnTerminal } from '../support/questioned.ts';

const rows = 'id,comment,shop\n1,"It came early, thanks","Rome"\n2,"Charged twice","Paris"\n';

/** A folder with the rows. */
function folder(): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'rows.csv'), rows);
  return cwd;
}

describe('pipe init on a terminal', () => {
  it('asks what is open, once more where an answer will not do, and writes what was answered', async () => {
    const cwd = folder();
    const keys = ['none.csv\r', '\r', 'clasify\r', 'classify\r', 'shop\r', ' , \r', 'good, bad\r', '\r'];
    const { exitCode, stdout, screen } = await typedOnTerminal(cwd, ['init'], keys);
    expect({ exitCode, stdout }, screen).toEqual({ exitCode: 0, stdout: '' });
    expectGolden(join(root, 'test/cli/golden/init-asked.txt'), screen);
    const written = readFileSync(join(cwd, 'rows.yaml'), 'utf8');
    expect(written).toContain("prompt: '{{input.shop}}'");
    expect(written).toContain('enum: [good, bad]');
    expect((await runInProcess(cwd, ['test', join(cwd, 'rows.yaml')])).exitCode).toBe(0);
  });

  it('goes back, explains, and says what was meant', async () => {
    const cwd = folder();
    const answers = [
      'back',
      '',
      '?',
      'sumarize',
      'classify',
      'coment',
      'shop',
      'x, x',
      'x, "y, z"',
      'back',
      'back',
    ];
    const again = ['comment', '', 'mistral-smal', '?', 'mistral-smal'];
    const keys = [...answers, ...again].map((answer) => `${answer}\r`);
    const { exitCode, screen } = await typedOnTerminal(cwd, ['init'], keys);
    expectGolden(join(root, 'test/cli/golden/init-back.txt'), screen);
    expect(screen.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(exitCode).toBe(0);
    const written = readFileSync(join(cwd, 'rows.yaml'), 'utf8');
    expect(written).toContain("prompt: '{{input.comment}}'");
    expect(written).toContain('enum: [x, "y, z"]');
    expect(written).toContain('name: mistral-smal\n');
  });

  it('asks for another name as soon as it knows that files stand, and loses no answer', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'rows.yaml'), 'mine');
    writeFileSync(join(cwd, 'rows-2.test.yaml'), 'mine too');
    const flags = ['--task', 'chat', '--text', 'comment', '--model', 'm'];
    const keys = ['\r', 'rows\r', 'a.test\r', 'back\r', '\r', '?\r', '\r'];
    const { exitCode, screen } = await typedOnTerminal(cwd, ['init', ...flags], keys);
    expect(exitCode, screen).toBe(0);
    expectGolden(join(root, 'test/cli/golden/init-standing.txt'), screen);
    expect(readFileSync(join(cwd, 'rows.yaml'), 'utf8')).toBe('mine');
    expect(readFileSync(join(cwd, 'rows-3.yaml'), 'utf8')).toContain('name: rows-3\n');

    const named = await typedOnTerminal(cwd, ['init', 'rows.yaml', '--input', 'rows.csv', ...flags], ['\r']);
    expect(named.screen).toContain('Another name for the pipeline [rows-4.yaml]: ');
    const forced = await typedOnTerminal(cwd, ['init', '--force', ...flags], ['\r']);
    expect(forced.exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'rows.yaml'), 'utf8')).toContain('name: rows\n');
  });

  it('takes no list for the name of a model, as one answer too late types it', async () => {
    const cwd = folder();
    const flags = ['--input', 'rows.csv', '--task', 'chat', '--text', 'comment'];
    const { exitCode, screen } = await typedOnTerminal(cwd, ['init', ...flags], ['praise,other\r', '\r']);
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain('the name of a model has neither spaces nor commas');
    expect(readFileSync(join(cwd, 'rows.yaml'), 'utf8')).toContain('name: mistral-small-latest\n');
  });

  it('asks nothing that a flag has answered, and nothing at all with --yes', async () => {
    const flags = ['--task', 'translate', '--language', 'German', '--text', 'comment', '--model', 'm'];
    const few = await typedOnTerminal(folder(), ['init', ...flags], ['\r']);
    expect(few.exitCode).toBe(0);
    expect(few.screen.match(/\]: /g)).toHaveLength(1);
    const none = await typedOnTerminal(folder(), ['init', '--yes'], []);
    expect(none.exitCode).toBe(0);
    expect(none.screen).not.toContain(']: ');
  });

  it.each([
    ['Ctrl-C at once', [controlC]],
    ['Ctrl-D at once', [controlD]],
    ['Ctrl-C at the last question', ['\r', '\r', '\r', '\r', controlC]],
    ['Ctrl-C after a word', ['\r', `cla${controlC}`]],
  ])('writes nothing after %s', async (_, keys) => {
    const cwd = folder();
    const { exitCode, screen } = await typedOnTerminal(cwd, ['init'], keys);
    expect(exitCode).toBe(130);
    expect(screen).toMatch(/\nbroken off: nothing was written\n$/);
    expect(readdirSync(cwd)).toEqual(['rows.csv']);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('writes nothing after %s', async (signal) => {
    const cwd = folder();
    emitOnceHeard(signal);
    const { exitCode, screen } = await typedOnTerminal(cwd, ['init'], ['']);
    expect(exitCode).toBe(130);
    expect(screen).toMatch(/\nbroken off: nothing was written\n$/);
    expect(readdirSync(cwd)).toEqual(['rows.csv']);
    expect(process.listenerCount(signal)).toBe(0);
  });

  it('leaves nothing behind that would keep the process waiting for keys', async () => {
    const before = process.listenerCount('SIGINT');
    await typedOnTerminal(folder(), ['init'], ['\r', '\r', '\r', '\r', '\r']);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
