// Writes schemas/ from what was built: the JSON Schema of a pipeline file and the format reference.
import { writeFileSync } from 'node:fs';
import { pipelineSchema } from '../dist/lib/pipeline/format.js';
import { formatReference } from '../dist/lib/pipeline/reference.js';

const schemas = new URL('../schemas/', import.meta.url);
writeFileSync(new URL('pipeline.schema.json', schemas), `${JSON.stringify(pipelineSchema(), null, 2)}\n`);
writeFileSync(new URL('README.md', schemas), formatReference());
