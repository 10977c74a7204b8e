import { describe, expect, test } from 'vitest';
import { line, problemsOf, rendered } from './support.ts';

/** Template, the part of it that the mistake points at, the message, and the remedy. */
const mistakes: [template: string, at: string, message: string, hint?: string][] = [
  // Tags that are not closed
  ['{{input.text', '{{', '{{ is never closed', 'end the tag with }}'],
  ['{{input.text and then\n\nmore', '{{', '{{ is never closed', 'end the tag with }}'],
  ['{{input.text, and then', '{{', '{{ is never closed', 'end the tag with }}'],
  ["{{'}}}'", '{{', '{{ is never closed', 'end the tag with }}'],
  ['{{a}', '{{', '{{ is never closed', 'end the tag with }}'],
  ['one {{a {{b}} two', '{{', '{{ is never closed', 'end the tag with }}'],
  ['{{#if a}}x{{/if', '{{/', '{{/ is never closed', 'end the tag with }}'],
  ['{{{a', '{{{', '{{{ is never closed', 'end the tag with }}}'],
  ['{{! never', '{{', 'the comment is never closed', 'end it with --}}'],
  ['x {{!-- never }}', '{{', 'the comment is never closed', 'end it with --}}'],
  // Braces beside a tag
  [
    '{"a":{{x}}}',
    '}}}',
    '}}} closes a tag that begins with {{',
    'for a brace after the tag, write a space: {{name}} }',
  ],
  [
    '{"a":{"b":{{x}}}}',
    '}}}}',
    '}}}} closes a tag that begins with {{',
    'for a brace after the tag, write a space: {{name}} }',
  ],
  ['{{{a}}, 1', '{{{a}}', '{{{ is closed by }}', 'for a brace before the tag, write a space: { {{name}}'],
  // Blocks
  ['a {{#if x}} b', '{{#if x}}', '{{#if}} is never closed', 'write {{/if}} where it ends'],
  [
    '{{#each a as |b|}}{{else}}',
    '{{#each a as |b|}}',
    '{{#each}} is never closed',
    'write {{/each}} where it ends',
  ],
  ['{{#if x}}{{#each y}}{{/each}}', '{{#if x}}', '{{#if}} is never closed', 'write {{/if}} where it ends'],
  ['{{/if}}', '{{/if}}', '{{/if}} closes nothing: no {{#if}} is open here'],
  ['{{#if a}}b{{/if}}{{/if}}', '{{/if}}', '{{/if}} closes nothing: no {{#if}} is open here'],
  [
    '{{#if a}}{{/each}}',
    '{{/each}}',
    '{{#if}} is closed by {{/each}}',
    'close the innermost block first: {{/if}}',
  ],
  [
    '{{#if a}}{{#each b}}{{/if}}{{/each}}',
    '{{/if}}',
    '{{#each}} is closed by {{/if}}',
    'close the innermost block first: {{/each}}',
  ],
  ['{{#fi (eq a b)}}x{{/if}}', '{{#fi (eq a b)}}', 'there is no block {{#fi}}', 'did you mean {{#if}}?'],
  ['{{#eahc a}}x{{/eahc_}}', '{{#eahc a}}', 'there is no block {{#eahc}}', 'did you mean {{#each}}?'],
  ['{{#for a}}x{{/each}}', '{{#for a}}', 'there is no block {{#for}}', 'did you mean {{#each}}?'],
  ['{{#if a}}x{{endif}}', '{{#if a}}', '{{#if}} is never closed', 'write {{/if}} instead of {{endif}}'],
  [
    '{{#each a}}x{{ end }}',
    '{{#each a}}',
    '{{#each}} is never closed',
    'write {{/each}} instead of {{ end }}',
  ],
  ['{{#if a}}x{{#endif}}', '{{#endif}}', '{{#endif}} begins a block', 'to end {{#if}}, write {{/if}}'],
  ['x{{#endif}}', '{{#endif}}', '{{#endif}} begins a block', 'write {{/if}}'],
  ['{{#> a}}{{/b}}', '{{/b}}', '{{#a}} is closed by {{/b}}', 'close the innermost block first: {{/a}}'],
  ['{{else}}', '{{else}}', '{{else}} stands outside of a block', 'it belongs between {{#if …}} and {{/if}}'],
  [
    'x{{else if a}}',
    '{{else if a}}',
    '{{else}} stands outside of a block',
    'it belongs between {{#if …}} and {{/if}}',
  ],
  [
    '{{#if a}}x{{else}}y{{else}}z{{/if}}',
    '{{else}}',
    'the block already has its {{else}}',
    'a block has one {{else}}, and it comes last',
  ],
  [
    '{{#if a}}x{{else}}y{{else if b}}z{{/if}}',
    '{{else if b}}',
    'the block already has its {{else}}',
    'a block has one {{else}}, and it comes last',
  ],
  // What is missing
  ['{{}}', '{{}}', '`{{}}` is empty', 'name what stands there: {{input.text}}'],
  ['{{ }}', '{{ }}', '`{{ }}` is empty', 'name what stands there: {{input.text}}'],
  ['{{#}}', '{{#}}', '`{{#}}` is empty', 'name what stands there: {{input.text}}'],
  ['{{a (b}}', '(', '( is never closed', 'write ) before the tag ends'],
  ['{{#if (eq a b}}{{/if}}', '(', '( is never closed', 'write ) before the tag ends'],
  ['{{a b)}}', ')', 'no ( is open for this )'],
  ['{{a ()}}', ')', '() is empty', 'name a helper: (upper input.text)'],
  ['{{@}}', '{{@}}', 'a name is missing after @'],
  ['{{> a b=}}', '{{> a b=}}', 'a value is missing after ='],
  ['{{> a b=1 c}}', '{{> a b=1 c}}', '`c` has no value', 'write c=…'],
  ['{{eq a "x}}', '"', 'the quotation mark " has no partner'],
  ["{{eq a 'x}}", "'", "the quotation mark ' has no partner"],
  ['{{a.[0}}', '[', '[ is never closed'],
  ['{{#each a as |b}}{{/each}}', '{{#each a as |b}}', '`{{#each a as |b}}` is not complete'],
  // Habits from other languages
  ['{{a == b}}', '==', 'unexpected `==`', 'write {{eq a b}}'],
  ['{{#if a != b}}{{/if}}', '!=', 'unexpected `!=`', 'write {{#if (ne a b)}}'],
  ['{{#if a >= b}}{{/if}}', '>=', 'unexpected `>=`', 'write {{#if (not (lt a b))}}'],
  ['{{#if a <= b}}{{/if}}', '<=', 'unexpected `<=`', 'write {{#if (not (gt a b))}}'],
  ['{{#if a > b}}{{/if}}', '>', 'unexpected `>`', 'write {{#if (gt a b)}}'],
  ['{{#if a < b}}{{/if}}', '<', 'unexpected `<`', 'write {{#if (lt a b)}}'],
  ['{{a && b}}', '&&', 'unexpected `&&`', 'write {{and a b}}'],
  ['{{a || b}}', '||', 'unexpected `||`', 'write {{or a b}}'],
  ['{{a | upper}}', '|', 'unexpected `|`', 'a helper stands before its arguments: {{upper a}}'],
  ['{{a.b|downcase}}', '|', 'unexpected `|`', 'a helper stands before its arguments: {{lower a.b}}'],
  ['{{a | default("-")}}', '|', 'unexpected `|`', "a helper stands before its arguments: {{default a '-'}}"],
  ['{{a | truncate: 20}}', '|', 'unexpected `|`', 'a helper stands before its arguments: {{truncate a 20}}'],
  ['{{a | title}}', '|', 'unexpected `|`', 'a helper stands before its arguments: {{upper a}}'],
  ['{{a b | upper}}', '|', 'unexpected `|`', 'a helper stands before its arguments: {{upper input.text}}'],
  ["{{a if b == 'c' else d}}", '=', 'unexpected `=`', "write {{#if (eq b 'c')}}{{a}}{{else}}{{d}}{{/if}}"],
  ["{{#if a == 'b' && c}}{{/if}}", '=', 'unexpected `=`', "write {{#if (and (eq a 'b') c)}}"],
  ['{{#if a}}{{else if b >= 3~}}{{/if}}', '>=', 'unexpected `>=`', 'write {{else if (not (lt b 3))}}'],
  ['{{upper a == b}}', '=', 'unexpected `=`', 'to compare, write (eq a b)'],
  ['{{#unknown a == b}}{{/unknown}}', '=', 'unexpected `=`', 'to compare, write (eq a b)'],
  ['{{#if !a}}{{/if}}', '!', 'unexpected `!`', 'write {{#if (not a)}}'],
  ['{{upper(a)}}', '(', 'unexpected `(`', 'a helper call is written (upper a), not upper(a)'],
  ['{{join(a, b)}}', '(', 'unexpected `(`', 'a helper call is written (join a b), not join(a, b)'],
  [
    '{{upper(lower(a))}}',
    '(',
    'unexpected `(`',
    'a helper call is written (upper input.text), not upper(input.text)',
  ],
  ['{{a[0]}}', '[', 'unexpected `[`', 'an index is written after a dot: a.[0]'],
  ["{{input['text']}}", '[', 'unexpected `[`', 'a field is written after a dot: input.text'],
  [
    '{{a.b["two words"][0].c}}',
    '[',
    'unexpected `[`',
    'a field is written after a dot: a.b.[two words].[0].c',
  ],
  ["{{#if a['b']}}{{/if}}", '[', 'unexpected `[`', 'a field is written after a dot: a.b'],
  ["{{upper a['0']}}", '[', 'unexpected `[`', 'a field is written after a dot: a.[0]'],
  ["{{a['b'] == 'c'}}", '[', 'unexpected `[`', "write {{eq a.b 'c'}}"],
  ['{{a.0}}', '0', 'a path cannot end in `0`', 'write [0]'],
  ['{{a+b}}', '+', 'unexpected `+`', 'templates do not calculate'],
  ['{{join a, b}}', ',', 'unexpected `,`', 'arguments are separated by spaces'],
  // The rest
  [
    '{{a.b.this}}',
    'a.b.this',
    '`a.b.this` is not a path: `this` can only stand at its beginning',
    'a field of that name is written [this]',
  ],
  [
    '{{a/../b}}',
    'a/../b',
    '`a/../b` is not a path: `..` can only stand at its beginning',
    'a field of that name is written [..]',
  ],
  ['{{.a}}', '.', 'unexpected `.`'],
  ['{{a.@b}}', '@', 'unexpected `@`'],
  ['{{a`b}}', '`', 'unexpected ```'],
  ['a\0b', '\0', 'the template holds a NUL character', 'remove it: it cannot be sent to a model'],
];

describe('what the grammar does not allow', () => {
  test.each(mistakes)('%j', (template, at, message, hint) => {
    const expected = `template-syntax ${JSON.stringify(at)}: ${message}${hint === undefined ? '' : ` | ${hint}`}`;
    expect(problemsOf(template).map((problem) => line(problem, template))).toEqual([expected]);
  });

  test('a place is exact after line ends of every kind, astral characters and line separators', () => {
    const before = 'a\r\nb\rc\u2028d\u2029e\u0085f 😀 {{! x }}\u2028{{input.text}} ';
    const [problem] = problemsOf(`${before}{{/if}}`);
    expect(problem).toMatchObject({ start: before.length, end: before.length + '{{/if}}'.length });
  });

  test('a mistake in a partial is told once, with the name of the partial and its own offsets', () => {
    const partials = { style: 'Be kind.\n{{#if input.tone}}' };
    const template = '{{> style}}{{> style}}{{#if input.x}}{{> style}}{{/if}}';
    expect(problemsOf(template, partials).map((problem) => line(problem, template, partials))).toEqual([
      'template-syntax "{{#if input.tone}}" in style: {{#if}} is never closed | write {{/if}} where it ends',
    ]);
  });

  test('a mistake at the end of a partial stays within its text', () => {
    const [problem] = problemsOf('{{> style}}', { style: 'x{{' });
    expect(problem).toMatchObject({ partial: 'style', start: 1, end: 3 });
  });
});

describe('what is text', () => {
  test.each([
    ['\\{{input.text}}', '{{input.text}}'],
    ['\\\\{{input.text}}', '\\hi'],
    ['a } b {c} }} {', 'a } b {c} }} {'],
    ['', ''],
    ['{ {{input.text}} }', '{ hi }'],
    ['{{! {{ }}{{!-- }} {{x}} --}}done', 'done'],
  ])('%j renders as %j', (template, expected) => {
    expect(rendered(template, { input: { text: 'hi' } })).toBe(expected);
  });
});

describe('templates beyond all measure', () => {
  const nested = (count: number): string => `${'{{#if a}}'.repeat(count)}x${'{{/if}}'.repeat(count)}`;

  test('200 blocks deep is still a template', () => {
    expect(rendered(nested(200), { a: true })).toBe('x');
    expect(rendered(`{{#if ${'(not '.repeat(199)}a${')'.repeat(199)}}}y{{else}}x{{/if}}`, { a: true })).toBe(
      'x',
    );
    expect(rendered(`{{#if b}}${'{{else if b}}'.repeat(199)}{{else}}x{{/if}}`, { b: false })).toBe('x');
  });

  test.each([
    nested(201),
    nested(100_000),
    '{{#if a}}'.repeat(100_000),
    `{{not ${'(not '.repeat(5000)}a${')'.repeat(5000)}}}`,
    `{{#if a}}${'{{else if a}}'.repeat(5000)}{{/if}}`,
  ])('deeper is a mistake: %#', (template) => {
    expect(problemsOf(template)).toMatchObject([
      { code: 'template-syntax', message: 'blocks and parentheses are nested more than 200 deep here' },
    ]);
  });

  test('depth counts through partials', () => {
    const partials = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`p${index}`, `{{#if a}}{{> p${index + 1}}}{{/if}}`]),
    );
    expect(problemsOf('{{> p0}}', partials)).toMatchObject([
      { message: 'partials and blocks are nested more than 200 deep here' },
    ]);
  });

  test('partials that multiply are a mistake', () => {
    const partials = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`p${index}`, `{{> p${index + 1}}}{{> p${index + 1}}}`]),
    );
    const found = problemsOf('{{> p0}}', { ...partials, p40: 'x' });
    expect(found.map(({ message }) => message)).toContain('the template includes more than 1000 partials');
  });

  test('100 kB of tags', () => {
    const template = '{{input.text}}, and so on.\n'.repeat(4000);
    expect(rendered(template, { input: { text: 'hi' } })).toBe('hi, and so on.\n'.repeat(4000));
  });

  test('100 kB of one text, one literal, one run of white space', () => {
    expect(rendered('x'.repeat(100_000), {})).toHaveLength(100_000);
    expect(rendered(`{{json "${'x'.repeat(100_000)}"}}`, {})).toHaveLength(100_002);
    expect(rendered(`a${' '.repeat(100_000)}{{~#if x}}{{/if}}`, { x: 1 })).toBe('a');
  });

  test('a literal too large for the grammar does not crash it', () => {
    expect(() => problemsOf(`{{json "${'x'.repeat(20_000_000)}"}}`)).not.toThrow();
  });
});
