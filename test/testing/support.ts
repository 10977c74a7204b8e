import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import type { CallOutcome } from '../../src/models/contract.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import type { Result } from '../../src/result.ts';
import { loadTests } from '../../src/testing/load.ts';
import type { SuiteResult } from '../../src/testing/result.ts';
import { recordTests, testOffline, type SessionOptions } from '../../src/testing/session.ts';
import type { TestSuite } from '../../src/testing/suite.ts';
import { instantModels } from '../run/support/fake-models.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Translates, then classifies; `triage.yaml` in a project of these files. */
export const triage = `version: 1
vars: {language: English}
model: {name: mistral-small-latest}
input: {key: id, when: "{{ne input.text 'skip'}}"}
steps:
  translate:
    type: chat
    system: You translate to {{vars.language}}.
    prompt: "{{input.text}}"
  classify:
    type: structured
    prompt: "Classify: {{steps.translate.output}}"
    schema:
      type: object
      additionalProperties: false
      required: [topic]
      properties: {topic: {enum: [order, billing, other]}}
output:
  ticket: "{{steps.translate.output}}"
  topic: "{{steps.classify.output.topic}}"
`;

/** A folder with these files, gone after the test. */
export function project(files: { readonly [path: string]: string }): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The tests of a file that has no mistake. */
export async function suiteOf(folder: string, file = 'triage.yaml'): Promise<TestSuite> {
  const { suite, diagnostics } = await loadTests(file, { cwd: folder });
  if (suite === undefined) throw new Error(textOf(diagnostics));
  return suite;
}

export function textOf(diagnostics: readonly Diagnostic[]): string {
  return formatDiagnostics(diagnostics, { format: 'text', color: false, cwd: '/' });
}

/** Records by a model that answers each prompt so, and gives what that run comes to. */
export async function record(
  suite: TestSuite,
  reply: (prompt: string) => CallOutcome,
  options: Partial<SessionOptions> & { readonly tests?: TestSuite['tests'] } = {},
) {
  const { tests = suite.tests, ...others } = options;
  const openModel = instantModels(reply);
  return value(await recordTests(suite, tests, { env: {}, openModel, ...others }));
}

export async function offline(suite: TestSuite, tests = suite.tests) {
  return value(await testOffline(suite, tests, { env: {} }));
}

function value<Value>(result: Result<Value, readonly Diagnostic[]>): Value {
  if (!result.ok) throw new Error(textOf(result.error));
  return result.value;
}

/** Each test by its name: its status, and the messages of what failed. */
export function outline({ tests }: SuiteResult): { readonly [name: string]: readonly string[] } {
  return Object.fromEntries(
    tests.map(({ test, status, records, failures }) => [
      test.name,
      [
        status,
        ...[...records.flatMap((record) => record.failures), ...failures].map(({ message }) => message),
      ],
    ]),
  );
}
