import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject, type JsonValue } from '../../src/json/json.ts';
import { pipelineSchema, testSchema } from '../../src/pipeline/format.ts';
import { formatReference } from '../../src/pipeline/reference.ts';
import { loadPipeline } from '../../src/pipeline/pipeline.ts';
import { blocksOf } from '../support/markdown.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const schemas = fileURLToPath(new URL('../../schemas', import.meta.url));
const stale = 'is stale: run `npm run schemas`';

describe('schemas/', () => {
  it.each([
    ['pipeline.schema.json', pipelineSchema()],
    ['test.schema.json', testSchema()],
  ])('holds %s as the code makes it', (name, schema) => {
    const held = readFileSync(join(schemas, name), 'utf8');
    expect(held, `${name} ${stale}`).toBe(`${JSON.stringify(schema, null, 2)}\n`);
  });

  it('holds the reference that the code makes', () => {
    const held = readFileSync(join(schemas, 'README.md'), 'utf8');
    expect(held, `README.md ${stale}`).toBe(formatReference());
  });

  it('begins the reference with a pipeline that has no mistake', async () => {
    const [block] = blocksOf(formatReference());
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'pipeline.yaml'), block?.text ?? '');
    expect((await loadPipeline('pipeline.yaml', { cwd: folder })).diagnostics).toEqual([]);
  });
});

describe.each([
  ['a pipeline', pipelineSchema()],
  ['tests', testSchema()],
])('the JSON Schema of %s', (_name, schema) => {
  const pieces = piecesOf(schema, '#');

  it('is a schema by the meta-schema of its draft', () => {
    const ajv = new Ajv2020({ strict: false });
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
  });

  it('describes every key', () => {
    expect(pieces.length).toBeGreaterThan(40);
    const poor = pieces.flatMap(({ path, schema }) => {
      const { $ref: reference, description } = schema;
      const why = reference === undefined ? poorness(path.split('/').at(-1) ?? '', description) : undefined;
      return why === undefined ? [] : [`${path}: ${why}`];
    });
    expect(poor).toEqual([]);
  });

  it('shows in an editor what it says, with a heading', () => {
    for (const { path, schema } of pieces.filter(({ path }) => /properties\/[^/]+$/u.test(path))) {
      const { $ref: reference, description, markdownDescription, title } = schema;
      if (reference !== undefined) continue;
      expect((markdownDescription as string).startsWith(description as string), path).toBe(true);
      expect(title, path).toMatch(/\S/u);
    }
  });

  it('has a sentence for each value of a list of values, where it has any', () => {
    const lists = listsIn(schema);
    expect(lists.length).toBeGreaterThan(0);
    for (const { enum: values, enumDescriptions: texts, markdownEnumDescriptions: shown } of lists) {
      expect(texts).toHaveLength((values as readonly string[]).length);
      expect(shown).toEqual(texts);
      for (const text of texts as readonly string[]) expect(text).toMatch(/^[A-Z].*\.$/u);
    }
  });

  it('gives examples that are valid', () => {
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ ...schema, $id: 'https://example.com/pipeline' });
    const given = pieces.flatMap(({ path, schema: { examples } }) =>
      Array.isArray(examples) ? examples.map((example: JsonValue) => ({ path, example })) : [],
    );
    expect(given.length).toBeGreaterThan(30);
    const invalid = given.filter(
      ({ path, example }) => ajv.getSchema(`https://example.com/pipeline${path}`)?.(example) !== true,
    );
    expect(invalid).toEqual([]);
  });
});

/** Wherever they stand. */
function listsIn(schema: JsonValue): readonly JsonObject[] {
  if (Array.isArray(schema)) return schema.flatMap((item: JsonValue) => listsIn(item));
  if (!isObject(schema)) return [];
  return [...('enumDescriptions' in schema ? [schema] : []), ...Object.values(schema).flatMap(listsIn)];
}

/** Why a description teaches nothing; undefined where it may. */
function poorness(key: string, description: JsonValue | undefined): string | undefined {
  if (typeof description !== 'string' || description.trim() === '') return 'it is not there';
  if (!/^[A-Z`].*[.!]$/su.test(description)) return 'it is no sentence';
  const own = new Set(key.toLowerCase().split(/[_-]/u));
  const others = description.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
  const said = others.filter((word) => !/^(?:the|a|an|of|this|is|its|in|to|and|or|it)$/u.test(word) && !own.has(word));
  return new Set(said).size < 4 ? 'it says little more than the key' : undefined;
}

interface Piece {
  /** The JSON pointer as a fragment. */
  readonly path: string;
  readonly schema: JsonObject;
}

/** Every schema in a schema that stands for a key, or is shared by several. */
function piecesOf(schema: JsonValue | undefined, path: string): readonly Piece[] {
  if (!isObject(schema)) return [];
  const pieces: Piece[] = [];
  for (const keyword of ['properties', '$defs']) {
    for (const [name, held] of Object.entries(isObject(schema[keyword]) ? schema[keyword] : {})) {
      const below = `${path}/${keyword}/${name}`;
      if (isObject(held)) pieces.push({ path: below, schema: held });
      pieces.push(...piecesOf(held, below));
    }
  }
  for (const keyword of ['items', 'additionalProperties']) {
    pieces.push(...piecesOf(schema[keyword], `${path}/${keyword}`));
  }
  return pieces;
}
