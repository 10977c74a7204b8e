import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { command } from './command.ts';

describe('wrong usage', () => {
  it.each<[readonly string[], string]>([
    [['run', 'x.yaml'], '(give the rows: --input rows.csv, or --input - where they come by standard input)'],
    [['plan', 'x.yaml'], '(give the rows: --input rows.csv, or --input - where they come by standard input)'],
    [['run', 'x.yaml', 'rows.csv'], '(did you mean --input rows.csv?)'],
    [['run', 'x.yaml', '-i', 'rows.csv'], '(did you mean --input?)'],
    [
      ['run', 'x.yaml', '--input', '--simulate', 'rows.csv'],
      '(--input has no value: the next word is --simulate)',
    ],
    [
      ['run', 'x.yaml', '--input', 'rows.csv', 'more.csv'],
      '(--input takes one file: join the rows into one, or run each file by itself)',
    ],
    [['merge', 'one', 'two', '-o', 'all.csv'], '(did you mean --output?)'],
    [['run', '--input', 'rows.csv'], '(give <file>: the pipeline file)'],
    [['check'], '(give <file>: pipeline files, or their files of tests)'],
    [['diff', 'one'], '(give <after>: the run or file of rows that it is compared with)'],
    [['completion'], '(give <shell>: bash, zsh, fish)'],
    [
      ['run', 'x.yaml', '--input', 'rows.csv', '--dry-run'],
      '(pipe plan tells what a run would ask and cost, pipe render the requests; --simulate runs without a model)',
    ],
  ])('pipe %j is answered with what was meant', async (words, hint) => {
    const { code, stderr } = await command(temporaryFolder(), words);
    expect(code).toBe(2);
    expect(stderr.split('\n')).toContain(hint);
  });

  it.each<[readonly string[]]>([[['lock', 'x.yaml', '-o', 'x']], [['run', 'x.yaml', '-z']]])(
    'pipe %j is not answered with a guess',
    async (words) => {
      const { stderr } = await command(temporaryFolder(), words);
      expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    },
  );
});
