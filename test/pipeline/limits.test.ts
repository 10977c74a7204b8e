import { describe, expect, it } from 'vitest';
import { overrideTexts } from '../../src/pipeline/overrides.ts';
import { resumableSetting } from '../../src/pipeline/resumable.ts';
import { loadText, planOf } from './load-text.ts';

const head = 'version: 1\nmodel: {name: mistral-small-latest, max_tokens: 100}\n';
const step = 'steps: {one: {type: chat, prompt: "{{input.text}}"}}\n';

describe('the limits of a plan', () => {
  it('are those of the file, without notes', async () => {
    const text =
      'limits: {requests_per_second: 0.5, requests_per_minute: 60, tokens_per_minute: 1000, x-why: slow}';
    expect((await planOf(`${head}${step}${text}`)).limits).toEqual({
      concurrency: 16,
      requests_per_second: 0.5,
      requests_per_minute: 60,
      tokens_per_minute: 1000,
    });
  });

  it('say how long an outage may last', async () => {
    const { retry } = await planOf(`${head}${step}retry: {outage: 24h}`);
    expect(retry).toEqual({ attempts: 5, max_delay: 60_000, outage: 86_400_000 });
  });

  it.each([
    ['{usd: 0.000000001, x-why: poor}', { usd: 0.000000001 }],
    ['{tokens: 1}', { tokens: 1 }],
    ['{usd: 1000000, tokens: 2000000}', { usd: 1_000_000, tokens: 2_000_000 }],
    ['{}', {}],
  ])('have the budget %s', async (budget, expected) => {
    expect((await planOf(`${head}${step}budget: ${budget}`)).budget).toEqual(expected);
  });

  it.each([
    'budget: {usd: 0}',
    'budget: {usd: 1000001}',
    'budget: {tokens: 0.5}',
    'limits: {requests_per_second: 0.0009}',
    'limits: {requests_per_minute: 0}',
    'limits: {tokens_per_minute: 1.5}',
    'retry: {outage: 0s}',
    'retry: {outage: 86401s}',
  ])('refuse %s', async (text) => {
    expect((await loadText(`${head}${step}${text}`)).told).toHaveLength(1);
  });
});

describe('the cache of a step', () => {
  it.each([
    ['', [true, false, true]],
    ['cache: true\n', [true, false, true]],
    ['cache: false\n', [false, false, true]],
  ])('is its own, else that of the file: %j', async (top, expected) => {
    const steps = `steps:
  one: {type: chat, prompt: a}
  two: {type: chat, prompt: a, cache: false}
  three: {type: chat, prompt: a, cache: true}
`;
    const { steps: planned } = await planOf(head + top + steps);
    expect(planned.map(({ cache }) => cache)).toEqual(expected);
    const { steps: without, overrides } = await planOf(head + top + steps, {}, { cache: false });
    expect(without.map(({ cache }) => cache)).toEqual([false, false, false]);
    expect(overrides).toEqual(['--no-cache']);
  });
});

describe('the longest answer of a step', () => {
  it.each([
    ['{name: a}', null],
    ['{name: a, max_tokens: 5}', 5],
    ['{provider: openai, name: a}', null],
    ['{provider: openai, name: a, max_completion_tokens: 7}', 7],
    ['{provider: openai, name: a, max_tokens: 9, max_completion_tokens: 7}', 7],
    ['{provider: google-genai, name: a, max_output_tokens: 8}', 8],
    ['{provider: ollama, name: a}', null],
    ['{provider: ollama, name: a, num_predict: -1}', null],
    ['{provider: ollama, name: a, num_predict: 0}', null],
    ['{provider: ollama, name: a, num_predict: 1}', 1],
    // Anthropic's requests always say it.
    ['{provider: anthropic, name: a}', 4096],
    ['{provider: anthropic, name: a, max_tokens: 5}', 5],
  ])('with %s', async (model, expected) => {
    const { steps } = await planOf(`version: 1\nmodel: ${model}\n${step}`);
    expect(steps[0]?.max_output_tokens).toBe(expected);
  });
});

describe('a budget', () => {
  const unpriced = `version: 1\nmodel: {name: mine, max_tokens: 5}\n${step}`;

  it('in tokens needs no price', async () => {
    expect((await loadText(`${unpriced}budget: {tokens: 5}`)).told).toEqual([]);
  });

  it('in dollars takes the price of the file', async () => {
    const prices = 'prices: {mine: {input: 0, output: 0}}';
    expect((await loadText(`${unpriced}budget: {usd: 5}\n${prices}`)).told).toEqual([]);
  });

  it('is held against the model that a flag names', async () => {
    const { told } = await loadText(`${head}${step}budget: {usd: 5}`, {}, { model: 'mine' });
    expect(told).toEqual([
      'unknown-price `--model mine`: `budget.usd` needs the price of each model, and that of `mine` is not known; write `prices: {mine: {input: …, output: …}}` in dollars for a million tokens, or set `budget.tokens` instead',
    ]);
  });

  it('is set by a flag, over what is set of it', async () => {
    const { budget, overrides } = await planOf(
      `${head}${step}budget: {tokens: 9}`,
      {},
      { sets: ['budget.usd=1'], budgetUsd: 2.5 },
    );
    expect(budget).toEqual({ usd: 2.5, tokens: 9 });
    expect(overrides).toEqual(['--set budget.usd=1', '--budget-usd 2.5']);
  });

  it('that a flag sets needs a bound on the answers too', async () => {
    const text = `version: 1\nmodel: {name: mistral-small-latest}\n${step}`;
    const { told } = await loadText(text, {}, { budgetUsd: 1 });
    expect(told).toEqual([
      '2:1 unbounded-answer `budget` needs a bound on every answer, and `model` sets no `max_tokens`; add `max_tokens: 800`',
    ]);
  });
});

describe('the flags of a run', () => {
  it('are kept as given', () => {
    const flags = {
      vars: ['a=b c'],
      sets: ['x.y=1', 'x={"a": 1}'],
      model: 'large',
      concurrency: 4,
      budgetUsd: 1e-7,
      cache: false,
    } as const;
    expect(overrideTexts(flags)).toEqual([
      '--set x.y=1',
      '--set x={"a": 1}',
      '--var a=b c',
      '--model large',
      '--concurrency 4',
      '--budget-usd 1e-7',
      '--no-cache',
    ]);
    expect(overrideTexts({})).toEqual([]);
  });
});

describe('a setting of a resumed run', () => {
  it.each([
    'limits.concurrency=4',
    'limits={"concurrency": 4}',
    'budget.usd=5',
    'retry.outage=1h',
    'fail.error_rate=0.5',
    'cache=false',
    'prices["a.b"].input=3',
  ])('may be %s', (text) => {
    expect(resumableSetting(text)).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ['model.name=large', '`model.name` is part of what a run is'],
    ['vars.language=German', '`vars.language` is part'],
    ['steps.one.cache=false', '`steps.one.cache` is part'],
    ['steps["limits"].prompt=a', '`steps.limits.prompt` is part'],
    ['["limits.concurrency"]=4', '`["limits.concurrency"]` is part'],
    ['output={}', '`output` is part'],
    ['limits.concurrency', 'it does not say what to set'],
    ['', 'it does not say what to set'],
    ['limits=[1', 'found the end of the text'],
  ])('may not be %s', (text, message) => {
    const error = { message: expect.stringContaining(message) as string, hint: expect.any(String) as string };
    expect(resumableSetting(text)).toEqual({ ok: false, error });
  });
});
