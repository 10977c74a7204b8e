import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionScript } from '../../src/cli/completion/scripts.ts';
import { typedWords, unquoted } from '../../src/cli/completion/words.ts';
import { expectGolden } from '../support/golden.ts';
import { runInProcess } from '../support/in-process.ts';
import { command, root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function project(): string {
  const cwd = temporaryFolder();
  const steps = 'steps: {first: {type: chat, prompt: x}, second: {type: chat, prompt: y}}\n';
  writeFileSync(join(cwd, 'a.yaml'), `version: 1\nvars: {language: x}\n${steps}`);
  for (const name of ['rows.csv', 'with space.csv', '$(touch pwned).csv', "it's.csv", 'notes.txt'])
    writeFileSync(join(cwd, name), '');
  mkdirSync(join(cwd, 'data'));
  mkdirSync(join(cwd, 'runs/a-20260101T000000Z-0a1b'), { recursive: true });
  return cwd;
}

async function candidates(cwd: string, ...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runInProcess(cwd, ['__complete', 'zsh', '--', ...words]);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0] ?? '');
}

describe('what is completed', () => {
  it.each([
    [['ru'], ['run', 'runs']],
    [
      ['cache', ''],
      ['stats', 'clear', 'help'],
    ],
    [['help', 'do'], ['doctor']],
    [
      ['run', ''],
      ['a.yaml', 'data/', 'runs/'],
    ],
    [
      ['run', 'a.yaml', '--inp'],
      ['--input', '--input-format'],
    ],
    [['run', 'a.yaml', '--input', 'ro'], ['rows.csv']],
    [['run', 'a.yaml', '--input=ro'], ['--input=rows.csv']],
    [
      ['render', 'a.yaml', '--step', ''],
      ['first', 'second'],
    ],
    [['run', 'a.yaml', '--var', ''], ['language=']],
    [
      ['check', 'a.yaml', '--format', ''],
      ['text', 'json', 'github', 'sarif'],
    ],
    [['resume', 'a'], ['a-20260101T000000Z-0a1b']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['run', 'nothing/there/'], []],
    [['unknown', ''], []],
  ])('%j', async (words, expected) => {
    expect(await candidates(project(), ...words)).toEqual(expected);
  });

  it('reads words as bash would, and evaluates nothing', () => {
    expect(unquoted(String.raw`with\ sp`)).toBe('with sp');
    expect(unquoted(`"with sp`)).toBe('with sp');
    expect(unquoted("'$(x)`y`")).toBe('$(x)`y`');
    expect(typedWords('bash', ['run', '--input', '=', 'ro'])).toEqual({
      before: ['run', '--input'],
      current: 'ro',
      prefix: '',
    });
  });
});

describe('the scripts', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('of %s', (shell) => {
    expect(completionScript(shell, ['node'])).toContain('__complete');
    expectGolden(
      join(root, `test/cli/golden/completion.${shell}`),
      completionScript(shell, ['/usr/bin/node', "/it's/pipe.js"]),
    );
  });

  it('completes in a real bash, odd names too, and runs none of them', () => {
    const cwd = project();
    const script = completionScript('bash', [process.execPath, command]);
    const program = `${script}
COMP_WORDS=(pipe run a.yaml --input ''); COMP_CWORD=4; _pipe_complete
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const printed = execFileSync('bash', ['--norc', '-c', program], { cwd, encoding: 'utf8' });
    expect(printed.split('\n').slice(0, -1).toSorted()).toEqual(
      // The slash of a folder comes from readline.
      ['$(touch pwned).csv', "it's.csv", 'rows.csv', 'with space.csv', 'data', 'runs'].toSorted(),
    );
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
  });
});
