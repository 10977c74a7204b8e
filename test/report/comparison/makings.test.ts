import { describe, expect, it, onTestFinished } from 'vitest';
import { displayWidth } from '../../../src/diagnostic/printable.ts';
import { makingsOf } from '../../../src/report/comparison/makings.ts';
import { comparisonText } from '../../../src/report/comparison/text.ts';
import { compared, runOf } from '../../comparison/sides.ts';

async function ofFlags(before: readonly string[], after: readonly string[]) {
  const [a, b] = [runOf({}, 'one', { overrides: before }), runOf({}, 'two', { overrides: after })];
  const comparison = await compared(a, b);
  onTestFinished(() => comparison.close());
  return comparison;
}

const long = 'Answer the question of the customer in as few words as you can. '.repeat(9).trim();

describe('the flags in which two runs differ', () => {
  it('are told one by one, those alone that differ, each cut on its own', async () => {
    const comparison = await ofFlags(
      ['--set steps.b.system=Be brief.', '--set model.max_tokens=80', '--model mistral-small-latest'],
      [
        `--set steps.a.prompt=${long}`,
        '--set steps.b.system=Be brief.',
        '--set model.temperature=1',
        '--set model.max_tokens=50',
        '--model mistral-large-latest',
      ],
    );
    expect(makingsOf(comparison)).toEqual([
      { name: '--set model.max_tokens', before: '80', after: '50' },
      { name: '--model', before: 'mistral-small-latest', after: 'mistral-large-latest' },
      { name: '--set steps.a.prompt', before: 'none', after: expect.stringMatching(/^Answer .{112}…$/u) },
      { name: '--set model.temperature', before: 'none', after: '1' },
    ]);
    let text = '';
    const output = { color: false, columns: 80, isTerminal: false };
    for await (const piece of comparisonText(comparison, { output, limit: 1 })) text += piece;
    expect(text).toContain(`
the runs differ in
  --set model.max_tokens: 80 -> 50
  --model: mistral-small-latest -> mistral-large-latest
  --set steps.a.prompt: none -> Answer the question of the customer in as few w…
  --set model.temperature: none -> 1
`);
    expect(text.split('\n').filter((line) => displayWidth(line) > 80)).toEqual([]);
  });

  it('have the name that they set, which may hold an equals sign or a line break', async () => {
    const comparison = await ofFlags(
      ['--set input.schema.properties["a=\\"b"].description=x=y'],
      ['--set steps.a.prompt=one\ntwo=three'],
    );
    expect(makingsOf(comparison)).toEqual([
      { name: '--set input.schema.properties["a=\\"b"].description', before: 'x=y', after: 'none' },
      { name: '--set steps.a.prompt', before: 'none', after: 'one\ntwo=three' },
    ]);
  });

  it('are told together where nothing but their order differs', async () => {
    const [model, temperature] = ['--set model={}', '--set model.temperature=1'];
    const comparison = await ofFlags([model, temperature], [temperature, model]);
    expect(makingsOf(comparison)).toEqual([
      { name: 'flags', before: `${model} ${temperature}`, after: `${temperature} ${model}` },
    ]);
  });
});

describe('the simulators of two runs', () => {
  it.each<[string, object, object, readonly object[]]>([
    [
      'are told by their options',
      { simulated: true, simulator: 'seed=1' },
      { simulated: true, simulator: 'seed=2,errors=30%' },
      [{ name: '--simulate', before: 'seed=1', after: 'seed=2,errors=30%' }],
    ],
    [
      'may have none',
      { simulated: true },
      { simulated: true, simulator: 'seed=2' },
      [{ name: '--simulate', before: 'none', after: 'seed=2' }],
    ],
    [
      'say nothing of a run that asked a model',
      {},
      { simulated: true, simulator: 'seed=2' },
      [{ name: 'simulated', before: 'real answers', after: 'simulated' }],
    ],
  ])('%s', async (_, before, after, makings) => {
    const comparison = await compared(runOf({}, 'one', before), runOf({}, 'two', after));
    onTestFinished(() => comparison.close());
    expect(makingsOf(comparison)).toEqual(makings);
  });
});
