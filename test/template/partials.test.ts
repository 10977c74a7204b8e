import { describe, expect, test } from 'vitest';
import { scope } from './samples.ts';
import { compiled, rendered, type Partials } from './support.ts';

describe('partials', () => {
  const partials: Partials = {
    style: 'Be kind.',
    ended: 'Be kind.\n\n\n',
    dos: 'Be kind.\r\n\r\n',
    tone: 'Be {{tone}} in {{vars.language}}.',
    context: '{{name}}{{#if @last}}.{{/if}}',
    shadow: '{{input}}/{{this.input.count}}/{{@root.input.count}}',
    outer: '{{> tone tone=(upper word)}}',
    lines: '{{text}}\nend',
    own: '{{#each input.tags}}{{this}}{{../vars.language}} {{/each}}',
    'a/b': 'nested',
  };

  test.each([
    ['a\n{{> style}}\nb', 'a\nBe kind.\nb'],
    ['a\n{{> ended}}\nb', 'a\nBe kind.\nb'],
    ['a\n{{> dos}}\nb', 'a\nBe kind.\nb'],
    ['a {{> style}} b', 'a Be kind.\n b'],
    ['{{> a/b}}', 'nested\n'],
    ['{{> tone tone="short"}}', 'Be short in French.\n'],
    ['{{> outer word="short"}}', 'Be SHORT in French.\n'],
    ['{{#each input.order.lines}}{{> context}}{{/each}}', 'pen\nink.\n'],
    ['{{> shadow input=1}}', '1/3/3\n'],
    ['{{> own}}', 'xFrench yFrench zFrench \n'],
    // The white space before a partial is kept once: it is not repeated before lines of data.
    ['  {{> lines text="one\ntwo"}}\nb', '  one\ntwo\nend\nb'],
  ])('%j', (template, expected) => {
    expect(rendered(template, scope, partials)).toBe(expected);
  });

  test('an argument is evaluated where it is given', () => {
    expect(rendered('{{> tone tone=input.nope}}', scope, partials)).toBe(
      'absent_path: `input.nope` is absent',
    );
    expect(rendered('{{> tone tone=(default input.nope "dry")}}', scope, partials)).toBe(
      'Be dry in French.\n',
    );
  });

  test('a partial sees its own arguments, not those of the text that includes it', () => {
    expect(
      rendered(
        '{{> outside tone="x"}}',
        { vars: scope['vars'] },
        { outside: '{{> tone}}', tone: '{{tone}}' },
      ),
    ).toBe('absent_path: `tone` is absent');
  });

  test('a failure inside a partial names it and its place', () => {
    const failure = compiled('{{> tone tone="x"}}', { tone: 'Be {{vars.style}}' }).render(scope);
    expect(failure).toEqual({
      ok: false,
      error: { code: 'absent_path', message: '`vars.style` is absent', start: 5, end: 15, partial: 'tone' },
    });
  });
});
