import { answer } from '../run/support/fake-models.ts';
import type { SuiteResult, TestResult } from '../../src/testing/result.ts';
import { project, record, suiteOf, offline } from '../testing/support.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const pipeline = `version: 1
model: {name: mistral-small-latest}
steps:
  reply:
    type: chat
    system: Answer briefly.
    prompt: "{{input.text}}"
  sign:
    type: chat
    prompt: "Sign: {{input.text}}"
output:
  reply: "{{steps.reply.output}}"
  topic: "{{input.topic}}"
`;

const testFile = `version: 1
tests:
  - name: as it should be
    input: {text: hello, topic: other}
    assert: [{path: output.reply, contains: hello}]
  - name: a <hostile> answer & more
    input: {text: "evil", topic: other}
    assert:
      - {path: output.reply, equals: nothing evil}
      - {path: output.reply, max_length: 3}
  - name: rows
    rows: rows.csv
    assert: [{path: output.reply, not_contains: paid}]
  - name: topics
    classify: {rows: rows.csv, label: topic, prediction: output.reply, at_least: {accuracy: 1}}
  - name: mocked
    input: {text: hello, topic: other}
    mocks: {reply: good}
    assert:
      - {path: output.reply, equals: bad}
      - {path: output.topic, equals: order}
  - name: never recorded
    input: {text: later, topic: other}
`;

const usualRows = 'text,topic\norder,order\nI paid twice,billing\nother,other\n';

/** What a terminal, a CI runner and XML would all make something of. */
const hostile = '\u001b[31m::error::evil]]>\n##[error]<b>"\'&\u0000\u{FFFE} {{input.text}}';

export interface Sample {
  readonly folder: string;
  readonly results: readonly SuiteResult[];
}

/** Tests of each kind and outcome; one of them asks what is not recorded. Their durations are no part of it. */
export async function sampleResults(rows = usualRows): Promise<Sample> {
  const folder = project({ 'reply.yaml': pipeline, 'reply.test.yaml': testFile, 'rows.csv': rows });
  await record(await suiteOf(folder, 'reply.yaml'), (prompt) => answer(prompt === 'evil' ? hostile : prompt));
  writeFileSync(join(folder, 'reply.test.yaml'), testFile.replace('text: later', 'text: much later'));
  const { result } = await offline(await suiteOf(folder, 'reply.yaml'));
  const tests: TestResult[] = [];
  for (const test of result.tests) tests.push({ ...test, duration: 1.5 });
  return { folder, results: [{ ...result, duration: 12, tests }] };
}
