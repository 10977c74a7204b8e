import { describe, expect, it } from 'vitest';
import { listText, parseList } from '../../src/starter/list.ts';

describe('a list as it is typed', () => {
  it.each([
    ['a,b', ['a', 'b']],
    [' a b ,  c', ['a b', 'c']],
    ['a,"b, c"', ['a', 'b, c']],
    ['"say ""hi""" , b', ['say "hi"', 'b']],
    ['5" disk, tape', ['5" disk', 'tape']],
    ['one', ['one']],
  ])('reads %s, and can be typed as it is shown', (text, items) => {
    expect(parseList(text, 'label')).toEqual({ ok: true, value: items });
    expect(parseList(listText(items), 'label')).toEqual({ ok: true, value: items });
  });

  it.each([
    ['', 'it names no label'],
    [' , ', 'it names no label'],
    ['a,,b', 'a label is empty: a comma stands between two of them only'],
    ['a,b,', 'a label is empty: a comma stands between two of them only'],
    ['a,""', 'a label is empty: a comma stands between two of them only'],
    ['a, b,a', 'the label `a` stands there twice'],
    ['a,"b, c', 'a quote opens at `"b, c` and does not close before a comma'],
    ['"a" b, c', 'a quote opens at `"a" b, c` and does not close before a comma'],
  ])('refuses %j', (text, why) => {
    expect(parseList(text, 'label')).toEqual({ ok: false, error: why });
  });

  it('refuses two that come to the same', () => {
    expect(parseList('a b, a-b', 'fact', (text) => text.replace(/\W/, '_'))).toEqual({
      ok: false,
      error: '`a b` and `a-b` come to the same fact',
    });
  });
});
