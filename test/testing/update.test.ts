import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseYaml } from '../../src/diagnostic/yaml-source.ts';
import type { JsonValue } from '../../src/json/json.ts';
import { updateText } from '../../src/testing/update.ts';

/** A file in which the value under `equals` of the only assertion is this. */
function fileWith(value: string, before = '    # before\n', after = ' # after'): string {
  return `version: 1\ntests:\n  - name: one # a note\n    input: {a: 1}\n${before}    assert:\n      - path: output.a\n        equals: ${value}${after}\n      - {path: output.b, equals: two}\n`;
}

const pointer = ['tests', 0, 'assert', 0, 'equals'];

function updated(text: string, value: JsonValue, at: readonly (string | number)[] = pointer) {
  const { source } = parseYaml('t.test.yaml', text);
  return updateText(text, [{ place: { source, pointer: at }, value }]);
}

describe('updating what `equals` expects', () => {
  it.each<[string, JsonValue, string]>([
    ['old', 'new', 'new'],
    ['old', 'a, b: {c}', "'a, b: {c}'"],
    ['old', 'true', "'true'"],
    ['old', ' padded ', "' padded '"],
    ['old', "it's", "it's"],
    ['old', 'two\nlines', '"two\\nlines"'],
    ['old', '\u001b[31m', '"\\u001b[31m"'],
    ['old', '', "''"],
    ['old', '# no comment', "'# no comment'"],
    ["'old'", "it's new", "'it''s new'"],
    ['"old"', 'new', '"new"'],
    ['old', 5, '5'],
    ['5', 'five', 'five'],
    ['old', null, 'null'],
    ['{a: 1}', { a: [1, 'b, c'] }, '{ a: [ 1, "b, c" ] }'],
    ['[1, 2]', [], '[]'],
  ])('puts %j for %j as %s and leaves all else', (old, value, written) => {
    const result = updated(fileWith(old), value);
    expect(result.refusals).toEqual([]);
    expect(result.text).toBe(fileWith(written));
  });

  it('replaces a block by a text on its line', () => {
    const result = updated(fileWith('|\n          one\n          two', '', ''), 'one line');
    expect(result.text).toBe(fileWith("'one line'", '', ''));
  });

  it('replaces a map over several lines', () => {
    const result = updated(fileWith('\n          a: 1\n          b: 2', '', ''), { a: 2 });
    expect(result.text).toBe(fileWith('\n          { a: 2 }', '', ''));
  });

  it('writes inside of a flow map', () => {
    const result = updated(fileWith('old'), 'c, d}', ['tests', 0, 'assert', 1, 'equals']);
    expect(result.text).toBe(fileWith('old').replace('equals: two', "equals: 'c, d}'"));
  });

  it('keeps Windows line ends', () => {
    const text = fileWith('old').replaceAll('\n', '\r\n');
    expect(updated(text, 'new').text).toBe(text.replace('equals: old', 'equals: new'));
  });

  it.each([
    ['an alias', '*shared', 'x-shared: &shared old\n'],
    ['an anchor', '&shared old', ''],
  ])('refuses %s, whose value stands in other places too', (_name, value, head) => {
    const text = `${head}${fileWith(value)}`;
    const result = updated(text, 'new');
    expect(result.text).toBe(text);
    expect(result.refusals.map(({ why }) => why)).toEqual(['other places share its value']);
  });

  it('refuses what a merge key brings in', () => {
    const text = 'x-a: &a {path: output.a, equals: old}\ntests: [{assert: [{<<: *a}]}]\n';
    expect(updated(text, 'new')).toMatchObject({ text, done: [] });
  });

  it('writes several values, each where it was', () => {
    const text = fileWith('old');
    const { source } = parseYaml('t.test.yaml', text);
    const places = [0, 1].map((at) => ({ source, pointer: ['tests', 0, 'assert', at, 'equals'] }));
    const result = updateText(
      text,
      places.map((place, at) => ({ place, value: `a much longer value ${at}` })),
    );
    const said = parse(result.text) as { tests: [{ assert: { equals: string }[] }] };
    expect(said.tests[0].assert.map(({ equals }) => equals)).toEqual([
      'a much longer value 0',
      'a much longer value 1',
    ]);
  });
});
