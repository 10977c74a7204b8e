import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import type { JsonSchema } from '../../src/json/json.ts';
import { openRecords } from '../../src/records/open.ts';
import type { InputBroken, RecordItem } from '../../src/records/record.ts';
import { expectGolden } from '../support/golden.ts';
import { all } from './support.ts';

const golden = fileURLToPath(new URL('golden', import.meta.url));
const cases = readdirSync(golden);

/** What a user is told of an input: of each bad row, and of what makes the whole input bad. */
async function told(folder: string): Promise<string> {
  const name = readdirSync(folder).find((file) => file.startsWith('input.')) ?? 'input';
  const path = join(folder, name);
  const schemaPath = join(folder, 'schema.json');
  const schema = existsSync(schemaPath)
    ? (JSON.parse(readFileSync(schemaPath, 'utf8')) as JsonSchema)
    : undefined;
  const result = await openRecords({ path, ...(name.endsWith('.errors') && { format: 'errors' }) });
  if (!result.ok) return `opening\n${diagnostic(result.error)}`.replaceAll(path, name);
  const survey = await result.value.survey();
  const counted = survey?.ok ? `${survey.value.records} records\n` : survey && diagnostic(survey.error);
  const items = await all(result.value.read(schema));
  return `survey\n${counted}\nreading\n${items.map(line).join('')}`.replaceAll(path, name);
}

function line(item: RecordItem | InputBroken): string {
  if ('broken' in item) return diagnostic(item.broken);
  const place = `#${item.index}, line ${item.line}`;
  return item.ok
    ? `${place}: ${JSON.stringify(item.value)}\n`
    : `${place}: ${item.error.code}: ${item.error.message}\n    ${item.raw}\n`;
}

function diagnostic({ code, message, hint, place }: Diagnostic): string {
  const at = place !== undefined && 'line' in place ? [place.path, place.line, place.column] : [];
  const where = at.filter((part) => part !== undefined).join(':');
  return `${where}${where && ' '}${code}: ${message}\n${hint === undefined ? '' : `    ${hint}\n`}`;
}

describe('what a user is told of an input', () => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(5);
  });

  it.each(cases)('%s', async (name) => {
    const text = await told(join(golden, name));
    expect(text).toMatch(/^(?:opening|survey)\n/);
    expectGolden(join(golden, name, 'expected.txt'), text);
  });
});
