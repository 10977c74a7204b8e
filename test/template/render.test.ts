import { describe, expect, test } from 'vitest';
import { scope } from './samples.ts';
import { compiled, evaluated, rendered } from './support.ts';
import { tooDeep } from '../support/too-deep.ts';

describe('text', () => {
  test.each([
    ['{{input.text}}', 'a < b & "c"'],
    ['{{{input.text}}}{{&input.text}}', 'a < b & "c"a < b & "c"'],
    ['{{input.count}}{{input.count}}', '33'],
    ['[{{input.nothing}}{{input.empty}}]', '[]'],
    ['{{input.yes}} {{input.no}} {{input.zero}}', 'true false 0'],
    ['{{input.tags}} {{input.blank}}', '["x","y","z"] {}'],
    ['{{input.order}}', '{"id":"A1","lines":[{"name":"pen","sizes":[1,2]},{"name":"ink","sizes":[]}]}'],
    ['{{input.tags.[1]}}{{input.tags.length}}', 'y3'],
    ['{{input.order.lines.0.name}}', 'pen'],
    ['{{input/text}}', 'a < b & "c"'],
    ['{{this.input.count}}{{./input.count}}{{@root.input.count}}', '333'],
  ])('%s', (template, expected) => {
    expect(rendered(template, scope)).toBe(expected);
  });

  test('data that looks like a template is data', () => {
    const data = {
      input: { text: '{{vars.language}}{{#if x}}\\{{', more: ['{{a}}'] },
      vars: { language: 'x' },
    };
    expect(rendered('{{input.text}} {{input.more}} {{upper input.text}}', data)).toBe(
      '{{vars.language}}{{#if x}}\\{{ ["{{a}}"] {{VARS.LANGUAGE}}{{#IF X}}\\{{',
    );
    expect(rendered('{{> show text=input.text}}', data, { show: '<{{text}}>' })).toBe(
      '<{{vars.language}}{{#if x}}\\{{>\n',
    );
  });

  test('the same template renders many records, each by itself', () => {
    const template = compiled('{{#each input}}{{@index}}{{this}}{{/each}}');
    expect(template.render({ input: ['a'] })).toEqual({ ok: true, value: '0a' });
    expect(template.render({ input: [] })).toEqual({ ok: true, value: '' });
    expect(template.render({ input: ['b', 'c'] })).toEqual({ ok: true, value: '0b1c' });
  });

  test('a value nested deeper than JSON can be written is a failure', () => {
    expect(rendered('{{input.deep}}', { input: { deep: tooDeep } })).toBe(
      'bad_argument: `input.deep` is nested too deeply to be written',
    );
    expect(rendered('{{json input.deep}}', { input: { deep: tooDeep } })).toBe(
      'bad_argument: `input.deep` is nested too deeply to be written',
    );
    expect(rendered('{{join input.list}}', { input: { list: [tooDeep] } })).toBe(
      'bad_argument: `input.list` is nested too deeply to be written',
    );
  });

  test('a value is compared however deep it is nested', () => {
    const [deep, same] = [0, 0].map((): unknown =>
      JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`),
    );
    expect(evaluated('{{eq input.deep input.same}}', { input: { deep, same } })).toBe(true);
  });
});

describe('blocks', () => {
  test.each([
    ['{{#if input.text}}a{{/if}}', 'a'],
    ['{{#if input.zero}}a{{else}}b{{/if}}', 'b'],
    ['{{#if input.empty}}a{{else}}b{{/if}}', 'b'],
    ['{{#if input.none}}a{{else}}b{{/if}}', 'b'],
    ['{{#if input.blank}}a{{else}}b{{/if}}', 'a'],
    ['{{#if input.nothing}}a{{else}}b{{/if}}', 'b'],
    ['{{#unless input.no}}a{{else}}b{{/unless}}', 'a'],
    ['{{#unless input.yes}}a{{/unless}}', ''],
    ['{{#if input.no}}a{{else if input.zero}}b{{else if input.yes}}c{{else}}d{{/if}}', 'c'],
    [
      '{{#each input.tags}}{{@index}}{{this}}{{#if @first}}<{{/if}}{{#if @last}}>{{/if}}{{/each}}',
      '0x<1y2z>',
    ],
    ['{{#each input.order}}{{@key}}={{@index}} {{/each}}', 'id=0 lines=1 '],
    ['{{#each input.tags}}{{@key}}{{/each}}', '012'],
    ['{{#each input.none}}a{{else}}b{{/each}}', 'b'],
    ['{{#each input.blank}}a{{else}}b{{/each}}', 'b'],
    ['{{#each input.nothing}}a{{else}}b{{/each}}', 'b'],
    ['{{#each input.nothing}}a{{/each}}', ''],
    [
      '{{#each input.order.lines}}{{name}}:{{#each sizes}}{{this}}/{{../name}}/{{../../input.count}} {{/each}}{{/each}}',
      'pen:1/pen/3 2/pen/3 ink:',
    ],
    [
      '{{#each input.order.lines as |line i|}}{{i}}{{line.name}}{{#each line.sizes as |size|}}{{size}}{{i}}{{/each}}{{/each}}',
      '0pen10201ink',
    ],
    ['{{#each input.order.lines}}{{#each sizes}}{{@../index}}{{@index}} {{/each}}{{/each}}', '00 01 '],
    ['{{#with input.order}}{{id}}{{../vars.language}}{{/with}}', 'A1French'],
    ['{{#with input.order as |o|}}{{o.id}}{{/with}}', 'A1'],
    ['{{#with input.zero}}a{{this}}{{/with}}', 'a0'],
    ['{{#with input.empty}}a{{else}}b{{/with}}', 'b'],
    ['{{#with input.none}}a{{else}}b{{/with}}', 'b'],
    ['{{#with input.order}}{{#if id}}{{id}}{{../input.count}}{{/if}}{{/with}}', 'A13'],
    // `../` is one block out, also where both blocks have the same context.
    ['{{#with input}}{{#with this}}{{../count}}{{../../vars.language}}{{/with}}{{/with}}', '3French'],
    ['{{#each input.tags as |tag|}}{{#with @root.input.order}}{{tag}}{{id}}{{/with}}{{/each}}', 'xA1yA1zA1'],
    ['{{#with (default input.nope input.order)}}{{id}}{{/with}}', 'A1'],
  ])('%s', (template, expected) => {
    expect(rendered(template, scope)).toBe(expected);
  });
});

describe('white space', () => {
  test.each([
    ['a\n{{#if input.yes}}\nb\n{{else}}\nc\n{{/if}}\nd', 'a\nb\nd'],
    ['a\n  {{! note }}\nb', 'a\nb'],
    ['a {{~input.count~}} b', 'a3b'],
    ['{{#each input.tags}}\n- {{this}}\n{{/each}}\n', '- x\n- y\n- z\n'],
    ['a\r\n{{#if input.yes}}\r\nb\r\n{{/if}}\r\nc', 'a\r\nb\r\nc'],
  ])('%j', (template, expected) => {
    expect(rendered(template, scope)).toBe(expected);
  });
});
