import { describe, expect, it } from 'vitest';
import type { Source } from '../../src/diagnostic/source.ts';
import { parseYaml } from '../../src/diagnostic/yaml-source.ts';
import type { Pointer } from '../../src/json/json.ts';

/** What is told of a syntax error: its text in the file, the message, the hint. */
function told(text: string): [string, string, string | undefined][] {
  return parseYaml('file.yaml', text).diagnostics.map(({ message, hint, place }) => {
    const { source, pointer, span } = place as {
      source: Source;
      pointer: Pointer;
      span: { start: number; end: number };
    };
    const { start, end } = source.locate(pointer, 'value', span);
    return [text.slice(start.offset, end.offset), message, hint];
  });
}

describe('a line that is not indented like the others', () => {
  const deeper = [
    'prompt: "{{input.text}}"',
    'this line is indented deeper than the line before it, which has a value already',
    'begin it at the same column as the line before',
  ];
  const apart = (line: string) => [
    line,
    'this line is not indented like the others of its map',
    'begin every one of them at the same column',
  ];

  it.each<[string, unknown[]]>([
    ['a:\n    b: 1\n   c: 2\n    prompt: "{{input.text}}"\n', [apart('c: 2')]],
    ["a:\n    b: 1\n   c: 2\n    prompt: '{{input.text}}'\n", [apart('c: 2')]],
    ['a:\n    b: 1\n   c: 2\n    prompt: |\n      {{input.text}}\n', [apart('c: 2')]],
    ['a:\n  b: 1\n    prompt: "{{input.text}}"\nc: 1\n', [deeper]],
    ['a:\n  b: 1\n    prompt: "{{input.text}}"\n    c: 1\n', [deeper, apart('c: 1')]],
    [
      'a:\n    b: 1\n\tc: 2\n    prompt: "{{input.text}}"\n',
      [['\t', 'a tab stands in the indentation of this line', 'use spaces: YAML allows no tabs there']],
    ],
    [
      'a:\n  b: 1\n    prompt: {{input.text}}\n',
      [
        [
          '{{input.text}}',
          'a template must be quoted: prompt: "{{input.text}}"',
          'without quotes YAML takes { for the beginning of a map',
        ],
      ],
    ],
  ])('is told once, and no template for it: %j', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });
});

it.each([
  ['prompt: Translate this: {{input.text}}\n', 'Translate this: {{input.text}}', 'prompt'],
  ['- prompt: Translate: {{a}} to: {{b}} # now\n', 'Translate: {{a}} to: {{b}}', 'prompt'],
])('a second colon before a template: %j', (text, value, key) => {
  expect(told(text)).toEqual([
    [
      value,
      `a template must be quoted: ${key}: "${value}"`,
      'quote the whole value: it holds `: `, which YAML takes for the end of a key',
    ],
  ]);
});

describe('a syntax error in plain words', () => {
  it.each([
    [
      'a: 1\nb\nc: 2\n',
      'b',
      'this line has no colon: it is no `key: value`',
      'write a colon and a space after the key, or indent the line deeper if it continues the text before it',
    ],
    ['a:1\nb: 2\n', 'a:1', 'a space is missing after the colon', 'write `a: 1`'],
    [
      'a:\u00A01\nb: 2\n',
      'a:\u00A01',
      'the space after the colon is not an ordinary one, but U+00A0',
      'type it anew',
    ],
    [
      'a: hello: world\n',
      'hello: world',
      'a second `: ` on the line makes a map of what is meant as text',
      'write "hello: world"',
    ],
    [
      'a: you are: kind\n  and good\n',
      'you are: kind',
      'a second `: ` on the line makes a map of what is meant as text',
      'put the text in quotes, or on lines of its own below `|`',
    ],
    [
      'a: 1\n  b: 2\n',
      'b: 2',
      'this line is indented deeper than the line before it, which has a value already',
      'begin it at the same column as the line before',
    ],
    [
      'a:\n   b: 1\n  c: 2\n',
      'c: 2',
      'this line is not indented like the others of its map',
      'begin every one of them at the same column',
    ],
    [
      'a:\n  - x\n - y\n',
      '- y',
      'this list item is not indented like the others of its list',
      'begin every `- ` of a list at the same column',
    ],
    [
      '- a: 1\n b: 2\n',
      'b: 2',
      'this line stands among the items of a list but has no `- `',
      'begin it with `- `, or indent it like the item that it belongs to',
    ],
    ['a: 1\n- b\n', '- b', 'a list item stands among the keys of a map', 'indent the list below its key'],
    [
      'a: - x\n',
      '- x',
      'a list cannot begin on the line of its key',
      'put its first `- ` on a line of its own, or quote the text if it is meant to begin with -',
    ],
    [
      "a: 'it's here'\n",
      "s here'",
      "`s here'` stands after the closing quote",
      "put the whole text in quotes; write a quote within it as ''",
    ],
    ['a: [1] x\n', 'x', '`x` stands after the closing `]`', 'quote the whole if it is text'],
    [
      'a: *b c\n',
      'c',
      'a text cannot begin with `*` unless it is quoted: YAML takes `*b` for an alias',
      'write "*b c"',
    ],
    ['a: 1\n... x\n', 'x', '`x` stands where nothing more can', 'quote the whole text'],
    [
      'a: "hello\nb: 1\n',
      '"',
      'the quote that opens here is never closed',
      'close it with " where its text ends',
    ],
    [
      "a: 'hello\nb: 1\n",
      "'",
      'the quote that opens here is never closed',
      "close it with ' where its text ends",
    ],
    [
      'a: "hello\n  b: "x"\n  c: 1\n',
      '"',
      'the quote that opens here closes only on line 2, in the midst of other text',
      'close it with " where its text ends',
    ],
    ['a: @b\n', '@b', 'a text cannot begin with `@` unless it is quoted', 'write "@b"'],
    ['a: `b`\n', '`b`', 'a text cannot begin with a backquote unless it is quoted', 'write "`b`"'],
    [
      'a: %b "c"\n',
      '%b "c"',
      'a text cannot begin with `%` unless it is quoted',
      'put the whole text in quotes',
    ],
    ['a: [@b, c]\n', '@b', 'a text cannot begin with `@` unless it is quoted', 'write "@b"'],
    [
      'a: "\\d"\n',
      '\\d',
      '`\\d` is not an escape that YAML knows',
      'write a backslash as \\\\ in double quotes, or put the text in single quotes',
    ],
    [
      'a: "\\xZZ"\n',
      '\\xZZ',
      '`\\xZZ` is not an escape that YAML knows',
      'write a backslash as \\\\ in double quotes, or put the text in single quotes',
    ],
    [
      'a: |x\n b\n',
      'x',
      'text stands right after `|`, which begins a text of several lines',
      'begin the text on the next line, indented; or quote it if it is meant to begin with |',
    ],
    [
      'a: |\n     \n  x\n',
      'x',
      'an empty line before this one has more spaces than the text is indented by',
      'remove the spaces from the empty lines at the top of the text',
    ],
    [
      'a: "x"#c\n',
      '#c',
      'a space is missing before #',
      'write a space before # for a comment, or put # within the quotes',
    ],
    [
      'a: {x: 1 y: 2}\n',
      '1 y: 2}',
      'the items within this { } or [ ] are not separated by commas',
      'put a comma between items, and quote text that has : or - in it',
    ],
    [
      'a: ["b" "c"]\n',
      '"c"]',
      'the items within this { } or [ ] are not separated by commas',
      'put a comma between items, and quote text that has : or - in it',
    ],
    [
      'a: [1,,2]\n',
      ',2]',
      'a comma has nothing before it',
      'remove the comma, or quote the text that it is part of',
    ],
    [
      'a: [1, 2\nb: 3\n',
      '[',
      'the `[` that opens here is not closed',
      'close it with ], and indent its lines deeper than its key; quote it if it is part of a text',
    ],
    [
      'a: [{x: 1]\nb: 3\n',
      '{',
      'the `{` that opens here is not closed',
      'close it with }, and indent its lines deeper than its key; quote it if it is part of a text',
    ],
    [
      '{a: 1\n',
      '{',
      'the `{` that opens here is not closed',
      'close it with }, and indent its lines deeper than its key; quote it if it is part of a text',
    ],
    ['a: [1]]\n', ']', '`]` closes nothing that is open', 'remove it, or quote the text that it is part of'],
    [
      `${'x'.repeat(1100)}: 1\n`,
      `${'x'.repeat(1100)}: 1`,
      'a key is longer than 1024 characters',
      'quote the line if it is text',
    ],
    ['a: & b\n', '& b', '`&` has no name after it', 'quote the text if it is meant to begin with &'],
    ['a: * b\n', '* b', '`*` has no name after it', 'quote the text if it is meant to begin with *'],
    [
      'a: &x 1\nb: &y *x\n',
      '*x',
      'a value may have one anchor (&) and one tag (!), and an alias (*) none',
      'remove what is too much',
    ],
    [
      'a: &x &y 1\n',
      '&y 1',
      'a value may have one anchor (&) and one tag (!), and an alias (*) none',
      'remove what is too much',
    ],
    [
      'a: &x,y 1\n',
      ',y 1',
      'a space is missing after the name of an anchor (&) or tag (!)',
      'quote the text if it is meant to begin so',
    ],
    ['--- a: 1\n', 'a: 1', 'a map or list cannot begin on the line of `---`', 'begin it on the next line'],
    ['a: !!int x\n', '!!int x', 'the value is not what its tag `!!int` says', 'remove the tag'],
    [
      '- - 1\n-\t- 2\n',
      '\t',
      'a tab stands where YAML wants a space',
      'use spaces: YAML allows no tabs there',
    ],
    [
      'a:\n\tb: 1\n',
      '\t',
      'a tab stands in the indentation of this line',
      'use spaces: YAML allows no tabs there',
    ],
    [
      'a:\n\tb: 1\nc:\n\td: 1\n',
      '\t',
      'a tab stands in the indentation of this line, and in that of 1 more line',
      'use spaces: YAML allows no tabs there',
    ],
    ['a: [x\n  : y]\n', ': y]', 'a key and its colon do not stand on the same line', 'join the lines'],
  ])('%j', (text, place, message, hint) => {
    expect(told(text)).toEqual([[place, message, hint]]);
  });
});
