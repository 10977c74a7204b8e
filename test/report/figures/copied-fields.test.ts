import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPipeline } from '../../../src/pipeline/pipeline.ts';
import { copiedByPlan, copiedByValue } from '../../../src/report/figures/copied-fields.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function planOf(output: string) {
  const cwd = temporaryFolder();
  const file = join(cwd, 'a.yaml');
  writeFileSync(
    file,
    `version: 1\nname: a\nmodel: {name: small}\nsteps:\n  one: {type: chat, prompt: '{{input.text}}'}\n${output}`,
  );
  const { plan, diagnostics } = await loadPipeline(file, { cwd });
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  return plan;
}

describe('the fields that an output has from the input', () => {
  it('are those that the pipeline copies, whatever they hold and are called', async () => {
    const isCopied = copiedByPlan(
      await planOf(`output:
  id: '{{input.id}}'
  a b: '{{ input.[a b] }}'
  stars: '{{default input.stars null}}'
  a c: "{{default input.[a c] ''}}"
  either: '{{default input.either input.id}}'
  label: '{{steps.one.output}}'
  text: '{{upper input.text}}'
  renamed: '{{input.id}}'
  deeper: '{{input.customer.[full name]}}'
  line: 'x {{input.line}}'
  model: small
`),
    );
    const names = [
      'id',
      'a b',
      'stars',
      'a c',
      'either',
      'label',
      'text',
      'renamed',
      'deeper',
      'line',
      'model',
    ];
    expect(names.filter(isCopied)).toEqual(['id', 'a b', 'stars', 'a c', 'renamed', 'deeper']);
  });

  it('are all but the steps, where the pipeline has no output', async () => {
    const isCopied = copiedByPlan(await planOf(''));
    expect(['id', 'one', 'text'].filter(isCopied)).toEqual(['id', 'text']);
  });

  it('are those that are the same in all records, where the pipeline is not known', () => {
    const isCopied = copiedByValue([
      { input: { id: '1', label: 'a', stars: '3' }, output: { id: '1', label: 'a', stars: 3, new: 'x' } },
      { input: { id: '2', label: 'b', stars: '4' }, output: { id: '2', label: 'a', stars: 4 } },
    ]);
    expect(['id', 'label', 'stars', 'new', 'absent'].filter(isCopied)).toEqual(['id', 'stars']);
    expect(copiedByValue([])('id')).toBe(false);
    expect(copiedByValue([{ input: { output: 'a' }, output: 'a' }])('output')).toBe(false);
  });
});
