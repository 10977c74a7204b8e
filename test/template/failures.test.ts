import { describe, expect, test } from 'vitest';
import { scope } from './samples.ts';
import { compiled, rendered } from './support.ts';

describe('an absent path', () => {
  test.each([
    ['{{input.nope}}', '`input.nope` is absent'],
    ['{{nope}}', '`nope` is absent'],
    ['{{input.nope.more.most}}', '`input.nope.more.most` is absent: `input` has no `nope`'],
    ['{{input.nothing.more}}', '`input.nothing.more` is absent: `input.nothing` is null'],
    ['{{input.text.more}}', '`input.text.more` is absent: `input.text` is text'],
    [
      '{{input.text.length}}',
      '`input.text.length` is absent: `input.text` is text, write (length input.text)',
    ],
    ['{{input.tags.[9]}}', '`input.tags.9` is absent'],
    ['{{input.[odd name]}}', '`input.[odd name]` is absent'],
    ['{{upper input.nope}}', '`input.nope` is absent'],
    ['{{json (upper input.nope)}}', '`input.nope` is absent'],
    ['{{#each input.order.lines}}{{colour}}{{/each}}', '`input.order.lines.0.colour` is absent'],
    [
      '{{#each input.order.lines}}{{#each sizes}}{{../colour}}{{/each}}{{/each}}',
      '`input.order.lines.0.colour` is absent',
    ],
    [
      '{{#each input.order}}{{#if @last}}{{length.x}}{{/if}}{{/each}}'.replace('length.x', 'this.x'),
      '`input.order.lines.x` is absent',
    ],
    ['{{#with input.order}}{{colour}}{{/with}}', '`input.order.colour` is absent'],
    ['{{#with (default input.order "")}}{{colour}}{{/with}}', '`colour` is absent'],
    ['{{#each input.nope}}x{{/each}}', '`input.nope` is absent'],
    ['{{default input.nope input.nada}}', '`input.nada` is absent'],
    ['{{eq input.nope "x"}}', '`input.nope` is absent'],
    ['{{not input.nope}}', '`input.nope` is absent'],
    ['{{and input.yes input.nope}}', '`input.nope` is absent'],
    ['{{#if input.yes}}{{input.nope}}{{/if}}', '`input.nope` is absent'],
  ])('%s: %s', (template, message) => {
    expect(rendered(template, scope)).toBe(`absent_path: ${message}`);
  });

  test.each([
    ['{{#if input.nope}}a{{else}}b{{/if}}', 'b'],
    ['{{#if input.nope.more}}a{{else}}b{{/if}}', 'b'],
    ['{{#unless input.nope}}a{{/unless}}', 'a'],
    ['{{#if (eq input.nope "x")}}a{{else}}b{{/if}}', 'b'],
    ['{{#if (ne input.nope "x")}}a{{else}}b{{/if}}', 'a'],
    ['{{#if (eq input.nope null)}}a{{else}}b{{/if}}', 'b'],
    ['{{#if (gt (length input.nope) 0)}}a{{else}}b{{/if}}', 'b'],
    ['{{#if (upper input.nope)}}a{{else}}b{{/if}}', 'b'],
    ['{{#if (and input.yes (not input.nope))}}a{{/if}}', 'a'],
    ['{{#if (or input.nope input.yes)}}a{{/if}}', 'a'],
    ['{{default input.nope "x"}}', 'x'],
    ['{{default (upper input.nope) "x"}}', 'x'],
    ['{{default input.nope (default input.nada "x")}}', 'x'],
    ['{{#with input.nope}}a{{/with}}', ''],
    ['{{#with input.nope}}a{{else}}b{{/with}}', 'b'],
    ['{{#each input.nope}}a{{else}}b{{/each}}', 'b'],
    // What comes after the argument that decides is not looked at.
    ['{{or input.yes input.nope}}', 'true'],
    ['{{and input.no input.nope}}', 'false'],
    ['{{default input.text input.nope}}', 'a < b & "c"'],
  ])('is tolerated in %s', (template, expected) => {
    expect(rendered(template, scope)).toBe(expected);
  });

  test('has its place', () => {
    const template = compiled('Hello {{ upper  input.nope }}');
    expect(template.render(scope)).toMatchObject({ ok: false, error: { start: 16, end: 26 } });
  });

  test('what JSON cannot say is absent', () => {
    const odd = { input: { undefined, call: () => 'x', symbol: Symbol('x'), big: 1n } };
    for (const name of ['undefined', 'call', 'symbol', 'big'])
      expect(rendered(`{{input.[${name}]}}`, odd)).toBe(`absent_path: \`input.${name}\` is absent`);
  });
});

describe('a value of the wrong kind', () => {
  test.each([
    ['{{#each input.text}}x{{/each}}', '{{#each}} needs a list or an object, but `input.text` is text'],
    [
      '{{#each input.zero}}x{{else}}y{{/each}}',
      '{{#each}} needs a list or an object, but `input.zero` is a number',
    ],
    [
      '{{#each (upper input.text)}}x{{/each}}',
      '{{#each}} needs a list or an object, but the result of `upper` is text',
    ],
    ['{{#if (upper input.count)}}x{{/if}}', '`upper` needs text, but `input.count` is a number'],
    [
      '{{#each input.tags}}{{gt this 1}}{{/each}}',
      '`gt` compares two numbers or two texts, but `input.tags.0` is text and 1 is a number',
    ],
  ])('%s', (template, message) => {
    expect(rendered(template, scope)).toBe(`bad_argument: ${message}`);
  });
});
