import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../src/template/compile.ts';
import { withHelpers } from '../../src/template/operators.ts';

describe('an expression with operators', () => {
  test.each([
    ["steps.extract.output.sentiment == 'negative'", "eq steps.extract.output.sentiment 'negative'"],
    ['input.a === "b"', "eq input.a 'b'"],
    ['input.a = 1', 'eq input.a 1'],
    ['input.a != null', 'ne input.a null'],
    ['input.a !== -1.5', 'ne input.a -1.5'],
    ['input.a > 3', 'gt input.a 3'],
    ['input.a<3', 'lt input.a 3'],
    ['input.a >= 3', 'not (lt input.a 3)'],
    ['input.a <= 3', 'not (gt input.a 3)'],
    ['!input.a', 'not input.a'],
    ['not input.a', 'not input.a'],
    ['input.a && input.b && !input.c', 'and input.a input.b (not input.c)'],
    ["input.a == 'x' or input.a == 'y'", "or (eq input.a 'x') (eq input.a 'y')"],
    ['input.a || input.b && input.c', 'or input.a (and input.b input.c)'],
    ['(input.a || input.b) && input.c', 'and (or input.a input.b) input.c'],
    ['(length input.tags) > 3', 'gt (length input.tags) 3'],
    ['input.tags[0] == true', 'eq input.tags.[0] true'],
    ['constructor == toString', 'eq constructor toString'],
    ['../a.[order id] == @index', 'eq ../a.[order id] @index'],
  ])('%s: %s', (text, expected) => {
    expect(withHelpers(text)).toBe(expected);
    expect(compileTemplate(`{{#each input.list}}{{${expected}}}{{/each}}`, new Map()).ok).toBe(true);
  });

  test.each([
    '',
    'input.a',
    'eq input.a 3',
    'input.a + 1 == 2',
    "input.a.startsWith('x')",
    'input.a ==',
    '== input.a',
    'input.a == b == c',
    '(input.a == 3',
    'input.a == "it\'s"',
    `input.a == 'say "x"'`,
    'input["a"] == 3',
    'constructor',
    'Only if a > 3, please.',
    `${'!'.repeat(50)}a`,
    '('.repeat(600),
  ])('is not made of %j', (text) => {
    expect(withHelpers(text)).toBeUndefined();
  });

  test('is one that compiles, whatever it is made of', () => {
    const part = fc.constantFrom(
      'a',
      'b.c',
      "'x'",
      '3',
      '(',
      ')',
      '!',
      '==',
      '>=',
      '&&',
      'or',
      'upper',
      'if',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const text = withHelpers(parts.join(' '));
        const compiled = compileTemplate(text === undefined ? '' : `{{${text}}}`, new Map());
        // The grammar allows it; what a helper is given is told on its own.
        const codes = compiled.ok ? [] : compiled.error.map(({ code }) => code);
        expect(codes).not.toContain('template-syntax');
      }),
    );
  });
});
