import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { parseYaml } from '../../src/diagnostic/yaml-source.ts';
import type { JsonObject } from '../../src/json/json.ts';

const root = '/home/ci/repository';
const text = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: { text: { type: 'string', minLength: 1 } },
};
const line = { type: 'integer', minimum: 1 };
const object = (properties: JsonObject, required = Object.keys(properties)) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
const list = (items: JsonObject) => ({ type: 'array', uniqueItems: true, items });
const level = { enum: ['none', 'note', 'warning', 'error'] };

/** Of the standard's schema what a log of ours has; no other property may stand in one. */
const sarif = object({
  $schema: { type: 'string' },
  version: { const: '2.1.0' },
  runs: list(
    object({
      tool: object({
        driver: object({
          name: { type: 'string' },
          version: { type: 'string' },
          semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
          rules: list(
            object({ id: { type: 'string' }, shortDescription: text, fullDescription: text, help: text }),
          ),
        }),
      }),
      columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
      originalUriBaseIds: { type: 'object', additionalProperties: object({ description: text }) },
      invocations: list(
        object({
          executionSuccessful: { type: 'boolean' },
          toolExecutionNotifications: list(object({ level, message: text, properties: { type: 'object' } })),
        }),
      ),
      results: {
        type: 'array',
        items: object({
          ruleId: { type: 'string' },
          ruleIndex: { type: 'integer', minimum: 0 },
          level,
          message: text,
          locations: {
            ...list(
              object({
                physicalLocation: object(
                  {
                    artifactLocation: object(
                      {
                        uri: { type: 'string', pattern: "^[A-Za-z0-9._~:/%!'()*-]+$" },
                        uriBaseId: { const: '%SRCROOT%' },
                      },
                      ['uri'],
                    ),
                    region: object({ startLine: line, startColumn: line, endLine: line, endColumn: line }, [
                      'startLine',
                    ]),
                  },
                  ['artifactLocation'],
                ),
              }),
            ),
            // Code scanning refuses a result without one.
            minItems: 1,
          },
          partialFingerprints: object({
            primaryLocationLineHash: { type: 'string', pattern: '^[0-9a-f]+:\\d+$' },
          }),
        }),
      },
    }),
  ),
});
const isSarif = new Ajv2020({ strict: false, allErrors: true }).compile(sarif);

interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly invocations: readonly [{ readonly toolExecutionNotifications: readonly JsonObject[] }];
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly locations: readonly JsonObject[];
        readonly message: { readonly text: string };
        readonly partialFingerprints: { readonly primaryLocationLineHash: string };
      }[];
    },
  ];
}

function run(diagnostics: readonly Diagnostic[], cwd = root) {
  const printed = formatDiagnostics(diagnostics, { format: 'sarif', color: false, cwd, root });
  const log = JSON.parse(printed) as Log;
  expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true);
  return log.runs[0];
}

const steps = 'steps:\n  a: {promt: x}\n  b: {promt: "𝄞", other: 1}\n';

function mistakesIn(yaml: string, path = join(root, 'prompts/näher & so.yaml')): readonly Diagnostic[] {
  const { source } = parseYaml(path, yaml);
  const at = (pointer: readonly string[], code = 'unknown-key'): Diagnostic => ({
    severity: 'error',
    code,
    message: `\`${pointer.at(-1)}\` is not a key`,
    hint: 'did you mean `prompt`?',
    place: { source, pointer, part: 'key' },
  });
  return [at(['steps', 'a', 'promt']), at(['steps', 'b', 'promt']), at(['steps', 'b', 'other'])];
}

describe('diagnostics as SARIF', () => {
  it('is a log with a rule for each code, and a place for each result', () => {
    const { tool, results } = run(mistakesIn(steps), join(root, 'prompts'));
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(['unknown-key']);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(results[2]).toMatchObject({
      message: { text: '`other` is not a key\nhint: did you mean `prompt`?' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'prompts/n%C3%A4her%20%26%20so.yaml', uriBaseId: '%SRCROOT%' },
            // In UTF-16 units: the clef before it has two.
            region: { startLine: 3, startColumn: 20, endLine: 3, endColumn: 25 },
          },
        },
      ],
    });
  });

  it('is a log without mistakes, too', () => {
    expect(run([])).toMatchObject({ results: [], tool: { driver: { rules: [] } } });
  });

  it('keeps the fingerprints when lines above come and go, and none twice', () => {
    const prints = (yaml: string) =>
      run(mistakesIn(yaml)).results.map(({ partialFingerprints }) => partialFingerprints);
    const before = prints(steps);
    expect(prints(`# a note\n\nname: x\n${steps}`)).toEqual(before);
    expect(prints(steps.replace('other: 1', 'other: 2'))).not.toEqual(before);
    expect(new Set(before.map((print) => JSON.stringify(print))).size).toBe(3);
  });

  it('has the same rules and fingerprints from whichever folder it is made', () => {
    expect(run(mistakesIn(steps), join(root, 'prompts'))).toEqual(run(mistakesIn(steps)));
  });

  it('tells what is in no file of the sources as a notification', () => {
    const flag = { severity: 'error', code: 'invalid-flag', message: '`--set a`: it says nothing' } as const;
    const row = {
      severity: 'warning',
      code: 'all-skipped',
      message: 'all',
      place: { path: '-', line: 1 },
    } as const;
    const { results, invocations } = run([flag, row]);
    expect(results).toEqual([]);
    expect(invocations[0].toolExecutionNotifications).toMatchObject([
      { level: 'error', properties: { code: 'invalid-flag' } },
      { level: 'warning', properties: { code: 'all-skipped' } },
    ]);
  });

  it('names files outside of the repository by their whole address, and rows by their line alone', () => {
    const place = { path: '/data/my rows.csv', line: 7 };
    const { results } = run([{ severity: 'error', code: 'ragged-row', message: 'short', place }]);
    expect(results[0]?.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'file:///data/my%20rows.csv' },
          region: { startLine: 7 },
        },
      },
    ]);
  });

  it('keeps the control sequences of a file out, and its commands', () => {
    const message = 'a \u001B[31mred\u001B[0m\n::error::x';
    const printed = formatDiagnostics(
      [{ severity: 'error', code: 'yaml-syntax', message, place: { path: 'a.yaml', line: 1 } }],
      { format: 'sarif', color: false, cwd: root },
    );
    expect(printed).not.toContain('\u001B');
    expect(printed).not.toMatch(/^::/mu);
  });
});
