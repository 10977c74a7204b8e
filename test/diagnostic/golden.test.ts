import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { parseYaml } from '../../src/diagnostic/yaml-source.ts';
import { expectGolden } from '../support/golden.ts';

const golden = new URL('golden/', import.meta.url).pathname;

describe('what is told of a file', () => {
  it.each(readdirSync(golden))('%s', (name) => {
    const folder = join(golden, name);
    const input = readdirSync(folder).find((file) => file.startsWith('input.')) ?? '';
    const { diagnostics } = parseYaml(input, readFileSync(join(folder, input), 'utf8'));
    expect(diagnostics).not.toEqual([]);
    const text = formatDiagnostics(diagnostics, { format: 'text', color: false, cwd: '/work' });
    expectGolden(join(folder, 'expected.txt'), text);
  });
});
