import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPipeline } from '../../src/pipeline/pipeline.ts';
import type { Plan } from '../../src/plan.ts';
import { neededRecord } from '../../src/trial/needed-record.ts';
import { planUpTo } from '../../src/trial/part.ts';
import { project } from '../testing/support.ts';

async function planOf(rest: string, files: { readonly [path: string]: string } = {}): Promise<Plan> {
  const folder = project({ 'p.yaml': `version: 1\nmodel: {name: m}\n${rest}`, ...files });
  const { plan, diagnostics } = await loadPipeline(join(folder, 'p.yaml'));
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics.map(({ message }) => message)));
  return plan;
}

describe('what a pipeline needs of a record', () => {
  it('is what its templates read, those of partials, conditions and tools too', async () => {
    const plan = await planOf(
      `partials: ./prompts
input: {when: "{{input.a}}"}
steps:
  one: {type: chat, when: "{{input.b}}", prompt: "{{> p}}{{#each input.c}}{{this.x}}{{/each}}"}
output: {f: "{{input.f}}", one: "{{default steps.one.output input.a}}"}
`,
      { 'prompts/p.hbs': '{{#if input.d}}{{input.d.deep}}{{/if}}' },
    );
    const { fields, nothing } = neededRecord(plan);
    expect(fields.toSorted()).toEqual(['a', 'b', 'c', 'd', 'f']);
    expect(nothing).toBe(false);
    expect(neededRecord(planUpTo(plan, 'one')).fields.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('comes with a record that shows the type of each field', async () => {
    const properties =
      '{id: {type: string}, n: {type: integer}, lang: {enum: [de, en]}, tags: {type: array}, of: {type: object}, yes: {type: boolean}}';
    const plan = await planOf(
      `input: {schema: {type: object, required: [id, n, lang, tags, of, yes], properties: ${properties}}}
steps: {one: {type: chat, prompt: "{{input.id}}"}}\n`,
    );
    expect(neededRecord(plan).example).toEqual({ id: '…', n: 0, lang: 'de', tags: [], of: {}, yes: true });
  });

  it('is nothing where nothing reads it; but a record that is read as a whole is needed', async () => {
    expect(neededRecord(await planOf('steps: {one: {type: chat, prompt: Hello}}\n')).nothing).toBe(true);
    const whole = neededRecord(await planOf('steps: {one: {type: chat, prompt: "{{json input}}"}}\n'));
    expect([whole.nothing, whole.fields]).toEqual([false, []]);
  });
});

describe('a pipeline up to one step', () => {
  it('has what that step awaits, by its templates, its condition and `needs`', async () => {
    const plan = await planOf(`steps:
  a: {type: chat, prompt: Hello}
  b: {type: chat, prompt: Hello}
  c: {type: chat, prompt: "{{steps.a.output}}", needs: [b]}
  d: {type: chat, prompt: Hello}
  e: {type: chat, when: "{{steps.c.output}}", prompt: Hello}
output: {d: "{{steps.d.output}}", e: "{{default steps.e.output null}}"}
`);
    const idsUpTo = (id: string) => planUpTo(plan, id).steps.map((step) => step.id);
    expect(idsUpTo('e')).toEqual(['a', 'b', 'c', 'e']);
    expect(idsUpTo('d')).toEqual(['d']);
  });
});
