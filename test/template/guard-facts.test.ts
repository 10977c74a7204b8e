import { describe, expect, test } from 'vitest';
import { guardFacts } from '../../src/template/guard-facts.ts';
import { compiled } from './support.ts';

/** The facts as text: a path, with `?` where it may still be null. */
function facts(when: string): readonly string[] {
  return guardFacts(compiled(when)).map(({ path, nonNull }) => `${path.join('.')}${nonNull ? '' : '?'}`);
}

describe('what a `when` that holds makes sure of', () => {
  test.each<[string, readonly string[]]>([
    ['{{steps.a.output}}', ['steps.a.output']],
    ['{{steps.a.output}}\n', ['steps.a.output']],
    ["{{eq steps.a.output.topic 'order'}}", ['steps.a.output.topic']],
    ["{{eq 'order' steps.a.output.topic}}", ['steps.a.output.topic']],
    ['{{eq steps.a.output.topic null}}', ['steps.a.output.topic?']],
    ['{{eq steps.a.output steps.b.output}}', []],
    ["{{eq (upper steps.a.output) 'X'}}", ['steps.a.output?']],
    ["{{ne steps.a.output 'x'}}", []],
    ["{{not (ne steps.a.output 'x')}}", ['steps.a.output']],
    ['{{not steps.a.output}}', []],
    ['{{not (not steps.a.output)}}', ['steps.a.output']],
    [
      "{{and steps.a.output (eq steps.b.output 'x') input.flag}}",
      ['steps.a.output', 'steps.b.output', 'input.flag'],
    ],
    ['{{or steps.a.output steps.b.output}}', []],
    ['{{or steps.a.output.x steps.a.output.y}}', ['steps.a.output']],
    ['{{or (and steps.a.output steps.b.output) (and steps.b.output steps.c.output)}}', ['steps.b.output']],
    ['{{not (or (not steps.a.output) (not steps.b.output))}}', ['steps.a.output', 'steps.b.output']],
    ['{{not (and (not steps.a.output) (not steps.b.output))}}', []],
    ['{{gt (length steps.a.output.list) 2}}', ['steps.a.output.list?']],
    ['{{lt steps.a.output steps.b.output}}', ['steps.a.output?', 'steps.b.output?']],
    ['{{default steps.a.output "x"}}', []],
    ['{{gt (default steps.a.output 0) 1}}', []],
    ['{{@root.steps.a.output}}', ['steps.a.output']],
    // Not one expression: nothing is known.
    ['{{#if steps.a.output}}x{{/if}}', []],
    ['text', []],
  ])('%s', (when, expected) => {
    expect(facts(when)).toEqual(expected);
  });
});
