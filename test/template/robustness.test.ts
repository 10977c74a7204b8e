import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTemplate } from '../../src/template/check.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import { guardFacts } from '../../src/template/guard-facts.ts';
import { referencedPaths, stepReferences } from '../../src/template/references.ts';
import type { TemplateProblem } from '../../src/template/problem.ts';
import type { ScopeNode, ScopeType } from '../../src/template/scope-type.ts';
import { somePartial, someScope, someTemplate } from './random-templates.ts';

const text = { type: 'string' };
const words = { type: 'array', items: text };
const line = { type: 'object', properties: { name: text, count: { type: 'integer' }, words } };
const schemas = {
  text,
  number: { type: 'integer' },
  odd: { type: 'object', properties: { 'a name': text } },
  words,
  map: { type: 'object', additionalProperties: text },
  order: {
    type: 'object',
    properties: { id: text, total: { type: 'integer' }, lines: { type: 'array', items: line }, first: line },
  },
};
const scopeOf = (entries: readonly (readonly [string, ScopeNode])[]): ScopeType => ({
  names: new Map(entries),
  mayBeAbsent: [['steps', 'a']],
  present: [],
  elsewhere: { env: 'env is not for prompts' },
});
const known = scopeOf(Object.entries(schemas).map(([name, schema]) => [name, { kind: 'value', schema }]));

test('nothing is wrong with a template whose every path is in the scope', () => {
  fc.assert(
    fc.property(someTemplate, somePartial, (template, part) => {
      const result = compileTemplate(template, new Map([['part', part]]));
      expect(result.ok ? checkTemplate(result.value, known) : result.error).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

/** Pieces of templates, in any order: most of what comes out is wrong in some way. */
const pieces = [
  '{{ }} {{{ }}} {{{{ }}}} {{~ ~}} {{# {{/ {{^ {{> {{& {{* {{#* {{#> {{! {{!-- --}} {{else {{else}} {{/if}} {{/each}}',
  'input steps.a.output env.X this .. ../ @root @index @ . / x part if true null undefined [ ] ( ) " \' = | 1 -1.5',
  'eq upper default join truncate and not length lookup json word \\ \\\\ \0 \u2028 😀',
].flatMap((list) => list.split(' '));
const spaced = [
  ' ',
  '\n',
  '\r\n',
  'as |x|',
  '{{#if ',
  '{{#each input}}',
  '{{#with input}}',
  '{{> part x=input}}',
];
const whole = [
  '{{input}}',
  '{{#if input}}x{{else}}y{{/if}}',
  '{{#each input as |x i|}}{{x}}{{/each}}',
  '{{json input}}',
];
const soup = fc
  .array(fc.constantFrom(...pieces, ...spaced, ...whole, ...whole, ...whole), { maxLength: 12 })
  .map((parts) => parts.join(''));

describe('whatever is written', () => {
  const scope = scopeOf([
    ['input', { kind: 'value', schema: true }],
    ['steps', { kind: 'names', names: new Map([['a', { kind: 'value', schema: line }]]) }],
  ]);

  function expectSound(problems: readonly TemplateProblem[], template: string, part: string): void {
    for (const { start, end, partial, message } of problems) {
      expect(message).not.toBe('');
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(end).toBeLessThanOrEqual((partial === undefined ? template : part).length);
    }
  }

  test('is either a template or mistakes with places in the text', () => {
    fc.assert(
      fc.property(soup, soup, someScope, (template, part, data) => {
        const result = compileTemplate(template, new Map([['part', part]]));
        const problems = result.ok ? [] : result.error;
        expectSound(problems, template, part);
        expect(problems.length === 0).toBe(result.ok);
        if (!result.ok) return;
        expectSound(checkTemplate(result.value, scope), template, part);
        expectSound(checkTemplate(result.value, { ...scope, guarded: true }), template, part);
        guardFacts(result.value);
        stepReferences(result.value);
        referencedPaths(result.value);
        for (const record of [data, { input: data, steps: { a: { output: [data, null] } } }, {}]) {
          const outcomes = [
            result.value.render(record),
            result.value.evaluate(record),
            result.value.probe(record),
          ];
          for (const outcome of outcomes)
            if (!outcome.ok)
              expectSound([{ ...outcome.error, severity: 'error', code: 'unknown-path' }], template, part);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
