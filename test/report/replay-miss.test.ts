import { describe, expect, it } from 'vitest';
import { diffWords } from '../../src/difference/words.ts';
import { paintFor } from '../../src/report/output.ts';
import { recordingInWords, replayInWords, unusedInWords } from '../../src/report/recordings.ts';
import { missKind, missLines, missTitle } from '../../src/report/replay-miss.ts';
import type { ReplayMiss } from '../../src/run/recordings/miss.ts';

const plain = paintFor({ color: false });
const place = { path: '/project/p.yaml', line: 8, column: 13 };
const near = (what: string, before: string, after: string): NonNullable<ReplayMiss['nearest']> => ({
  path: '/project/r.jsonl',
  line: 3,
  differences: [{ what, words: diffWords(before, after) }],
});

const lines = (miss: ReplayMiss) => missLines(miss, { paint: plain, cwd: '/project' });

describe('a miss', () => {
  it('tells where the request is written, what was recorded, and the words between the two', () => {
    const miss: ReplayMiss = { step: 'say', place, nearest: near('the user message', 'Say it', 'Sing it') };
    expect(missTitle(miss)).toBe('this request of step `say` was never recorded');
    expect(lines(miss)).toEqual([
      'p.yaml:8:13  differs from r.jsonl:3, the nearest, in',
      '  the user message: [-Say-]{+Sing+} it',
    ]);
  });

  it('stands in several lines where the text does, and not in too many', () => {
    const text = (word: string) => `${word}\nand\nmore`;
    expect(lines({ step: 'say', place, nearest: near('the user message', text('a'), text('b')) })).toEqual([
      'p.yaml:8:13  differs from r.jsonl:3, the nearest, in',
      '  the user message:',
      '    [-a-]{+b+}',
      '    and',
      '    more',
    ]);
    const long = 'line\n'.repeat(100);
    expect(lines({ step: 'say', nearest: near('the user message', '', long) }).at(-1)).toBe(
      '    and 85 more lines',
    );
  });

  it('is painted where colours are wanted, line by line', () => {
    const [, told] = missLines(
      { step: 'say', nearest: near('the user message', 'a', 'b') },
      { paint: paintFor({ color: true }) },
    );
    expect(told).toBe('  the user message: \u001b[31m[-a-]\u001b[39m\u001b[32m{+b+}\u001b[39m');
  });

  it('acts on no terminal by what a model or a record has written', () => {
    const [, told] = lines({ step: 'say', nearest: near('the user message', 'a', 'a \u001b[2J\u009b') });
    expect(told).toBe(String.raw`  the user message: a{+ \x1b[2J\x9b+}`);
  });

  it('says so where nothing was recorded of the step, or nothing shows the difference', () => {
    expect(lines({ step: 'say', place })).toEqual(['p.yaml:8:13  no request of the step is recorded']);
    expect(lines({ step: 'say', tool: 'convert' })).toEqual(['no call of it is recorded']);
    const unseen = { path: '/project/r.jsonl', line: 3, differences: [] };
    expect(lines({ step: 'say', place, nearest: unseen })[1]).toContain('shows no difference');
    expect(lines({ step: 'say', tool: 'convert', nearest: unseen })[1]).toContain(
      'the tool itself is another',
    );
  });

  it('is of one kind with another that the same edit has made', () => {
    const miss = (record: string, word: string): ReplayMiss => ({
      step: 'say',
      place,
      nearest: near('the user message', `Say ${record}`, `${word} ${record}`),
    });
    expect(missKind(miss('one', 'Sing'))).toBe(missKind(miss('two', 'Sing')));
    expect(missKind(miss('one', 'Sing'))).not.toBe(missKind(miss('one', 'Shout')));
  });
});

describe('the summary', () => {
  it('says what a recording has now', () => {
    const change = { path: 'r.jsonl', added: 3, replaced: 1, kept: 1200, dropped: 2 };
    expect(recordingInWords(change)).toBe(
      'r.jsonl has 1,204 entries: 3 added, 1 replaced, 1,200 kept, 2 dropped',
    );
    const nothing = { path: 'r.jsonl', added: 0, replaced: 0, kept: 0, dropped: 0 };
    expect(recordingInWords(nothing)).toBe('nothing was asked, so nothing is recorded');
  });

  it('says that nothing is paid, and what was made up', () => {
    expect(replayInWords()).toBe('no model was asked: tokens and cost are those of the recording');
    expect(replayInWords({ simulated: 2 })).toContain('the simulator had made up 2 answers of it');
  });

  it('counts what was not used, or lists it by step', () => {
    const entry = (step: string, line: number) => ({ type: 'answer', step, path: 'r.jsonl', line }) as const;
    const unused = [...Array.from({ length: 7 }, (_, at) => entry('one', at + 1)), entry('two', 9)];
    expect(unusedInWords(null, true)).toEqual([]);
    expect(unusedInWords([], true)).toEqual([]);
    expect(unusedInWords([entry('one', 1)], false)).toEqual([
      '1 recorded entry was not used: record again to drop it',
    ]);
    expect(unusedInWords(unused, true)).toEqual([
      '8 recorded entries were not used: record again to drop them',
      'one: r.jsonl:1, r.jsonl:2, r.jsonl:3, r.jsonl:4, r.jsonl:5 and 2 more',
      'two: r.jsonl:9',
    ]);
  });
});

describe('a miss in a file with a long path', () => {
  it('is told in lines that fit a terminal', () => {
    const path = '/project/pipelines/of/a/team/translate-and-classify.recording.jsonl';
    const nearest = { ...near('the user message', 'a', 'b'), path };
    const told = lines({ step: 'say', place, nearest });
    expect(told.length).toBeGreaterThan(2);
    expect(told.filter((line) => line.length > 78)).toEqual([]);
  });
});
