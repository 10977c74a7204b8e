import { describe, expect, test } from 'vitest';
import { compiled, evaluated, rendered } from './support.ts';

const order = { id: 'A1', lines: [1, 2] };
const scope = { input: { count: 3, yes: true, text: 'hi', nothing: null, order, flag: 'false' } };

describe('a template that is one expression keeps the type of its value', () => {
  test.each([
    ['{{input.count}}', 3],
    ['{{ input.yes }}', true],
    ['{{~input.count~}}', 3],
    ['{{{input.count}}}', 3],
    ['{{input.order}}', order],
    ['{{input.nothing}}', null],
    ['{{input.text}}', 'hi'],
    ['{{eq input.text "hi"}}', true],
    ['{{default input.nope 0}}', 0],
    ['{{! note }}{{input.count}}{{!-- note --}}', 3],
    ['{{! note }}\n{{input.count}}', 3],
    ['  {{~input.count~}}  ', 3],
    // A block scalar (`|`) ends in a newline.
    ['{{input.count}}\n', 3],
    ['{{input.count}}\r\n', 3],
  ])('%j', (template, value) => {
    expect(compiled(template).expression).toBe(true);
    expect(evaluated(template, scope)).toEqual(value);
  });

  test.each([
    ['{{input.count}}{{input.count}}', '33'],
    [' {{input.count}}', ' 3'],
    ['{{input.count}} ', '3 '],
    ['{{input.count}}\n\n', '3\n\n'],
    ['\n{{input.count}}', '\n3'],
    ['{{#if input.yes}}{{input.count}}{{/if}}', '3'],
    ['plain', 'plain'],
    ['', ''],
  ])('%j is text', (template, text) => {
    expect(compiled(template).expression).toBe(false);
    expect(evaluated(template, scope)).toBe(text);
    expect(compiled(template).probe(scope)).toEqual({ ok: true, value: text });
  });

  test('as text it is rendered as written', () => {
    expect(rendered('{{input.count}}\n', scope)).toBe('3\n');
    expect(rendered('{{input.nothing}}', scope)).toBe('');
  });

  test('a partial is text', () => {
    const template = compiled('{{> count}}', { count: '{{input.count}}' });
    expect(template.expression).toBe(false);
    expect(template.evaluate(scope)).toEqual({ ok: true, value: '3\n' });
  });
});

describe('probe', () => {
  test.each([
    ['{{input.count}}', 3],
    ['{{input.flag}}', 'false'],
    ['{{input.nothing}}', null],
    ['{{input.nope}}', undefined],
    ['{{input.nope.more}}', undefined],
    ['{{upper input.nope}}', undefined],
    ['{{gt input.nope 1}}', undefined],
    ['{{eq input.nope "x"}}', false],
    ['{{ne input.nope "x"}}', true],
    ['{{not input.nope}}', true],
    ['{{and input.yes input.nope}}', false],
    ['{{or input.nope input.yes}}', true],
    ['{{default input.nope input.nada}}', undefined],
  ])('%s gives %j', (template, value) => {
    expect(compiled(template).probe(scope)).toEqual({ ok: true, value });
  });

  test('a wrong argument is a failure all the same', () => {
    expect(compiled('{{gt input.text 1}}').probe(scope)).toMatchObject({
      ok: false,
      error: { code: 'bad_argument' },
    });
  });
});
