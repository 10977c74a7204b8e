import * as fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import { parseYaml, textSource } from '../../src/diagnostic/yaml-source.ts';

const { source } = parseYaml(
  '/project/a.yaml',
  'steps:\n  one:\n    promt: |\n      Hi {{x}}\n\n    type: chat\n',
);

function format(
  diagnostics: readonly Diagnostic[],
  kind: 'text' | 'json' | 'github' = 'text',
  color = false,
): string {
  return formatDiagnostics(diagnostics, { format: kind, color, cwd: '/project' });
}

const usage: Diagnostic = {
  severity: 'error',
  code: 'usage',
  message: 'no file was given',
  hint: 'name a file',
};
const unknownKey: Diagnostic = {
  severity: 'error',
  code: 'unknown-key',
  message: 'a chat step has no key `promt`',
  hint: 'did you mean `prompt`?',
  place: { source, pointer: ['steps', 'one', 'promt'], part: 'key' },
};
const inTemplate: Diagnostic = {
  severity: 'warning',
  code: 'unknown-name',
  message: 'there is no `x`',
  place: { source, pointer: ['steps', 'one', 'promt'], span: { start: 3, end: 8 } },
};
const inRow: Diagnostic = {
  severity: 'error',
  code: 'bad-row',
  message: 'the row has 3 cells, the header 2',
  place: { path: '/project/data/rows.csv', line: 12, column: 4 },
};

describe('as text', () => {
  it('is empty without a diagnostic', () => {
    expect(format([])).toBe('');
  });

  it('tells one without a place in two lines', () => {
    expect(format([usage])).toBe('error  no file was given  [usage]\n  hint: name a file\n');
  });

  it('orders by file and place, frames what is in a file, and counts', () => {
    expect(format([inRow, inTemplate, unknownKey, usage])).toBe(
      [
        'error  no file was given  [usage]',
        '  hint: name a file',
        '',
        'a.yaml:3:5  error  a chat step has no key `promt`  [unknown-key]',
        ' 2 |   one:',
        ' 3 |     promt: |',
        '   |     ^^^^^',
        ' 4 |       Hi {{x}}',
        '  hint: did you mean `prompt`?',
        '',
        'a.yaml:4:10  warning  there is no `x`  [unknown-name]',
        ' 3 |     promt: |',
        ' 4 |       Hi {{x}}',
        '   |          ^^^^^',
        '',
        'data/rows.csv:12:4  error  the row has 3 cells, the header 2  [bad-row]',
        '',
        '3 errors, 1 warning in 2 files',
        '',
      ].join('\n'),
    );
  });

  it('tells the same once, and the same words elsewhere again', () => {
    const elsewhere: Diagnostic = {
      ...unknownKey,
      place: { source, pointer: ['steps', 'one', 'type'], part: 'key' },
    };
    const text = format([unknownKey, { ...unknownKey }, elsewhere]);
    expect(text.match(/unknown-key/gu)).toHaveLength(2);
    expect(text).toContain('2 errors in 1 file\n');
  });

  it.each([
    ['1 error in 1 file', [inRow]],
    ['1 warning in 1 file', [inTemplate]],
    ['2 errors in 1 file', [inRow, usage]],
  ])('counts: %s', (count, diagnostics) => {
    expect(format(diagnostics).trimEnd().split('\n').at(-1)).toBe(count);
  });

  it('frames the first line of a mistake over several', () => {
    const text = format([{ ...unknownKey, place: { source, pointer: ['steps'] } }]);
    expect(text).toContain(' 2 |   one:\n   |   ^^^^\n 3 |     promt: |\n');
  });

  it('shows a file outside of the working directory by the shorter path', () => {
    const at = (path: string): Diagnostic => ({ ...inRow, place: { path, line: 1 } });
    expect(format([at('/elsewhere/rows.csv')])).toMatch(/^\/elsewhere\/rows\.csv:1 {2}error/u);
    expect(format([at('/project/../x/rows.csv')])).toMatch(/^\.\.\/x\/rows\.csv:1 {2}error/u);
    expect(format([at('rows.csv')])).toMatch(/^rows\.csv:1 {2}error/u);
  });

  it('has colours only where asked, which change nothing else', () => {
    const all = [usage, unknownKey, inTemplate, inRow];
    expect(format(all)).not.toContain('\u001B');
    expect(format(all, 'text', true)).toContain('\u001B[31m');
    expect(stripVTControlCharacters(format(all, 'text', true))).toBe(format(all));
    expect(format(all, 'json', true)).toBe(format(all, 'json'));
  });

  it('bounds long lines and long messages', () => {
    const long = textSource(
      'a.hbs',
      `${'x'.repeat(1_000_000)}{{y}}${'z'.repeat(1_000_000)}\n${'w'.repeat(1_000_000)}`,
    );
    const message = 'm'.repeat(1_000_000);
    const text = format([
      { ...usage, message, place: { source: long, pointer: [], span: { start: 1_000_000, end: 1_900_000 } } },
    ]);
    expect(text.length).toBeLessThan(1500);
    expect(text).toContain('a.hbs:1:1000001  error');
    const [line = '', carets = ''] = text.split('\n').slice(1, 3);
    expect(line.indexOf('{{y}}')).toBe(carets.indexOf('^'));
    expect(line.length - 1).toBe(carets.length);
  });

  it.each([
    ['tabs', '\ta\tb: {{x}}', '{{x}}'],
    ['wide characters', '日本語 한국 ｆｕｌｌ: {{x}}', '{{x}}'],
    ['combining marks', 'cafe\u0301 e\u0301: {{x}}', '{{x}}'],
    ['emoji', '👩‍👩‍👧 🇫🇷 ❤️: {{x}}', '{{x}}'],
    ['control characters', 'a\u001B[31m\u0007\u202E: {{x}}', '{{x}}'],
    ['invisible characters', 'a\u200B\uFEFF: {{x}}', '{{x}}'],
    ['wide characters under the carets', 'a: 日本語', '日本語'],
    ['an emoji of a long line', `${'👩‍👩‍👧'.repeat(200)}{{x}}${'日本'.repeat(200)}`, '{{x}}'],
  ])('aligns the carets below %s', (_, line, mistake) => {
    const start = line.indexOf(mistake);
    const source = textSource('a.hbs', `one\n${line}\nthree`);
    const place = { source, pointer: [], span: { start: start + 4, end: start + 4 + mistake.length } };
    const lines = format([{ ...usage, place }]).split('\n');
    const [shown = '', carets = ''] = lines.slice(2, 4);
    const before = shown.slice(0, shown.indexOf(mistake));
    expect(carets.indexOf('^')).toBe(displayWidth(before));
    expect(carets.match(/\^+/u)?.[0]).toHaveLength(displayWidth(mistake));
    expect(lines.slice(1, 5).join('')).not.toMatch(/\t|\p{Cc}|\p{Bidi_Control}/u);
  });

  it.each([
    ['the end of a line', 'one\ntwo\n', 3, ' 1 | one\n   |    ^\n 2 | two\n'],
    ['the end of the file', 'one\ntwo', 7, ' 1 | one\n 2 | two\n   |    ^\n'],
    ['after the last line break', 'one\n', 4, ' 1 | one\n 2 |\n   | ^\n'],
    ['a line between empty lines', '\n\ntwo\n\n', 2, ' 3 | two\n   | ^\n'],
    ['a Windows line', 'one\r\ntwo\r\nthree', 5, ' 1 | one\n 2 | two\n   | ^\n 3 | three\n'],
    ['a lone carriage return', 'one\rtwo\rthree', 4, ' 1 | one\n 2 | two\n   | ^\n 3 | three\n'],
    ['a line after a byte order mark', '\uFEFFone\ntwo', 1, ' 1 | one\n   | ^\n 2 | two\n'],
  ])('points at %s', (_, text, at, frame) => {
    const place = { source: textSource('a.hbs', text), pointer: [], span: { start: at, end: at } };
    expect(format([{ severity: 'error', code: 'x', message: 'm', place }])).toContain(`[x]\n${frame}`);
  });
});

describe('a key that stands in the file', () => {
  const key = 'sk-1234567890abcdef';
  const { source } = parseYaml(
    '/project/a.yaml',
    `# ${'long '.repeat(3000)}\nmodel: {api_key: ${key}}\nbase_url: https://user:secret@host\nlast: 1\n`,
  );
  const { source: far } = parseYaml(
    '/project/a.yaml',
    `api_key: ${key} # ${'long '.repeat(3000)}\nlast: 1\n`,
  );
  const told: readonly Diagnostic[] = [
    { ...unknownKey, message: `found "${key}"`, place: { source, pointer: ['model', 'api_key'] } },
    { ...unknownKey, hint: `write ${key}`, place: { source, pointer: ['last'] } },
    { ...unknownKey, place: { source: far, pointer: ['last'] } },
  ];

  it('is masked in the frame, which keeps its shape, and in what is said', () => {
    const [first, second] = told;
    expect(format(first === undefined ? [] : [first])).toContain(
      [
        'error  found "xxxxxxxxxxxxxxxxxxx"  [unknown-key]',
        ` 1 | # ${'long '.repeat(23)}lon…`,
        ' 2 | model: {api_key: xxxxxxxxxxxxxxxxxxx}',
        '   |                  ^^^^^^^^^^^^^^^^^^^',
        ' 3 | base_url: https://user:xxxxxx@host',
      ].join('\n'),
    );
    expect(format(second === undefined ? [] : [second])).toContain('hint: write xxxxxxxxxxxxxxxxxxx');
  });

  it.each(['text', 'json', 'github', 'sarif'] as const)('is printed nowhere as %s', (kind) => {
    const text = formatDiagnostics(told, { format: kind, color: false, cwd: '/project' });
    expect(text).not.toMatch(/sk-1234|user:secret/u);
  });
});

describe('as JSON', () => {
  it('is an array', () => {
    expect(format([], 'json')).toBe('[]\n');
  });

  it('has every field, null where there is nothing', () => {
    expect(JSON.parse(format([inTemplate, inRow, usage], 'json'))).toEqual([
      {
        severity: 'error',
        code: 'usage',
        message: 'no file was given',
        hint: 'name a file',
        file: null,
        line: null,
        column: null,
        end_line: null,
        end_column: null,
        pointer: null,
      },
      {
        severity: 'warning',
        code: 'unknown-name',
        message: 'there is no `x`',
        hint: null,
        file: 'a.yaml',
        line: 4,
        column: 10,
        end_line: 4,
        end_column: 15,
        pointer: '/steps/one/promt',
      },
      {
        severity: 'error',
        code: 'bad-row',
        message: 'the row has 3 cells, the header 2',
        hint: null,
        file: 'data/rows.csv',
        line: 12,
        column: 4,
        end_line: null,
        end_column: null,
        pointer: null,
      },
    ]);
  });

  it('escapes pointers', () => {
    const place = { source, pointer: ['a/b', 'c~d', 0] };
    expect(JSON.parse(format([{ ...usage, place }], 'json'))).toMatchObject([{ pointer: '/a~1b/c~0d/0' }]);
  });
});

describe('as GitHub annotations', () => {
  it('gives each a line', () => {
    expect(format([usage, unknownKey, inTemplate, inRow], 'github')).toBe(
      [
        '::error title=usage::no file was given%0Ahint: name a file',
        '::error file=a.yaml,line=3,col=5,endLine=3,endColumn=10,title=unknown-key::a chat step has no key `promt`%0Ahint: did you mean `prompt`?',
        '::warning file=a.yaml,line=4,col=10,endLine=4,endColumn=15,title=unknown-name::there is no `x`',
        '::error file=data/rows.csv,line=12,col=4,title=bad-row::the row has 3 cells, the header 2',
        '',
      ].join('\n'),
    );
  });

  it('escapes what would end a property or the line', () => {
    const place = { path: '/project/a,b:c%\n.yaml', line: 1 };
    expect(format([{ ...usage, message: '100% ::error::\r\nx', hint: '50%', place }], 'github')).toBe(
      '::error file=a%2Cb%3Ac%25\\n.yaml,line=1,title=usage::100%25 ::error::%0Ax%0Ahint: 50%25\n',
    );
  });
});

describe('a message of several lines', () => {
  const told = { ...usage, message: 'one is wrong\n\ntwo\r\n::error::three', hint: 'mend one\nthen two' };

  it('goes on below its first line', () => {
    expect(format([told])).toBe(
      'error  one is wrong  [usage]\n  two\n  \\x3a:error::three\n  hint: mend one\n        then two\n',
    );
  });

  it('is one annotation', () => {
    expect(format([told], 'github')).toBe(
      '::error title=usage::one is wrong%0Atwo%0A::error::three%0Ahint: mend one%0Athen two\n',
    );
  });
});

it('cuts a long message between characters', () => {
  expect(format([{ ...usage, message: '😀'.repeat(300) }])).toContain(`  ${'😀'.repeat(249)}…  [usage]`);
});

describe('whatever a file holds', () => {
  const pieces = [
    '::error::x',
    '##[error]',
    '\n',
    '\r',
    '\u001B[2J',
    '\u009B',
    '\u202E',
    ' ',
    'a',
    '%',
    ',',
    '"',
    '\\',
    '日',
  ];
  const untrusted = fc.string({ unit: fc.constantFrom(...pieces), maxLength: 20 });
  const hostile = fc
    .record({
      path: untrusted,
      text: untrusted,
      message: untrusted,
      hint: untrusted,
      start: fc.nat(60),
      length: fc.nat(20),
    })
    .map(({ path, text, message, hint, start, length }): Diagnostic => {
      const span = { start: Math.min(start, text.length), end: Math.min(start + length, text.length) };
      return {
        severity: 'error',
        code: 'x',
        message,
        hint,
        place: { source: textSource(path, text), pointer: [], span },
      };
    });

  it('the text neither acts on a terminal nor on a CI runner', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), (diagnostics) => {
        const text = format(diagnostics);
        expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|##\[/u);
        expect(text).not.toMatch(/^\s*::/mu);
        const json = format(diagnostics, 'json');
        expect(json).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|##\[|^\s*::/mu);
        expect(JSON.parse(json)).toHaveLength(
          new Set(JSON.parse(json).map((one: object) => JSON.stringify(one))).size,
        );
        for (const line of format(diagnostics, 'github').trimEnd().split('\n')) {
          expect(line).toMatch(/^::error [^\p{Cc}]*$/u);
          expect(line).toMatch(/^::error (?:\w+=[^,:]*,)*title=x::/u);
        }
      }),
    );
  });
});

describe('on a terminal', () => {
  const long: Diagnostic = {
    severity: 'error',
    code: 'usage',
    message: 'a message of many words '.repeat(8).trim(),
    hint: 'a remedy of many words as well '.repeat(5).trim(),
  };
  const wrapped = (columns: number, color = false) =>
    formatDiagnostics([long], { format: 'text', color, cwd: '/project', columns });
  const words = (text: string) => text.split(/\s+/u).join(' ');

  it.each([40, 80, 100, 300])('breaks prose between words to %i columns, 100 at most', (columns) => {
    const lines = wrapped(columns).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(columns, 100));
    expect(words(wrapped(columns))).toBe(words(format([long])));
    expect(stripVTControlCharacters(wrapped(columns, true))).toBe(wrapped(columns));
  });

  it('is one line a message elsewhere', () => {
    expect(format([long]).trimEnd().split('\n')).toHaveLength(2);
  });
});
