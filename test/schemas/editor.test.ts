import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEditor, type Editor } from './language-server.ts';

const schema = fileURLToPath(new URL('../../schemas/pipeline.schema.json', import.meta.url));
const modeline = `# yaml-language-server: $schema=${schema}\n`;
const sound = `${modeline}version: 1
model: {name: mistral-small-latest, temperature: 0, timeout: 30s, x-note: mine}
x-note: mine
steps:
  x-shared: &shared {type: chat}
  translate:
    <<: *shared
    prompt: "{{input.text}}"
`;

/** What editors make of the published schema, by the server that VS Code, Neovim and others run. */
describe('an editor with the modeline', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await startEditor('/project');
  });
  afterAll(() => editor.close());

  it('finds nothing to mark in a sound file', async () => {
    expect(await editor.open('pipeline.yaml', sound)).toEqual([]);
  });

  it.each([
    ['an unknown key', 'temprature: 0', 'Property temprature is not allowed.'],
    ['a number that is too large', 'model: {temperature: 2}', 'Value is above the maximum of 1.5.'],
    ['an unknown model key', 'model: {maxTokens: 2}', 'Property maxTokens is not allowed.'],
    ['another form', 'retry: {max_delay: 60}', 'Write a number with ms, s, m or h, such as 60s'],
    ['an unknown step key', 'steps: {a: {type: chat, prompt: b, promt: c}}', 'Property promt is not allowed.'],
    ['retries said twice', 'model: {name: a, max_retries: 1}\nretry: {attempts: 2}', 'Property attempts is not allowed.', 4],
    ['another type of step', 'steps: {a: {type: talk, prompt: b}}', 'Value must be "chat".'],
    ['a name that no template can write', 'steps: {1a: {type: chat, prompt: b}}', 'Start with a letter, then use letters, digits, `_` and `-`'],
  ])('marks %s', async (_name, line, message, at = 3) => {
    expect(await editor.open('pipeline.yaml', `${modeline}version: 1\n${line}\n`)).toContain(`${at} ${message}`);
  });

  it.each([
    ['steps: {a: {type: chat, prompt: b}}', ['2 Missing property "model".']],
    ['steps: {a: {type: chat, prompt: b, model: {name: c}}, b: {type: chat, prompt: b}}', ['2 Missing property "model".']],
    ['steps: {x-note: 1, a: {type: chat, prompt: b, model: {name: c}}}', []],
    ['model: {name: a}\nsteps: {a: {type: chat, prompt: b}}', []],
  ])('asks for a model where a step has none: %s', async (text, marks) => {
    expect(await editor.open('pipeline.yaml', `${modeline}version: 1\n${text}\n`)).toEqual(marks);
  });

  it('completes the keys of a file', async () => {
    const completions = await editor.complete('pipeline.yaml', `${modeline}|`);
    expect(completions.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['version', 'name', 'vars', 'input', 'model', 'retry', 'steps', 'output', 'fail']),
    );
    expect(completions.find(({ label }) => label === 'version')?.insertText).toBe('version: 1');
  });

  it('completes the keys of a step that are not there yet', async () => {
    const text = `${modeline}version: 1\nsteps:\n  translate:\n    type: chat\n    |\n`;
    const labels = (await editor.complete('pipeline.yaml', text)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['when', 'needs', 'system', 'prompt', 'messages', 'model']));
    expect(labels).not.toContain('type');
  });

  it('completes the keys of a model and the roles of a turn', async () => {
    const model = await editor.complete('pipeline.yaml', `${modeline}version: 1\nmodel:\n  |\n`);
    expect(model.map(({ label }) => label)).toEqual(expect.arrayContaining(['name', 'temperature', 'timeout']));
    const turn = `${modeline}steps:\n  a:\n    type: chat\n    messages:\n      - role: |\n`;
    const roles = await editor.complete('pipeline.yaml', turn);
    expect(roles.map(({ label }) => label)).toEqual(['system', 'user', 'assistant']);
  });

  it.each(['vars', 'steps', 'output'])('inserts %s as YAML that says what the example says', async (key) => {
    const completions = await editor.complete('pipeline.yaml', `${modeline}|`);
    const inserted = completions.find(({ label }) => label === key)?.insertText ?? '';
    const examples = {
      vars: { output_language: 'English' },
      steps: { translate: { type: 'chat', prompt: 'Translate to English: {{input.text}}' } },
      output: { id: '{{input.id}}', translation: '{{steps.translate.output}}' },
    };
    expect(parse(inserted)).toEqual({ [key]: examples[key as keyof typeof examples] });
  });

  it.each([
    ['a section', 'mo|del: {}', 'The model of every step, with its parameters.'],
    ['a parameter', 'model: {temp|erature: 0}', 'How freely words are chosen'],
    ['a default', 'retry: {max_|delay: 5s}', 'Default: `60s`'],
    ['a key of a step', 'steps: {a: {type: chat, pro|mpt: b}}', 'A template: `{{input.<field>}}`'],
  ])('shows what %s is for', async (_name, line, text) => {
    expect(await editor.hover('pipeline.yaml', `${modeline}${line}\n`)).toContain(text);
  });
});
