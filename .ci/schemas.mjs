// Writes schemas/ from what was built: the JSON Schemas of a pipeline and of its tests, and the format reference.
import { writeFileSync } from 'node:fs';
import { pipelineSchema, testSchema } from '../dist/lib/pipeline/format.js';
import { formatReference } from '../dist/lib/pipeline/reference.js';

const schemas = new URL('../schemas/', import.meta.url);
const written = (name, schema) =>
  writeFileSync(new URL(name, schemas), `${JSON.stringify(schema, null, 2)}\n`);
written('pipeline.schema.json', pipelineSchema());
written('test.schema.json', testSchema());
writeFileSync(new URL('README.md', schemas), formatReference());
