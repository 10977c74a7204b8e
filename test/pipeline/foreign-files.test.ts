import { expect, it } from 'vitest';
import { loadText } from './load-text.ts';

const docetl = `default_model: gpt-4o-mini
datasets: {reviews: {type: file, path: reviews.json}}
operations:
  - {name: rate, type: map, prompt: "Rate {{ input.text }}", output: {schema: {stars: integer}}}
pipeline: {steps: [{name: one, input: reviews, operations: [rate]}], output: {type: file, path: rated.json}}
`;

it.each([
  ['a configuration of promptfoo’s', 'prompts: [Say {{name}}]\nproviders: [openai:gpt-4o]\n', 'pipe import'],
  ['one that is no whole YAML', 'prompts:\n  - {{name}}\ntests: []\n', 'pipe import'],
  [
    'a flow of promptflow’s',
    'inputs: {}\nnodes:\n  - {name: a, type: llm}\n',
    '`pipe import pipeline.yaml --from promptflow`',
  ],
  ['a pipeline of DocETL’s', docetl, 'what joins records or takes them apart'],
])('%s is told as such, and nothing else of it', async (_, text, remedy) => {
  const { told } = await loadText(text);
  expect(told).toEqual([
    expect.stringMatching(/^not-a-pipeline `pipeline.yaml` looks like .*, not a pipeline; /u),
  ]);
  expect(told[0]).toContain(remedy);
});

it.each([
  ['a pipeline with a key of theirs', 'prompts: []\ntests: []\nsteps: {a: {type: chat, prompt: Hi}}\n'],
  ['one key alone', 'prompts: [Say hello]\n'],
  ['nodes of another kind', 'nodes: [a, b]\n'],
])('%s is read as a pipeline', async (_, text) => {
  const { told } = await loadText(text);
  expect(told.join('\n')).not.toContain('not-a-pipeline');
  expect(told.join('\n')).toContain('unknown-key');
});
