import * as fc from 'fast-check';
import Handlebars from 'handlebars';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import { findHelper, helperNames } from '../../src/template/helpers.ts';
import type { Scope } from '../../src/template/template.ts';
import { isTruthy, textOf } from '../../src/template/values.ts';
import { somePartial, someScope, someTemplate } from './random-templates.ts';
import { rendered } from './support.ts';

/**
 * Handlebars itself as the judge of what a template means. Its escaping is replaced by our text, since `noEscape` is
 * not the same: it adds adjacent numbers.
 */
const judge = Handlebars.create();
Object.assign(judge.Utils, { escapeExpression: (value: JsonValue | undefined) => textOf(value ?? null) });
for (const name of helperNames) {
  judge.registerHelper(name, (...given: unknown[]) => {
    const values = given.slice(0, -1) as JsonValue[];
    const helper = findHelper(name);
    if (helper?.form === 'plain') return helper.apply(values);
    if (name === 'default') return values[0] === '' ? values[1] : (values[0] ?? values[1]);
    return name === 'and' ? values.every(isTruthy) : values.some(isTruthy);
  });
}

function judged(text: string, scope: object, partials: { readonly [name: string]: string } = {}): string {
  return judge.compile(text, { preventIndent: true })(scope, { partials });
}

describe('Handlebars and we', () => {
  test('agree on random templates', () => {
    fc.assert(
      fc.property(someTemplate, somePartial, someScope, (text, part, scope) => {
        const partials = { part };
        const result = compileTemplate(text, new Map(Object.entries(partials)));
        const actual = result.ok ? result.value.render(scope) : result.error;
        expect(actual).toEqual({ ok: true, value: judged(text, scope, partials) });
      }),
      { numRuns: 300 },
    );
  });

  const partials = {
    lines: 'one\n{{text}}\n',
    outer: '{{> inner}}',
    inner: '[{{default value "none"}}]',
  };

  /** Template, scope, what Handlebars makes of it with `noEscape`, and what we do. */
  test.each<[string, Scope, string, string]>([
    // `noEscape` adds adjacent numbers.
    ['{{a}}{{b}}', { a: 1, b: 2 }, '3', '12'],
    ['{{a}}', { a: { b: 1 } }, '[object Object]', '{"b":1}'],
    ['{{a}}', { a: [1, [2, null]] }, '1,2,', '[1,[2,null]]'],
    // A block whose context is that of the block around it does not count for `../`.
    ['{{#with a}}{{#with this}}{{../b}}{{/with}}{{/with}}', { a: { b: 'in' }, b: 'out' }, 'out', 'in'],
    // Handlebars indents every line of a partial, and so of the data in it.
    ['  {{> lines}}', { text: 'two\nthree' }, '  one\n  two\n  three\n', '  one\ntwo\nthree\n'],
    // Arguments of a partial are merged into the context there, and so reach the partials in it.
    ['{{> outer value="x"}}', {}, '[x]', '[none]\n'],
    ['{{> inner value="x"}}', { value: 'y' }, '[x]', '[x]\n'],
    // What is absent passes in silence.
    ['{{a.b}}', { a: {} }, '', 'absent_path: `a.b` is absent'],
    ['{{upper a}}', {}, 'UNDEFINED', 'absent_path: `a` is absent'],
    ['{{#each a}}{{b}}{{/each}}', { a: [{}] }, '', 'absent_path: `a.0.b` is absent'],
    [
      '{{#each a}}x{{/each}}',
      { a: 'text' },
      '',
      'bad_argument: {{#each}} needs a list or an object, but `a` is text',
    ],
    // Functions in data are called.
    ['{{a}}', { a: () => 'called' }, 'called', 'absent_path: `a` is absent'],
    ['{{a.length}}', { a: 'text' }, '4', 'absent_path: `a.length` is absent: `a` is text, write (length a)'],
  ])('differ in %s of %j', (template, scope, theirs, ours) => {
    const other = Handlebars.create();
    other.registerHelper('upper', (value: unknown) => String(value).toUpperCase());
    other.registerHelper('default', (value: unknown, fallback: unknown) => value ?? fallback);
    expect(other.compile(template, { noEscape: true })(scope, { partials })).toBe(theirs);
    expect(rendered(template, scope, partials)).toBe(ours);
  });
});
