import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { misplacedStart } from '../../src/cli/misplaced.ts';
import { buildProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { root } from '../support/pipe.ts';

const terminal = {
  cwd: root,
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: {},
} as unknown as Terminal;
const program = buildProgram(terminal, () => undefined);

it.each([
  [['translate.yaml'], 'did you mean `pipe run translate.yaml --input <rows>`?'],
  [['translate.yaml', '--input', 'x.csv'], 'did you mean `pipe run translate.yaml --input x.csv`?'],
  [['--input', 'x.csv'], 'did you mean `pipe run … --input x.csv`?'],
  [['--limit', '3', 'render', 'x.yaml'], 'did you mean `pipe render --limit 3 x.yaml`?'],
  [['--inptu', 'x.csv'], 'did you mean `--input`?'],
])('tells what was meant by pipe %j', async (words, hint) => {
  expect((await misplacedStart(program, words, root))?.hint).toBe(hint);
});

it.each([[[]], [['run', 'x.yaml']], [['--help']], [['--version']], [['rum']], [['help', 'run']]])(
  'leaves pipe %j alone',
  async (words) => {
    expect(await misplacedStart(program, words, root)).toBeUndefined();
  },
);
