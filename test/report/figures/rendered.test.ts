import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../../src/report/figures/rendered.ts';
import type { ModelCall, RecordStory } from '../../../src/report/figures/story.ts';
import { fingerprintsOf } from '../../../src/run/fingerprint.ts';
import { createImages } from '../../../src/run/images.ts';
import { success } from '../../../src/result.ts';
import { path, plan, settings, step } from '../../run/support/plans.ts';
import { priced } from '../../run/journal/journals.ts';
import { answer } from '../../run/support/fake-models.ts';

const asked = (content: string) => ({ messages: [{ role: 'user' as const, content }] });
const fingerprint = (content: string) => fingerprintsOf(settings)(asked(content));

function answered(step: string, question: string, text: string): ModelCall {
  const outcome = answer(text);
  if (!outcome.ok) throw new Error('no answer');
  const made = { type: 'call', step, call: 1, duration: 10, model: 'small', usage: priced } as const;
  return { ...made, fingerprint: fingerprint(question), completion: outcome.completion };
}

const story = (calls: RecordStory['calls']): RecordStory => ({
  sequence: 0,
  index: 0,
  line: 1,
  key: 'a',
  outcome: 'succeeded',
  calls,
  isCut: false,
});

describe('rendering again what was asked', () => {
  it('follows the answers of the journal, the last of several, and ends where there is none', async () => {
    const chain = plan([
      step('one'),
      step('two', {
        after: ['one'],
        prompt: ({ steps }) => `after ${(steps as { one: { output: string } }).one.output}`,
      }),
      step('three', { after: ['two'] }),
    ]);
    const render = createRenderer(chain, createImages(undefined));
    const messages = await render(
      story([answered('one', 'one a', 'first'), answered('one', 'one a', 'second')]),
      { id: 'a' },
    );
    expect([...messages]).toEqual([
      [fingerprint('one a'), asked('one a').messages],
      [fingerprint('after second'), asked('after second').messages],
    ]);
  });

  it('runs no tool', async () => {
    let ran = 0;
    const run = async () => {
      ran += 1;
      return success('x');
    };
    const told: unknown[] = [];
    const tools = plan([
      step('one', {
        program: {
          output: true,
          render: () => success(asked('x')),
          async execute(_scope, { tool }) {
            const call = { id: 'c1', name: 'lookup', arguments: {}, identity: null, run };
            told.push(await tool(call), await tool({ ...call, id: 'c2' }));
            return success({ output: null, tool_calls: [], finish_reason: null, usage: priced });
          },
        },
      }),
    ]);
    const call = {
      type: 'tool',
      step: 'one',
      call: 1,
      duration: 1,
      id: 'c1',
      name: 'lookup',
      arguments: {},
    } as const;
    await createRenderer(tools, createImages(undefined))(story([{ ...call, result: 'kept' }]), { id: 'a' });
    expect(ran).toBe(0);
    expect(told).toEqual([success('kept'), expect.objectContaining({ ok: false })]);
  });

  it('asks nothing of a record that its own condition skips', async () => {
    const never = plan([step('one')], { input: { validate: () => [], when: path('input.go') } });
    const messages = await createRenderer(never, createImages(undefined))(story([]), { id: 'a', go: false });
    expect(messages.size).toBe(0);
  });
});
