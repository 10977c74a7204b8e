// Writes schemas/: the JSON Schema of a pipeline file and the format reference, both from the code that checks files.
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

// Inside the package, so that what is left outside of the bundle is found.
const bundle = at('node_modules/.cache/schemas.mjs');
await build({
  stdin: {
    contents: "export * from './format.ts'; export * from './reference.ts';",
    resolveDir: at('src/pipeline'),
  },
  outfile: bundle,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
});
const { pipelineSchema, formatReference } = await import(bundle);
writeFileSync(at('schemas/pipeline.schema.json'), `${JSON.stringify(pipelineSchema(), null, 2)}\n`);
writeFileSync(at('schemas/README.md'), formatReference());
rmSync(bundle);
