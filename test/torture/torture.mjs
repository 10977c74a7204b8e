// npm run torture [-- --seed 1 --rounds 40 --kills 3 --long]: the built command against a server that goes wrong, killed
// again and again; after each round, whether every promise was kept. The harness is TypeScript that the tests share.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const here = fileURLToPath(new URL('.', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'pipe-torture-'));
try {
  const outfile = join(work, 'main.mjs');
  await build({
    input: join(here, 'main.ts'),
    platform: 'node',
    transform: { target: 'node20.19' },
    logLevel: 'warn',
    output: { file: outfile },
  });
  const { torture } = await import(pathToFileURL(outfile).href);
  process.exitCode = await torture({ root: join(here, '../..'), work, args: process.argv.slice(2) });
} finally {
  rmSync(work, { recursive: true, force: true });
}
