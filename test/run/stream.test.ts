import { describe, expect, it } from 'vitest';
import type { StreamDelta } from '../../src/models/contract.ts';
import { drive } from './support/drive.ts';
import { fakeModels } from './support/fake-models.ts';
import { plan, recordsOf, step } from './support/plans.ts';

const deltas: readonly StreamDelta[] = [
  { type: 'began' },
  { type: 'thinking', text: 'hm' },
  { type: 'text', text: 'Hal' },
  { type: 'text', text: 'lo' },
  { type: 'tool_call', name: 'look' },
];

describe('streams', () => {
  it('are asked for and told where the run wants them, for every step', async () => {
    const models = fakeModels();
    const chain = plan([step('one'), step('two', { after: ['one'] })]);
    const run = drive(chain, recordsOf(1), { openModel: models.openModel, stream: true });
    for (const name of ['one', 'two']) {
      const call = await models.nextCall();
      expect(call.step).toBe(name);
      for (const delta of deltas) call.stream?.(delta);
      call.reply('Hallo');
    }
    await run.finished;
    const told = (name: string) =>
      deltas.map((delta) => ({ type: 'call_delta', index: 0, step: name, call: 1, delta }));
    expect(run.of('call_delta')).toEqual([...told('one'), ...told('two')]);
    expect(run.events.findIndex(({ type }) => type === 'call_finished')).toBeGreaterThan(
      run.events.findIndex(({ type }) => type === 'call_delta'),
    );
  });

  it('are asked for where a step wants them, but not told', async () => {
    const models = fakeModels();
    const both = plan([step('one', { stream: true }), step('two', { after: ['one'] })]);
    const run = drive(both, recordsOf(1), { openModel: models.openModel });
    const one = await models.nextCall();
    expect(one.stream).toBeDefined();
    for (const delta of deltas) one.stream?.(delta);
    one.reply();
    const two = await models.nextCall();
    expect(two.stream).toBeUndefined();
    two.reply();
    expect((await run.finished).counts.succeeded).toBe(1);
    expect(run.of('call_delta')).toEqual([]);
  });
});
