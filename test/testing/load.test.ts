import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { loadTests } from '../../src/testing/load.ts';
import { expectGolden } from '../support/golden.ts';

const golden = fileURLToPath(new URL('golden', import.meta.url));

/** Each folder is a pipeline with tests that have mistakes: `expected.txt` is what the user is told of them, all at once. */
describe('what is told of tests', () => {
  it.each(readdirSync(golden))('%s', async (name) => {
    const folder = join(golden, name);
    const { suite, diagnostics } = await loadTests('pipeline.yaml', { cwd: folder });
    expect(suite === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    const text = formatDiagnostics(diagnostics, { format: 'text', color: false, cwd: folder });
    expectGolden(join(folder, 'expected.txt'), text === '' ? 'no mistakes\n' : text);
  });
});
