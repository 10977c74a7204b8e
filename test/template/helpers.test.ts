import { describe, expect, test } from 'vitest';
import { blockReference } from '../../src/template/blocks.ts';
import { helperReference } from '../../src/template/helpers.ts';
import { evaluated, line, problemsOf } from './support.ts';

const scope = {
  text: ' Ab😀c ',
  word: 'héllo',
  one: 1,
  two: 2,
  zero: 0,
  yes: true,
  no: false,
  nothing: null,
  empty: '',
  list: ['a', 1, true, null, { b: [2] }],
  none: [],
  object: { a: 1, b: { c: [1, 2] } },
  same: { b: { c: [1, 2] }, a: 1 },
  more: { a: 1, b: { c: [1, 2, 3] } },
};

describe('values', () => {
  test.each<[string, unknown]>([
    ['{{eq one 1}}', true],
    ['{{eq one "1"}}', false],
    ['{{eq zero no}}', false],
    ['{{eq nothing empty}}', false],
    ['{{eq nothing null}}', true],
    ['{{eq object same}}', true],
    ['{{eq object more}}', false],
    ['{{eq list list}}', true],
    ['{{eq list none}}', false],
    ['{{eq none object}}', false],
    ['{{eq none nothing}}', false],
    ['{{ne one 2}}', true],
    ['{{ne word "héllo"}}', false],
    ['{{ne object more}}', true],
    ['{{gt two one}}', true],
    ['{{gt one one}}', false],
    ['{{gt "b" "a"}}', true],
    ['{{gt "10" "9"}}', false],
    ['{{lt one 1.5}}', true],
    ['{{lt -1 zero}}', true],
    ['{{lt "2024-02-01" "2024-10-01"}}', true],
    ['{{and one yes word}}', true],
    ['{{and one zero}}', false],
    ['{{and object none}}', false],
    ['{{or zero no}}', false],
    ['{{or zero nothing empty none word}}', true],
    ['{{not zero}}', true],
    ['{{not none}}', true],
    ['{{not object}}', false],
    ['{{not word}}', false],
    ['{{json text}}', '" Ab😀c "'],
    ['{{json nothing}}', 'null'],
    ['{{json object}}', '{"a":1,"b":{"c":[1,2]}}'],
    ['{{json "a\\"b"}}', '"a\\"b"'],
    ['{{join list}}', 'a, 1, true, , {"b":[2]}'],
    ['{{join list " | "}}', 'a | 1 | true |  | {"b":[2]}'],
    ['{{join none}}', ''],
    ['{{join list ""}}', 'a1true{"b":[2]}'],
    ['{{lower "ÀB"}}', 'àb'],
    ['{{upper word}}', 'HÉLLO'],
    ['{{upper "straße"}}', 'STRASSE'],
    ['{{trim text}}', 'Ab😀c'],
    ['{{trim "\u00a0 a\n"}}', 'a'],
    ['{{default nope "x"}}', 'x'],
    ['{{default nothing "x"}}', 'x'],
    ['{{default empty "x"}}', 'x'],
    ['{{default no "x"}}', false],
    ['{{default zero "x"}}', 0],
    ['{{default none "x"}}', []],
    ['{{default nope null}}', null],
    ['{{default object.b.c "x"}}', [1, 2]],
    ['{{length text}}', 6],
    ['{{length empty}}', 0],
    ['{{length list}}', 5],
    ['{{truncate text 4}}', ' Ab😀'],
    ['{{truncate text 0}}', ''],
    ['{{truncate text 100}}', ' Ab😀c '],
    ['{{truncate (upper (trim text)) 2}}', 'AB'],
  ])('%s gives %j', (template, value) => {
    expect(evaluated(template, scope)).toEqual(value);
  });

  test('a text is never cut inside a character', () => {
    const lone = { text: '\ud83d😀\ude00x' };
    expect(evaluated('{{length text}}', lone)).toBe(4);
    expect(evaluated('{{truncate text 2}}', lone)).toBe('\ud83d😀');
  });
});

describe('arguments of the wrong kind', () => {
  test.each([
    ['{{gt one word}}', '`gt` compares two numbers or two texts, but `one` is a number and `word` is text'],
    ['{{lt nothing one}}', '`lt` needs a number or text, but `nothing` is null'],
    ['{{gt list one}}', '`gt` needs a number or text, but `list` is a list'],
    ['{{gt yes no}}', '`gt` needs a number or text, but `yes` is true or false'],
    ['{{upper one}}', '`upper` needs text, but `one` is a number'],
    ['{{lower nothing}}', '`lower` needs text, but `nothing` is null'],
    ['{{trim list}}', '`trim` needs text, but `list` is a list'],
    ['{{join word}}', '`join` needs a list, but `word` is text'],
    ['{{join list one}}', '`join` needs text, but `one` is a number'],
    ['{{length object}}', '`length` needs text or a list, but `object` is an object'],
    ['{{length one}}', '`length` needs text or a list, but `one` is a number'],
    ['{{truncate one 1}}', '`truncate` needs text, but `one` is a number'],
    ['{{truncate word word}}', '`truncate` needs a number, but `word` is text'],
    [
      '{{truncate word (default nope -1)}}',
      '`truncate` needs a whole number from 0, but the result of `default` is -1',
    ],
    [
      '{{truncate word (default nope 1.5)}}',
      '`truncate` needs a whole number from 0, but the result of `default` is 1.5',
    ],
    ['{{upper (eq one one)}}', '`upper` needs text, but the result of `eq` is true or false'],
  ])('%s', (template, message) => {
    expect(evaluated(template, scope)).toBe(`bad_argument: ${message}`);
  });
});

describe('what is told without a record', () => {
  test.each([
    ['{{eq one}}', 'wrong-arguments "{{eq one}}": `eq` takes 2 arguments, not 1 | write (eq value value)'],
    [
      '{{eq a b c}}',
      'wrong-arguments "{{eq a b c}}": `eq` takes 2 arguments, not 3 | write (eq value value)',
    ],
    [
      '{{and a}}',
      'wrong-arguments "{{and a}}": `and` takes 2 or more arguments, not 1 | write (and value value …)',
    ],
    ['{{not}}', 'wrong-arguments "{{not}}": `not` takes 1 argument, not 0 | write (not value)'],
    [
      '{{join a b c}}',
      'wrong-arguments "{{join a b c}}": `join` takes 1 or 2 arguments, not 3 | write (join list [separator])',
    ],
    [
      '{{join}}',
      'wrong-arguments "{{join}}": `join` takes 1 or 2 arguments, not 0 | write (join list [separator])',
    ],
    [
      '{{default a}}',
      'wrong-arguments "{{default a}}": `default` takes 2 arguments, not 1 | write (default value fallback)',
    ],
    [
      '{{json (truncate a)}}',
      'wrong-arguments "(truncate a)": `truncate` takes 2 arguments, not 1 | write (truncate text count)',
    ],
    [
      '{{truncate a "5"}}',
      'bad-argument "\\"5\\"": `truncate` needs a whole number from 0 as its count, not "5"',
    ],
    ['{{truncate a -5}}', 'bad-argument "-5": `truncate` needs a whole number from 0 as its count, not -5'],
    ['{{upper 5}}', 'bad-argument "5": `upper` needs text, not 5'],
    ['{{join "abc"}}', 'bad-argument "\\"abc\\"": `join` needs a list, not "abc"'],
    ['{{gt a true}}', 'bad-argument "true": `gt` needs a number or text, not true'],
    ['{{length null}}', 'bad-argument "null": `length` needs text or a list, not null'],
  ])('%s', (template, expected) => {
    expect(problemsOf(template).map((problem) => line(problem, template))).toEqual([expected]);
  });
});

test('the reference names every helper of the contract, and no other', () => {
  const names = 'eq ne gt lt and or not json join lower upper trim default length truncate'.split(' ');
  expect(helperReference.map(({ name }) => name)).toEqual(names);
  for (const { name, signature, description } of helperReference) {
    expect(signature.split(' ')[0]).toBe(name);
    expect(description).toMatch(/\.$/u);
  }
});

test('the reference names every block, with a form of it that is sound', () => {
  expect(blockReference.map(({ name }) => name)).toEqual(['if', 'unless', 'each', 'with']);
  for (const { signature } of blockReference) expect(problemsOf(signature)).toEqual([]);
});
