import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { loadPipeline, type LoadOptions } from '../../src/pipeline/pipeline.ts';
import { expectGolden } from '../support/golden.ts';

const golden = fileURLToPath(new URL('golden', import.meta.url));

/**
 * Each folder is one mistake, or several at once, as a user makes it: `pipeline.yaml` and what it needs beside it,
 * `options.json` with flags and a CSV's header where there are some, and `expected.txt`, what the user is told.
 */
describe('what is told of a pipeline', () => {
  const cases = readdirSync(golden);

  it.each(cases)('%s', async (name) => {
    const folder = join(golden, name);
    const { plan, diagnostics } = await loadPipeline('pipeline.yaml', { cwd: folder, ...optionsOf(folder) });
    expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    const text = formatDiagnostics(diagnostics, { format: 'text', color: false, cwd: folder });
    expectGolden(join(folder, 'expected.txt'), text === '' ? 'no mistakes\n' : text);
  });
});

function optionsOf(folder: string): LoadOptions {
  const path = join(folder, 'options.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LoadOptions) : {};
}
