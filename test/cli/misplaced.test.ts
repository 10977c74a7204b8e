import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { misplacedStart, upToUnknown } from '../../src/cli/misplaced.ts';
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

it.each([
  [['help', 'rum'], ['rum']],
  [['rum', '--help'], ['rum']],
  [['rum', 'x.yaml', '-h'], ['rum']],
  [['--help', 'rum'], ['rum']],
  [
    ['help', 'cache', 'claer'],
    ['cache', 'claer'],
  ],
  [
    ['cache', 'claer', '--help'],
    ['cache', 'claer'],
  ],
])('has Commander tell of the command that is none in pipe %j', (words, told) => {
  expect(upToUnknown(program, words)).toEqual(told);
});

it.each([
  [['help']],
  [['--help']],
  [['help', 'help']],
  [['help', 'run']],
  [['help', 'cache', 'clear']],
  [['help', 'completion', 'fihs']],
  [['run', 'rum', '--help']],
  [['--inptu', '--help']],
  [['rum']],
])('has it print the help that is asked for in pipe %j', (words) => {
  expect(upToUnknown(program, words)).toBeUndefined();
});
