import { describe, expect, test } from 'vitest';
import { referencedPaths, stepReferences } from '../../src/template/references.ts';
import { compiled, type Partials } from './support.ts';

const partials: Partials = { show: 'Order {{steps.find.output}}: {{value.name}}', row: '{{name}}' };

function steps(template: string): readonly string[] {
  return stepReferences(compiled(template, partials)).map(({ step, start, end, partial }) => {
    const text = partial === undefined ? template : (partials[partial] ?? '');
    return `${step} ${text.slice(start, end)}${partial === undefined ? '' : ` in ${partial}`}`;
  });
}

describe('the steps that a template uses', () => {
  test.each<[string, readonly string[]]>([
    [
      '{{steps.a.output}} {{input.text}} {{steps.b.usage.total_tokens}}',
      ['a steps.a.output', 'b steps.b.usage.total_tokens'],
    ],
    [
      '{{#if (eq steps.a.output "x")}}y{{else}}{{default steps.b.output steps.c.output}}{{/if}}',
      ['a steps.a.output', 'b steps.b.output', 'c steps.c.output'],
    ],
    ['{{#with steps}}{{a.output}}{{/with}}', ['a a.output']],
    ['{{#with steps.a}}{{output.x}}{{/with}}', ['a steps.a', 'a output.x']],
    [
      '{{#each input.list}}{{steps.a.output}}{{@root.steps.b.output}}{{../steps.c.output}}{{/each}}',
      ['b @root.steps.b.output', 'c ../steps.c.output'],
    ],
    ['{{#each steps.a.output as |item|}}{{item.name}}{{/each}}', ['a steps.a.output', 'a item.name']],
    [
      '{{> show value=steps.a.output}}',
      ['a steps.a.output', 'find steps.find.output in show', 'a value.name in show'],
    ],
    [
      '{{input.steps.a}} {{steps}} {{this.steps.[__proto__].output}}',
      ['__proto__ this.steps.[__proto__].output'],
    ],
    ['no tags', []],
  ])('%s', (template, expected) => {
    expect(steps(template)).toEqual(expected);
  });
});

describe('the paths that a template uses', () => {
  test.each<[string, readonly string[]]>([
    ['{{input.text}} {{input.text}} {{vars.x}}', ['input.text', 'vars.x']],
    ['{{#each input.items}}{{name}}{{@index}}{{@root.input.id}}{{/each}}', ['input.items', 'input.id']],
    [
      '{{#with input}}{{text}}{{#if flag}}{{upper id}}{{/if}}{{/with}}',
      ['input', 'input.text', 'input.flag', 'input.id'],
    ],
    ['{{#with (default input.a input.b)}}{{c}}{{/with}}', ['input.a', 'input.b']],
    ['{{#with input}}{{> row}}{{/with}}', ['input', 'input.name']],
    ['{{this}}{{@root}}{{json "x"}}', []],
  ])('%s', (template, expected) => {
    expect(referencedPaths(compiled(template, partials)).map((path) => path.join('.'))).toEqual(expected);
  });
});
