import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import type { OutputNode } from '../../src/plan.ts';
import { builtInPrices } from '../../src/usage/prices.ts';
import { loadText, planOf } from './load-text.ts';

const head = 'version: 1\nmodel: {name: mistral-small-latest}\n';
const step = 'steps: {one: {type: chat, prompt: "{{input.text}}"}}\n';

describe('the plan of the smallest pipeline', () => {
  it('has the defaults', async () => {
    const plan = await planOf(head + step);
    expect(plan).toMatchObject({
      name: 'pipeline',
      vars: {},
      retry: { attempts: 5, max_delay: 60_000, outage: 300_000 },
      fail: { error_rate: 0 },
      prices: builtInPrices,
      overrides: [],
      steps: [
        {
          id: 'one',
          type: 'chat',
          after: [],
          cache: true,
          max_output_tokens: null,
          model: {
            provider: 'mistralai',
            name: 'mistral-small-latest',
            parameters: {},
            timeout: 60_000,
            idle_timeout: 30_000,
          },
        },
      ],
    });
    expect(plan.limits).toEqual({ concurrency: 16 });
    expect(plan.budget).toEqual({});
    expect(Object.keys(plan)).not.toContain('output');
    expect(Object.keys(plan)).not.toContain('description');
    expect(Object.keys(plan.input)).toEqual(['validate']);
    expect(plan.input.validate({ anything: 1 })).toEqual([]);
  });

  it('renders', async () => {
    const plan = await planOf(head + step);
    const scope = { input: { text: 'Bonjour' }, vars: {}, steps: {} };
    expect(plan.steps[0]?.program.render(scope)).toEqual({
      ok: true,
      value: { messages: [{ role: 'user', content: 'Bonjour' }] },
    });
  });
});

describe('the name of a plan', () => {
  it.each([
    ['tickets.yaml', 'tickets'],
    ['tickets.pipeline.yml', 'tickets.pipeline'],
    ['my tickets (new).yaml', 'my-tickets-new-'],
    ['.hidden.yaml', 'hidden'],
    ['日本.yaml', 'pipeline'],
    [`${'x'.repeat(120)}.yaml`, 'x'.repeat(100)],
  ])('is made of the file name %j', async (file, name) => {
    const { loadPipeline } = await import('../../src/pipeline/pipeline.ts');
    const { folder } = await loadText('', { [file]: head + step });
    expect((await loadPipeline(file, { cwd: folder })).plan?.name).toBe(name);
  });

  it('is what the file says', async () => {
    const plan = await planOf(`${head}name: mine\ndescription: What it does.\n${step}`);
    expect(plan).toMatchObject({ name: 'mine', description: 'What it does.' });
  });
});

describe('a model', () => {
  const twoSteps = (top: string, own: string) =>
    `version: 1\nmodel: ${top}\nsteps: {one: {type: chat, prompt: a, model: ${own}}, two: {type: chat, prompt: a}}`;

  it('is that of the file with the step’s own over it', async () => {
    const plan = await planOf(
      twoSteps(
        '{name: small, temperature: 0, max_tokens: 5, timeout: 5m, idle_timeout: 10s, stop: [END], x-why: cheap}',
        '{name: large, max_tokens: 9, timeout: 500ms, idle_timeout: 200ms, x-why: good}',
      ),
    );
    expect(plan.steps.map(({ model }) => model)).toEqual([
      {
        provider: 'mistralai',
        name: 'large',
        parameters: { temperature: 0, max_tokens: 9, stop: ['END'] },
        timeout: 500,
        idle_timeout: 200,
      },
      {
        provider: 'mistralai',
        name: 'small',
        parameters: { temperature: 0, max_tokens: 5, stop: ['END'] },
        timeout: 300_000,
        idle_timeout: 10_000,
      },
    ]);
  });

  it('loses the slash at the end of its address', async () => {
    const plan = await planOf(twoSteps('{name: a, base_url: "http://localhost:1/v1//"}', '{}'));
    expect(plan.steps[0]?.model.base_url).toBe('http://localhost:1/v1');
  });

  it('may be named in each step alone', async () => {
    const text = 'version: 1\nsteps: {one: {type: chat, prompt: a, model: {name: mine}}}';
    expect((await planOf(text)).steps[0]?.model.name).toBe('mine');
  });

  it.each([
    ['in no place', 'version: 1\nsteps: {one: {type: chat, prompt: a}}', 'required-key `model` is missing'],
    [
      'not at the top, where a step needs it',
      'version: 1\nmodel: {temperature: 0}\nsteps: {one: {type: chat, prompt: a}}',
      'required-key `model` has no `name`',
    ],
    [
      'not in the one step that needs it',
      'version: 1\nsteps: {one: {type: chat, prompt: a, model: {name: x}}, two: {type: chat, prompt: a}}',
      'required-key `model` is missing',
    ],
  ])('must be named: %s', async (_name, text, message) => {
    const { told } = await loadText(text);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(message);
  });

  it('says its retries as one more attempt', async () => {
    expect((await planOf(twoSteps('{name: a, max_retries: 2}', '{}'))).retry.attempts).toBe(3);
    expect((await planOf(twoSteps('{name: a, max_retries: 0}', '{}'))).retry.attempts).toBe(1);
  });
});

describe('a model of another provider than that of the file', () => {
  const text = `version: 1
model: {name: small, temperature: 0, random_seed: 3, timeout: 90s, idle_timeout: 9s, base_url: "http://localhost:1", max_retries: 2, x-why: cheap}
steps:
  one: {type: chat, prompt: a}
  two: {type: chat, prompt: a, model: {provider: openai, name: gpt, seed: 5}}
  three: {type: chat, prompt: a, model: {provider: ollama, name: llama, temperature: 1.5}}
`;

  it('takes over times and the parameters that this one has too', async () => {
    const { told, plan } = await loadText(text);
    expect(told).toEqual([
      '6:34 warning parameter-left-out `model.random_seed` is not for `steps.three`: it is no parameter of ollama; set `seed` in `steps.three.model` instead',
    ]);
    expect(plan?.steps.map(({ model }) => model)).toEqual([
      {
        provider: 'mistralai',
        name: 'small',
        parameters: { temperature: 0, random_seed: 3 },
        base_url: 'http://localhost:1',
        timeout: 90_000,
        idle_timeout: 9000,
      },
      {
        provider: 'openai',
        name: 'gpt',
        parameters: { temperature: 0, seed: 5 },
        timeout: 90_000,
        idle_timeout: 9000,
      },
      {
        provider: 'ollama',
        name: 'llama',
        parameters: { temperature: 1.5 },
        timeout: 90_000,
        idle_timeout: 9000,
      },
    ]);
  });

  it('keeps its name, whatever --model says', async () => {
    const { steps } = await planOf(text, {}, { model: 'large' });
    expect(steps.map(({ model }) => model.name)).toEqual(['large', 'gpt', 'llama']);
  });

  it('is named by --model where the file names none at the top', async () => {
    const alone = 'version: 1\nsteps: {one: {type: chat, prompt: a, model: {provider: openai, name: gpt}}}';
    const { steps } = await planOf(alone, {}, { model: 'large' });
    expect(steps.map(({ model }) => model.name)).toEqual(['large']);
  });

  it('must be named', async () => {
    const { told } = await loadText(
      'version: 1\nmodel: {name: small}\nsteps: {one: {type: chat, prompt: a, model: {provider: openai}}}',
    );
    expect(told).toEqual(['3:38 required-key `steps.one.model` has no `name`; add `name: …`']);
  });

  it('leaves the top without a name, where no step asks for it', async () => {
    const { steps } = await planOf(
      'version: 1\nmodel: {timeout: 5s}\nsteps: {one: {type: chat, prompt: a, model: {provider: openai, name: gpt}}}',
    );
    expect(steps[0]?.model).toMatchObject({ provider: 'openai', name: 'gpt', timeout: 5000 });
  });
});

describe('prices', () => {
  it('replace built-in ones and add others', async () => {
    const { prices } = await planOf(
      `${head}${step}prices: {mistral-small-latest: {input: 1, output: 2}, mine: {input: 3, output: 4, cached_input: 0}}`,
    );
    expect(prices.models['mistral-small-latest']).toEqual({ input: 1, output: 2 });
    expect(prices.models['mine']).toEqual({ input: 3, output: 4, cached_input: 0 });
    expect(prices.models['mistral-large-latest']).toEqual(builtInPrices.models['mistral-large-latest']);
    expect(prices.date).toBe(builtInPrices.date);
  });

  it.each([
    ['the file’s, where all models are priced in it', 'mistral-small-latest', '2030-01-02', '2030-01-02'],
    ['the built-in one, where some model is not', 'mine', '2030-01-02', builtInPrices.date],
    ['the older of the two', 'mine', '2001-01-02', '2001-01-02'],
  ])('are of the date: %s', async (_name, model, date, expected) => {
    const { prices } = await planOf(`${head}${step}prices: {date: ${date}, ${model}: {input: 1, output: 2}}`);
    expect(prices.date).toBe(expected);
  });
});

describe('steps', () => {
  const order = async (steps: string) => (await planOf(`${head}steps:\n${steps}`)).steps.map(({ id }) => id);

  it('stay in the order of the file where that is possible', async () => {
    const steps = ['c', 'a', 'b'].map((id) => `  ${id}: {type: chat, prompt: x}\n`).join('');
    expect(await order(steps)).toEqual(['c', 'a', 'b']);
  });

  it('come after those that they read, by a prompt, a partial, a when or needs', async () => {
    const text = `${head}partials: ./p
steps:
  last: {type: chat, prompt: "{{steps.middle.output}}", needs: [first]}
  middle: {type: chat, prompt: "{{> part}}"}
  asked: {type: chat, when: "{{steps.last.output}}", prompt: x}
  first: {type: chat, prompt: x}
`;
    const plan = await planOf(text, { 'p/part.hbs': '{{steps.first.output}}' });
    expect(plan.steps.map(({ id, after }) => [id, after])).toEqual([
      ['first', []],
      ['middle', ['first']],
      ['last', ['middle', 'first']],
      ['asked', ['last']],
    ]);
    expect(plan.steps.find(({ id }) => id === 'asked')?.when?.text).toBe('{{steps.last.output}}');
  });

  it('come as streams where they say so', async () => {
    const { steps } = await planOf(
      `${head}steps:\n  one: {type: chat, prompt: x, stream: true}\n  two: {type: structured, prompt: x, schema: {}, stream: false}\n  three: {type: tools, prompt: x, tools: {a: {command: [node]}}, stream: true}\n`,
    );
    expect(steps.map(({ stream }) => stream)).toEqual([true, false, true]);
  });

  it('have the types of what they give', async () => {
    const { steps } = await planOf(
      `${head}steps:\n  one: {type: chat, prompt: x}\n  two: {type: structured, prompt: x, schema: {type: boolean}}\n  three: {type: tools, prompt: x, tools: {a: {command: [node], env: [TOKEN]}, b: {http: {url: "https://a.example", headers: {a: "{{env.OTHER}}"}}}}}\n`,
    );
    expect(steps.map(({ program }) => program.output)).toEqual([
      { type: 'string' },
      { type: 'boolean' },
      { type: 'string' },
    ]);
    expect(steps.map(({ program }) => program.tool_calls !== undefined)).toEqual([false, false, true]);
    expect(steps.map(({ program }) => program.env ?? [])).toEqual([[], [], ['TOKEN', 'OTHER']]);
  });

  it('come after those that the requests of their tools read', async () => {
    expect(
      await order(
        `  find: {type: tools, prompt: x, tools: {a: {http: {url: "https://a.example/{{steps.id.output}}"}}}}\n  id: {type: chat, prompt: x}\n`,
      ),
    ).toEqual(['id', 'find']);
  });

  it('named x-… are the user’s own', async () => {
    expect(await order('  x-note: 5\n  x-step: {type: chat}\n  one: {type: chat, prompt: x}\n')).toEqual([
      'one',
    ]);
  });

  it('have the names of fields that objects inherit', async () => {
    expect(
      await order('  constructor: {type: chat, prompt: x}\n  toString: {type: chat, prompt: x}\n'),
    ).toEqual(['constructor', 'toString']);
  });
});

describe('output', () => {
  const outputOf = async (output: string) => (await planOf(`${head}${step}output: ${output}`)).output;

  it('is absent where the file says none', async () => {
    expect((await planOf(head + step)).output).toBeUndefined();
  });

  it('keeps the order and the shape of the file', async () => {
    const node = await outputOf(
      '{b: "{{input.x}}", a: [1, null, "text", {c: "{{steps.one.output}}!"}], d: {}}',
    );
    expect(shapeOf(node)).toEqual({
      b: { template: '{{input.x}}', expression: true },
      a: [1, null, 'text', { c: { template: '{{steps.one.output}}!', expression: false } }],
      d: {},
    });
    expect(node?.kind === 'object' && node.fields.map(([name]) => name)).toEqual(['b', 'a', 'd']);
  });

  it('may have any name for a field', async () => {
    const node = await outputOf('{__proto__: "{{steps.one.output}}", x-free: 1, "a b": 2, constructor: 3}');
    expect(node?.kind === 'object' && node.fields.map(([name]) => name)).toEqual([
      '__proto__',
      'x-free',
      'a b',
      'constructor',
    ]);
  });

  it('takes a block of one expression for that expression', async () => {
    const text = `${head}${step}output:\n  a: |\n    {{steps.one.output}}\n`;
    expect(shapeOf((await planOf(text)).output)).toMatchObject({ a: { expression: true } });
  });
});

function shapeOf(node: OutputNode | undefined): unknown {
  if (node === undefined) return undefined;
  switch (node.kind) {
    case 'template':
      return { template: node.template.text, expression: node.template.expression };
    case 'constant':
      return node.value;
    case 'array':
      return node.items.map(shapeOf);
    case 'object':
      return Object.fromEntries(node.fields.map(([name, held]) => [name, shapeOf(held)]));
  }
  return undefined;
}

describe('input', () => {
  it('has key, when and schema', async () => {
    const { input } = await planOf(
      `${head}${step}input: {key: id, when: "{{input.id}}", schema: {type: object, required: [id], properties: {id: {type: string}, text: {}}}}`,
    );
    expect(input).toMatchObject({ key: 'id', schema: { type: 'object', required: ['id'] } });
    expect(input.when?.text).toBe('{{input.id}}');
    expect(input.validate({ id: 5 })).toEqual(['`id` must be a string, found 5']);
    expect(input.validate({})).toEqual(['`id` is missing']);
  });

  it('says what is wrong with a record as a whole', async () => {
    const { input } = await planOf(`${head}${step}input: {schema: {type: object, minProperties: 1}}`);
    expect(input.validate({})).toEqual(['the record must not be empty']);
  });

  it('may have a schema that allows nothing to be known', async () => {
    const { input } = await planOf(`${head}${step}input: {schema: {}}`);
    expect(input.schema).toEqual({});
    expect(input.validate({ a: 1 })).toEqual([]);
  });
});

describe('the files of a plan', () => {
  it('are the pipeline, the partials that it uses and its schemas, with their hashes', async () => {
    const text = `${head}partials: p\ninput: {schema: s/main.json}\nsteps: {one: {type: chat, prompt: "{{> used}}"}}`;
    const files = {
      'p/used.hbs': '{{> inner}}',
      'p/inner.hbs': 'x',
      'p/unused.hbs': '{{#if',
      'p/readme.md': 'x',
      's/main.json': '{"properties": {"a": {"$ref": "other.yaml"}}}',
      's/other.yaml': 'type: string\n',
    };
    const { folder, plan } = await loadText(text, files);
    expect(plan?.files.map(({ path }) => path)).toEqual(
      ['pipeline.yaml', 'p/used.hbs', 'p/inner.hbs', 's/main.json', 's/other.yaml'].map((path) =>
        join(folder, path),
      ),
    );
    for (const { path, sha256 } of plan?.files ?? []) {
      expect(sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    }
  });

  it('are those of its steps too: schemas, and the modules and programs of tools', async () => {
    const text = `${head}steps:
  read: {type: structured, prompt: x, schema: s/answer.json}
  find:
    type: tools
    prompt: x
    schema: {$ref: s/answer.json}
    tools:
      a: {module: ./t/a.mjs, parameters: s/arguments.yaml}
      b: {command: [node, ./t/b.mjs]}
`;
    const { folder, plan, told } = await loadText(text, {
      's/answer.json': '{"$ref": "other.yaml"}',
      's/other.yaml': 'type: string\n',
      's/arguments.yaml': 'type: object\n',
      't/a.mjs': 'throw new Error("nothing is executed by a check");',
      't/b.mjs': '\0 a program need not be text',
    });
    expect(told).toEqual([]);
    const names = ['s/answer.json', 's/arguments.yaml', 's/other.yaml', 't/a.mjs', 't/b.mjs'];
    expect(plan?.files.map(({ path }) => path).toSorted()).toEqual(
      ['pipeline.yaml', ...names].map((name) => join(folder, name)),
    );
  });

  it('are read relative to the pipeline, wherever it is started from', async () => {
    const { loadPipeline } = await import('../../src/pipeline/pipeline.ts');
    const { folder } = await loadText('', {
      'deep/tickets.yaml': `${head}partials: ../p\nsteps: {one: {type: chat, prompt: "{{> used}}"}}`,
      'p/used.hbs': 'x',
    });
    const { plan } = await loadPipeline('deep/tickets.yaml', { cwd: folder });
    expect(plan?.files.map(({ path }) => path)).toEqual([
      join(folder, 'deep/tickets.yaml'),
      join(folder, 'p/used.hbs'),
    ]);
  });
});

describe('flags', () => {
  const text = `version: 1
vars: {language: English, count: 3, formal: true, tags: [a], deep: {a: 1}, later: null}
model: {name: small}
steps:
  one: {type: chat, prompt: "{{json vars.tags}} {{vars.language}} {{vars.count}} {{vars.formal}} {{vars.deep.a}} {{vars.later}}"}
  two: {type: chat, prompt: x, model: {name: large}}
`;

  it.each<[string, JsonValue]>([
    ['language=German', 'German'],
    ['language=5', '5'],
    ['language=', ''],
    ['language=a=b', 'a=b'],
    ['language={"a": 1}', '{"a": 1}'],
    ['later=text', 'text'],
    ['count=-1.5e3', -1500],
    ['formal=false', false],
    ['tags=["b", {"c": null}]', ['b', { c: null }]],
    ['deep={"a": 2}', { a: 2 }],
  ])('--var %s', async (flag, value) => {
    const plan = await planOf(text, {}, { vars: [flag] });
    expect(plan.vars[flag.slice(0, flag.indexOf('='))]).toEqual(value);
    expect(plan.overrides).toEqual([`--var ${flag}`]);
  });

  it('--model names the model of every step', async () => {
    const plan = await planOf(text, {}, { model: 'tiny' });
    expect(plan.steps.map(({ model }) => model.name)).toEqual(['tiny', 'tiny']);
    expect(plan.overrides).toEqual(['--model tiny']);
  });

  it('--set adds keys and items, which are checked like those of the file', async () => {
    const sets = ['steps["one"].messages[0].role=user', 'steps.one.messages[0].content=Hello {{input.text}}'];
    const { told } = await loadText(text, {}, { sets });
    // The prompt of the file is still there.
    expect(told).toEqual([
      'conflicting-keys `--set steps.one.messages[0].content=Hello {{input.text}}`: `steps.one` takes one of `prompt` and `messages`, not both',
    ]);
  });

  it('--set sets any key', async () => {
    const plan = await planOf(
      text,
      {},
      {
        sets: [
          'model.temperature=0.5',
          'steps["two"].model.name=huge',
          'steps.two.prompt={{input.text}} is 5',
          'limits.concurrency=3',
          'vars.language=French',
          'fail.error_rate=1e-2',
          'name="5"',
          'prices["a.b"]={"input": 1, "output": 2}',
        ],
        vars: ['language=German'],
        concurrency: 7,
      },
    );
    expect(plan).toMatchObject({
      name: '5',
      vars: { language: 'German' },
      limits: { concurrency: 7 },
      fail: { error_rate: 0.01 },
    });
    expect(plan.prices.models['a.b']).toEqual({ input: 1, output: 2 });
    expect(plan.steps.map(({ model }) => [model.name, model.parameters])).toEqual([
      ['small', { temperature: 0.5 }],
      ['huge', { temperature: 0.5 }],
    ]);
    expect(plan.overrides).toContain('--set name="5"');
    expect(plan.overrides).toContain('--concurrency 7');
    expect(plan.overrides).toHaveLength(10);
  });

  it('take a mistake away that the file has', async () => {
    const wrong = 'version: 1\nmodel: {name: a, temperature: hot}\nsteps: {one: {type: chat, prompt: x}}';
    expect((await loadText(wrong)).told).toHaveLength(1);
    expect((await loadText(wrong, {}, { sets: ['model.temperature=0'] })).told).toEqual([]);
  });

  it.each([
    ['', 'it does not say what to set'],
    ['=1', 'it does not say what to set'],
    ['a', 'it does not say what to set'],
    ['a..b=1', 'it does not say what to set'],
    ['a.[0]=1', 'it does not say what to set'],
    ['a["b=1', 'it does not say what to set'],
    ['name.x=1', '`name` is not a map'],
    ['vars.tags[5]=1', '`vars.tags` has 1 items, counted from 0, so there is none numbered 5'],
    ['vars.tags.x=1', '`vars.tags` has 1 items, counted from 0, so there is none numbered x'],
    ['limits=[1', 'found the end of the text'],
    ['a["\\q"]=1', 'escape'],
    [`${'a.'.repeat(1000)}a=1`, 'it does not say what to set'],
    ['model.random_seed=9007199254740993', 'would become'],
  ])('--set %s is refused', async (flag, message) => {
    const { told } = await loadText(`name: a\n${text}`, {}, { sets: [flag] });
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`invalid-flag \`--set ${flag}\`: `);
    expect(told[0]).toContain(message);
  });

  it.each(['__proto__.polluted=1', 'constructor.prototype.polluted=1'])(
    '--set %s pollutes nothing',
    async (flag) => {
      const { told } = await loadText(text, {}, { sets: [flag] });
      expect(told[0]).toContain('unknown-key');
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    },
  );
});
