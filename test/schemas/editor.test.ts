import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEditor, type Editor } from './language-server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const schema = join(root, 'schemas/pipeline.schema.json');
const yamlFiles = readdirSync(join(root, 'pipelines')).filter((name) => name.endsWith('.yaml'));
const gallery = yamlFiles.filter((name) => !name.endsWith('.test.yaml'));
const galleryTests = yamlFiles.filter((name) => name.endsWith('.test.yaml'));
const testModeline = `# yaml-language-server: $schema=${join(root, 'schemas/test.schema.json')}\n`;
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
    'test/pipeline/golden/sound/pipeline.yaml',
    'test/pipeline/golden/triage/pipeline.yaml',
    ...gallery.map((name) => `pipelines/${name}`),
  ])('finds nothing to mark in %s', async (path) => {
    const text = readFileSync(join(root, path), 'utf8').replace(/^# yaml-language-server.*\n/u, '');
    expect(await editor.open('pipeline.yaml', modeline + text)).toEqual([]);
  });

  it.each([
    ['an unknown key', 'temprature: 0', 'Property temprature is not allowed.'],
    ['a number that is too large', 'model: {temperature: 2}', 'Value is above the maximum of 1.5.'],
    ['an unknown model key', 'model: {maxTokens: 2}', 'Property maxTokens is not allowed.'],
    ['a pace of nothing', 'limits: {requests_per_minute: 0}', 'Value is below the minimum of 1.'],
    ['a budget of nothing', 'budget: {usd: 0}', 'Value is below the exclusive minimum of 0.'],
    ['a cache that is no yes or no', 'cache: 5m', 'Incorrect type. Expected "boolean".'],
    ['a step that says so', 'steps: {a: {type: chat, prompt: b, cache: 5m}}', 'Incorrect type. Expected "boolean".'],
    ['another form', 'retry: {max_delay: 60}', 'Write a number with ms, s, m or h, such as 60s'],
    ['an unknown step key', 'steps: {a: {type: chat, prompt: b, promt: c}}', 'Property promt is not allowed.'],
    ['retries said twice', 'model: {name: a, max_retries: 1}\nretry: {attempts: 2}', 'Property attempts is not allowed.', 4],
    ['another type of step', 'steps: {a: {type: talk, prompt: b}}', 'Value must be "chat" | "structured" | "tools".'],
    ['a key of another type of step', 'steps: {a: {type: chat, prompt: b, schema: {}}}', 'Property schema is not allowed.'],
    ['a key that a type needs', 'steps: {a: {type: structured, prompt: b}}', 'Missing property "schema".'],
    ['a value that is none of several', 'steps: {a: {type: structured, prompt: b, schema: {}, method: x}}', 'Value is not accepted. Valid values: "json_schema", "function_calling", "json_mode".'],
    ['a tool of no kind', 'steps: {a: {type: tools, prompt: b, tools: {order: {description: c}}}}', 'Missing property "command".'],
    ['an unknown key of a tool', 'steps: {a: {type: tools, prompt: b, tools: {order: {command: [node], cmd: c}}}}', 'Property cmd is not allowed.'],
    ['a name that no tool can have', 'steps: {a: {type: tools, prompt: b, tools: {auto: {command: [node]}}}}', 'Use up to 64 letters'],
    ['a part without what it shows', 'steps: {a: {type: chat, messages: [{role: user, content: [{type: image_url}]}]}}', 'Add `image_url: …`'],
    ['an unknown provider', 'model: {provider: gpt}', 'Value is not accepted. Valid values: "mistralai", "openai", "anthropic", "ollama", "google-genai".'],
    ['a parameter of another provider', 'model: {provider: openai, safe_prompt: true}', 'Property safe_prompt is not allowed.'],
    ['another provider’s parameter in a step', 'steps: {a: {type: chat, prompt: b, model: {provider: openai, safe_prompt: true}}}', 'Property safe_prompt is not allowed.'],
    ['a parameter that the file’s provider lacks', 'model: {provider: ollama}\nsteps: {a: {type: chat, prompt: b, model: {safe_prompt: true}}}', 'Property safe_prompt is not allowed.', 4],
    ['a parameter that the default provider lacks', 'steps: {a: {type: chat, prompt: b, model: {num_ctx: 4096}}}', 'Property num_ctx is not allowed.'],
    ['a name that no template can write', 'steps: {1a: {type: chat, prompt: b}}', 'Start with a letter, then use letters, digits, `_` and `-`'],
  ])('marks %s', async (_name, line, message, at = 3) => {
    const marks = await editor.open('pipeline.yaml', `${modeline}version: 1\n${line}\n`);
    expect(marks.join('\n')).toContain(`${at} ${message}`);
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
      expect.arrayContaining(['version', 'name', 'vars', 'input', 'model', 'retry', 'limits', 'budget', 'cache', 'steps', 'output', 'fail']),
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

  const inStep = `${modeline}version: 1\nmodel: {name: a}\nsteps:\n  a:\n`;

  it.each([
    ['the types of a step', '    type: |', ['chat', 'structured', 'tools']],
    ['the methods of an answer', '    type: structured\n    method: |', ['json_schema', 'function_calling', 'json_mode']],
    ['the parts of a message', '    type: chat\n    messages:\n      - role: user\n        content:\n          - type: |', ['text', 'image_url', 'thinking']],
    ['what becomes of a failed call', '    type: tools\n    on_error: |', ['tell', 'fail']],
    ['the providers of a model', '    type: chat\n    model:\n      provider: |', ['mistralai', 'openai', 'anthropic', 'ollama', 'google-genai']],
  ])('completes %s', async (_name, text, values) => {
    const completions = await editor.complete('pipeline.yaml', `${inStep}${text}\n`);
    expect(completions.map(({ label }) => label)).toEqual(values);
  });

  it.each<[string, string, readonly string[], readonly string[]]>([
    ['a structured step', '    type: structured\n    |', ['schema', 'method', 'repair', 'prompt', 'stream'], ['tools', 'max_rounds']],
    ['a step with tools', '    type: tools\n    |', ['tools', 'tool_choice', 'max_rounds', 'schema'], ['method']],
    ['a chat step', '    type: chat\n    |', ['prompt', 'stream', 'cache'], ['schema', 'tools', 'method']],
    ['a tool', '    type: tools\n    tools:\n      order:\n        |', ['description', 'parameters', 'command', 'module', 'http', 'timeout'], ['prompt', 'url']],
    ['a request', '    type: tools\n    tools:\n      order:\n        http:\n          |', ['method', 'url', 'query', 'headers', 'body'], ['command']],
    ['a part', '    type: chat\n    messages:\n      - role: user\n        content:\n          - |', ['type', 'text', 'image_url'], ['role']],
    ['a model of the default provider', '    type: chat\n    model:\n      |', ['safe_prompt', 'random_seed', 'idle_timeout'], ['seed', 'num_ctx']],
    ['a model of another', '    type: chat\n    model:\n      provider: ollama\n      |', ['num_ctx', 'seed', 'idle_timeout'], ['safe_prompt', 'random_seed']],
  ])('completes the keys of %s and no others', async (_name, text, keys, others) => {
    const labels = (await editor.complete('pipeline.yaml', `${inStep}${text}\n`)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining([...keys]));
    for (const other of others) expect(labels).not.toContain(other);
  });

  it.each([
    ['retry', ['attempts', 'max_delay', 'outage']],
    ['limits', ['concurrency', 'requests_per_second', 'requests_per_minute', 'tokens_per_minute']],
    ['budget', ['usd', 'tokens']],
  ])('completes the keys of %s', async (section, keys) => {
    const text = `${modeline}version: 1\n${section}:\n  |\n`;
    const labels = (await editor.complete('pipeline.yaml', text)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining([...keys]));
  });

  it('completes the parameters of the provider at the top in a step that names none', async () => {
    const text = `${modeline}model: {provider: ollama, name: a}\nsteps:\n  a:\n    type: chat\n    model:\n      |\n`;
    const labels = (await editor.complete('pipeline.yaml', text)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['provider', 'num_ctx']));
    expect(labels).not.toContain('safe_prompt');
  });

  it.each(['vars', 'output'])('inserts %s as YAML that says what the example says', async (key) => {
    const completions = await editor.complete('pipeline.yaml', `${modeline}|`);
    const inserted = completions.find(({ label }) => label === key)?.insertText ?? '';
    const examples = {
      vars: { output_language: 'English' },
      output: { id: '{{input.id}}', translation: '{{steps.translate.output}}' },
    };
    expect(parse(inserted)).toEqual({ [key]: examples[key as keyof typeof examples] });
  });

  it.each([
    ['a section', 'mo|del: {}', 'The model of every step, with its parameters.'],
    ['a parameter', 'model: {temp|erature: 0}', 'How freely words are chosen'],
    ['a default', 'retry: {max_|delay: 5s}', 'Default: `60s`'],
    ['a key of a step', 'steps: {a: {type: chat, pro|mpt: b}}', '#### prompt\n\nThe user message, a template: `{{input.<field>}}`'],
    ['a key of one type of step', 'steps: {a: {type: structured, meth|od: json_mode, prompt: b, schema: {}}}', '`json_mode`: The schema is not sent'],
    ['the tools of a step', 'steps: {a: {type: tools, prompt: b, to|ols: {order: {command: [node]}}}}', 'The tools that the model may call'],
    ['a key of a tool', 'steps: {a: {type: tools, prompt: b, tools: {order: {comm|and: [node]}}}}', 'The program and its own arguments'],
    ['a key of a request', 'steps: {a: {type: tools, prompt: b, tools: {order: {http: {ur|l: a}}}}}', 'Its server is written out'],
    ['a key of a part', 'steps: {a: {type: chat, messages: [{role: user, content: [{type: image_url, image|_url: b}]}]}}', 'the path of a PNG'],
    ['a parameter of another provider', 'model: {provider: ollama, num|_ctx: 5}', 'tokens'],
    ['how long an outage may last', 'retry: {out|age: 1h}', 'How long a model may answer nothing but errors'],
    ['a limit', 'limits: {requests_per_|second: 0.5}', 'one every two seconds'],
    ['a budget', 'bud|get: {usd: 5}', 'never overshot'],
    ['a budget in dollars', 'budget: {us|d: 5}', '`--budget-usd` overrides it'],
    ['how often to repair', 'steps: {a: {type: structured, rep|air: 1, prompt: b, schema: {}}}', '1 or 2 is enough for most'],
    ['when to run a step', 'steps: {a: {type: chat, prompt: b, wh|en: "{{input.go}}"}}', 'at no cost'],
    ['a list of values or one', 'tests: [{name: a, input: {}, outc|ome: failed}]', '#### outcome\n\nHow the record is to end'],
    ['a step', 'steps: {a|: {type: chat, prompt: b}}', '#### a step of type chat'],
    ['the cache', 'cac|he: false', 'Default: `true`'],
    ['the cache of a step', 'steps: {a: {type: chat, prompt: b, cac|he: false}}', 'what `cache` at the top says'],
    ['a time-out of streams', 'model: {idle_|timeout: 5s}', 'How long a stream may be silent'],
  ])('shows what %s is for', async (_name, line, text) => {
    expect(await editor.hover('pipeline.yaml', `${modeline}${line}\n`)).toContain(text);
  });

  describe('of a file of tests', () => {
    const inTests = `${testModeline}version: 1\ntests:\n`;

    it.each(galleryTests)('finds nothing to mark in pipelines/%s', async (name) => {
      const text = readFileSync(join(root, 'pipelines', name), 'utf8').replace(/^# yaml-language-server.*\n/u, '');
      expect(await editor.open(name, testModeline + text)).toEqual([]);
    });

    it.each([
      ['an unknown key', '  - {name: a, input: {}, asert: []}', 'Property asert is not allowed.'],
      ['an unknown kind', '  - {name: a, input: {}, assert: [{path: output, icontains: b}]}', 'Property icontains is not allowed.'],
      ['an assertion without a path', '  - {name: a, input: {}, assert: [{contains: b}]}', 'path'],
      ['a share beyond 1', '  - {name: a, classify: {rows: r, label: l, prediction: output.l, at_least: {f1: 90}}}', 'Value is above the maximum of 1.'],
      ['an outcome that is none', '  - {name: a, input: {}, outcome: failure}', 'Valid values: "succeeded", "failed", "skipped".'],
    ])('marks %s', async (_name, line, message) => {
      expect((await editor.open('p.test.yaml', `${inTests}${line}\n`)).join('\n')).toContain(message);
    });

    it('completes tests, assertions and their kinds', async () => {
      const labels = async (text: string) =>
        (await editor.complete('p.test.yaml', `${inTests}${text}\n`)).map(({ label }) => label);
      const ofTest = await labels('  - name: a\n    |');
      expect(ofTest).toEqual(expect.arrayContaining(['input', 'rows', 'classify', 'vars', 'mocks', 'outcome', 'assert']));
      const ofAssertion = await labels('  - name: a\n    assert:\n      - path: output.a\n        |');
      expect(ofAssertion).toEqual(
        expect.arrayContaining(['equals', 'contains', 'matches', 'json_schema', 'similarity', 'max_tokens', 'judge']),
      );
      expect(await labels('  - name: a\n    classify:\n      |')).toEqual(
        expect.arrayContaining(['rows', 'label', 'prediction', 'at_least']),
      );
    });

    it('explains a kind of assertion, in a pipeline too', async () => {
      const line = '  - {name: a, input: {}, assert: [{path: output.a, simi|larity: {to: b}}]}\n';
      expect(await editor.hover('p.test.yaml', `${inTests}${line}`)).toContain('Levenshtein');
      expect(await editor.hover('pipeline.yaml', `${modeline}version: 1\ntests:\n${line}`)).toContain('Levenshtein');
    });
  });
});
