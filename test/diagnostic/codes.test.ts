import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { codeSubjects, meaningOf } from '../../src/diagnostic/codes.ts';
import type { BadRecordCode } from '../../src/records/bad.ts';
import { stepFailures } from '../../src/steps/step.ts';
import type { TemplateProblemCode } from '../../src/template/problem.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a check goes through. */
const rooms = [
  'diagnostic',
  'pipeline',
  'template',
  'steps',
  'tools',
  'assertions',
  'schema',
  'records',
  'lockfile',
  'testing',
];
const files = [
  ...rooms.flatMap((room) =>
    readdirSync(join(root, 'src', room), { recursive: true, encoding: 'utf8' }).map((name) =>
      join('src', room, name),
    ),
  ),
  ...[
    'check-files.ts',
    'check-records.ts',
    'foreign-encoding.ts',
    'input-warnings.ts',
    'image-folder.ts',
  ].map((name) => join('src/cli', name)),
  'src/models/api-key.ts',
].filter((name) => name.endsWith('.ts') && !name.includes('diagnostic/codes'));

/** Words with hyphens that stand where codes do and are none, and codes that only runs tell. */
const others = `
  mistral-small-latest mistral-large-latest ticket-triage draft-07 not-allowed by-name flow-map-end flow-seq-end
  missing-api-key invalid-api-key output-unwritable input-closed other-input spool-failed spool-missing
`.split(/\s+/u);
const written =
  /(?:code: |code === |\b(?:told|mistake|refused?|report)\(\s*|[?:[] |\[\s*)'([a-z]+(?:-[a-z0-9]+)+)'/gu;
const inCode = files.flatMap((name) =>
  [...readFileSync(join(root, name), 'utf8').matchAll(written)].map(([, code = '']) => code),
);

const ofTemplates: Record<TemplateProblemCode, true> = {
  'template-syntax': true,
  'template-refused': true,
  'unknown-helper': true,
  'unknown-partial': true,
  'recursive-partial': true,
  'wrong-arguments': true,
  'bad-argument': true,
  'unknown-path': true,
  'misplaced-name': true,
  'not-a-value': true,
  'unguarded-skip': true,
  'not-iterable': true,
  'never-equal': true,
  'may-be-null': true,
  'ambiguous-name': true,
};
const ofRows: Record<BadRecordCode, true> = {
  invalid_json: true,
  inexact_number: true,
  duplicate_name: true,
  lone_surrogate: true,
  too_deep: true,
  too_large: true,
  not_an_object: true,
  invalid_utf8: true,
  invalid_text: true,
  ragged_row: true,
  invalid_cell: true,
};
const ofRecords = [
  'invalid_record',
  'missing_key',
  'duplicate_key',
  'field_conflict',
  'ambiguous_when',
  'refused_image',
];
const ofSteps = Object.entries(stepFailures).flatMap(([code, fault]) => (fault === 'input' ? [code] : []));
const kebab = (code: string) => code.replaceAll('_', '-');
const ofInput = [...Object.keys(ofRows), ...ofRecords, ...ofSteps];
const known = codeSubjects.flatMap(({ codes }) => Object.keys(codes));

describe('the codes of diagnostics', () => {
  it('has every one that a check can tell', () => {
    expect(inCode.length).toBeGreaterThan(120);
    const told = [...inCode, ...Object.keys(ofTemplates), ...ofInput.map(kebab)];
    const unknown = told.filter((code) => meaningOf(code) === undefined && !others.includes(code));
    expect([...new Set(unknown)]).toEqual([]);
  });

  it('has every one that a golden file shows', () => {
    const golden = ['diagnostic', 'pipeline'].flatMap((room) => {
      const folder = join(root, 'test', room, 'golden');
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('expected.txt'))
        .flatMap(
          (name) =>
            readFileSync(join(folder, name), 'utf8').match(/(?<=\[)[a-z]+(?:-[a-z0-9]+)+(?=\]$)/gmu) ?? [],
        );
    });
    expect(golden.length).toBeGreaterThan(100);
    const codes = new Set(golden);
    expect([...codes].filter((code) => meaningOf(code) === undefined)).toEqual([]);
  });

  it('has none that nobody tells, and none twice', () => {
    const told = new Set([...inCode, ...ofInput.map(kebab)]);
    const text = files.map((name) => readFileSync(join(root, name), 'utf8')).join('');
    expect(known.filter((code) => !told.has(code) && !text.includes(`'${code}'`))).toEqual([]);
    expect(known.filter((code, at) => known.indexOf(code) !== at)).toEqual([]);
  });

  it('explains each in whole sentences', () => {
    for (const code of known) {
      const { means, remedy } = meaningOf(code) ?? { means: '', remedy: '' };
      for (const sentence of [means, remedy]) expect(sentence, code).toMatch(/^[A-Z`].*[.`]$/u);
      expect(means.length, code).toBeLessThan(110);
    }
  });
});
