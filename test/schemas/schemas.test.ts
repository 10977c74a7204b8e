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
import { temporaryFolder } from '../support/pipe.ts';

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
    const silent = pieces.filter(({ schema }) => !('$ref' in schema) && typeof schema['description'] !== 'string');
    expect(silent.map(({ path }) => path)).toEqual([]);
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
