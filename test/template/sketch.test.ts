import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/template/compile.ts';

const partials = new Map([['with-tone', 'Be {{tone}} to {{input.name}}.\n']]);

function sketch(text: string): string {
  const compiled = compileTemplate(text, partials);
  if (!compiled.ok) throw new Error(compiled.error[0]?.message);
  return compiled.value.sketch({
    input: { name: 'Ada', tags: ['a', 'b'] },
    vars: { tone: 'kind' },
    steps: {},
  });
}

describe('a sketch', () => {
  it.each([
    ['Hello {{input.name}}!', 'Hello Ada!'],
    ['Of {{steps.one.output}}, {{input.name}}', 'Of , Ada'],
    ['{{upper steps.one.output}}{{upper input.name}}', 'ADA'],
    ['{{#if steps.one.output}}yes{{else}}no {{steps.two.output}}{{/if}}', 'no '],
    ['{{#if input.name}}{{input.name}}: {{steps.one.output}}{{else}}no{{/if}}', 'Ada: '],
    ['{{#unless steps.one.output}}none {{steps.one.output}}{{/unless}}', 'none '],
    ['{{#if (eq steps.one.output.a 1)}}one{{else}}other{{/if}}', 'other'],
    ['{{#each input.tags}}{{this}} {{/each}}', 'a b '],
    ['{{#each steps.one.output}}{{this}}{{/each}}end', 'end'],
    ['{{#with steps.one.output}}{{a}}{{/with}}end', 'end'],
    ['So: {{> with-tone tone=vars.tone}}', 'So: Be kind to Ada.\n'],
    ['So: {{> with-tone tone=steps.one.output}}', 'So: Be  to Ada.\n'],
  ])('of %j says what is known', (text, said) => {
    expect(sketch(text)).toBe(said);
  });
});
