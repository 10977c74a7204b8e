import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestProgress } from '../../src/report/test-progress.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { recordTests } from '../../src/testing/session.ts';
import type { CallOutcome } from '../../src/models/contract.ts';
import { answer, failed } from '../run/support/fake-models.ts';
import { createManualClock } from '../report/replay.ts';
import { offline, outline, project, record, suiteOf, triage } from './support.ts';

/** Translates by capitals, finds a topic by its word, and judges by whether the answer is loud. */
function model(prompt: string): CallOutcome {
  if (prompt.startsWith('Rubric:')) {
    const pass = prompt.includes('!');
    return answer(JSON.stringify({ reason: pass ? 'It is loud.' : 'It is quiet.', pass }));
  }
  if (!prompt.startsWith('Classify:')) return answer(prompt.toUpperCase());
  const topic = prompt.includes('PARCEL') ? 'order' : prompt.includes('PAID') ? 'billing' : 'other';
  return answer(JSON.stringify({ topic }));
}

const oneTest = (name: string, rest: string) =>
  `version: 1\ntests:\n  - name: ${name}\n    input: {id: t1, text: my parcel}\n${rest}`;

const cases = `version: 1
tests:
  - name: passes
    input: {id: t1, text: my parcel}
    assert:
      - {path: output.ticket, equals: MY PARCEL}
      - {path: steps.classify.output, equals: {topic: order}}
      - {path: usage.requests, equals: 2}
      - {max_tokens: 30}
      - {path: steps.translate.usage, max_tokens: 15}
  - name: the same input without a key
    input: {text: my parcel}
    assert: [{path: output.topic, equals: order}]
  - name: fails
    input: {id: t1, text: my parcel}
    assert:
      - {path: output.topic, equals: billing, one_of: [billing, other]}
      - {max_tokens: 29}
  - name: rows
    rows: data/rows.csv
    assert: [{path: output.topic, equals: "{{input.topic}}"}]
  - name: other variables
    input: {text: my parcel}
    vars: {language: German}
    assert: [{path: output.ticket, contains: PARCEL}]
  - name: mocked
    input: {text: my parcel}
    mocks: {translate: I PAID twice}
    assert:
      - {path: output.topic, equals: billing}
      - {path: usage.requests, equals: 1}
  - name: skipped
    input: {text: skip}
    outcome: skipped
  - name: skipped, and not expected
    input: {text: skip}
  - name: a record at fault
    input: {id: t9}
    outcome: failed
    error: absent_path
    assert:
      - {path: error.message, contains: input.text}
      - {path: error.step, equals: translate}
  - name: another fault than expected
    input: {id: t9}
    outcome: failed
    error: schema_mismatch
  - name: a fault that does not come
    input: {text: my parcel}
    outcome: failed
  - name: absent
    input: {id: t9}
    outcome: failed
    assert: [{path: steps.translate.output, equals: a}]
`;
const rows = 'id,text,topic\n1,my parcel,order\n2,I paid twice,billing\n3,hello,order\n';

describe('tests of a pipeline', () => {
  it('are not kept busy by a pattern of an expected schema that backtracks over a long answer', async () => {
    const schema = "{type: string, pattern: '^\\w*\\w*\\w*\\w*\\w*\\w*\\w*!$'}";
    const asserted = `    mocks: {translate: ${'a'.repeat(2000)}}\n    assert: [{path: output.ticket, json_schema: ${schema}}]\n`;
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': oneTest('slow', asserted) });
    const { result } = await record(await suiteOf(folder), model);
    expect(outline(result)['slow']?.[1]).toContain('could not be checked within 1 s');
  });

  it('are judged offline as they were when they were recorded', async () => {
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': cases, 'data/rows.csv': rows });
    const recorded = await record(await suiteOf(folder), model);
    expect(outline(recorded.result)).toEqual({
      passes: ['passed'],
      'the same input without a key': ['passed'],
      fails: [
        'failed',
        '`output.topic` is not as expected: "billing"',
        '`output.topic` is not as expected: one of "billing" or "other"',
        '`usage` is not as expected: at most 29 tokens: got 30 tokens',
      ],
      rows: ['failed', '`output.topic` is not as expected: "order"'],
      'other variables': ['passed'],
      mocked: ['passed'],
      skipped: ['passed'],
      'skipped, and not expected': ['failed', 'the record was skipped by `input.when` (triage.yaml:4)'],
      'a record at fault': ['passed'],
      'another fault than expected': [
        'failed',
        expect.stringContaining('the record failed by `absent_path`, not by `schema_mismatch`'),
      ],
      'a fault that does not come': ['failed', 'the record succeeded, and should have failed'],
      absent: ['failed', '`steps.translate.output` is not there'],
    });
    const again = await offline(await suiteOf(folder));
    expect(outline(again.result)).toEqual(outline(recorded.result));
    expect(again).toMatchObject({ unused: 0, result: { simulated: false } });
    expect(recorded.change).toMatchObject({ dropped: 0, replaced: 0 });
  });

  it('tell what was asked and answered for what is not as expected', async () => {
    const tests = oneTest('one', '    assert: [{path: output.topic, equals: billing}]\n');
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': tests });
    const { result } = await record(await suiteOf(folder), model);
    const [failure] = result.tests[0]?.records[0]?.failures ?? [];
    expect(failure).toMatchObject({
      path: 'output.topic',
      expected: '"billing"',
      got: 'order',
      wanted: 'billing',
    });
    expect(failure?.asked).toMatchObject({
      step: 'classify',
      answer: '{"topic":"order"}',
      request: { messages: [{ role: 'user', content: 'Classify: MY PARCEL' }] },
    });
    const place = failure?.place.source.locate(failure.place.pointer).start;
    expect(place).toMatchObject({ line: 5, column: 43 });
  });

  it('fail by the line of the prompt where nobody recorded what it asks', async () => {
    const tests = oneTest('one', '    assert: [{path: output.topic, equals: order}]\n');
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': tests });
    await record(await suiteOf(folder), model);
    writeFileSync(join(folder, 'triage.yaml'), triage.replace('translate to', 'render into'));
    const { result, unused } = await offline(await suiteOf(folder));
    const [failure, ...others] = result.tests[0]?.records[0]?.failures ?? [];
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ kind: 'replay_miss', miss: { step: 'translate', place: { line: 8 } } });
    expect(failure?.message).toContain('You [-translate to-]{+render into+} English.');
    // What would have been asked after it is not known.
    expect(unused).toBeNull();
  });

  it('fail without a recording', async () => {
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': oneTest('one', '') });
    const { result } = await offline(await suiteOf(folder));
    expect(result.tests.map(({ status }) => status)).toEqual(['failed']);
  });

  it('record only what is missing, and drop what is not asked any more', async () => {
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': cases, 'data/rows.csv': rows });
    const path = join(folder, 'triage.recording.jsonl');
    await record(await suiteOf(folder), model);
    const before = readFileSync(path, 'utf8');
    const asked: string[] = [];
    const listening = (prompt: string) => {
      asked.push(prompt);
      return model(prompt);
    };
    const same = await record(await suiteOf(folder), listening);
    expect(asked).toEqual([]);
    expect(same.change).toMatchObject({ added: 0, replaced: 0, dropped: 0 });
    expect(readFileSync(path, 'utf8')).toBe(before);
    writeFileSync(join(folder, 'data/rows.csv'), rows.replace('hello', 'good-bye'));
    const mended = await record(await suiteOf(folder), listening);
    expect(asked).toEqual(['good-bye', 'Classify: GOOD-BYE']);
    expect(mended.change).toMatchObject({ added: 2, dropped: 2 });
  });

  it('keep what other tests use where only some are recorded', async () => {
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': cases, 'data/rows.csv': rows });
    await record(await suiteOf(folder), model);
    const suite = await suiteOf(folder);
    const one = await record(suite, model, { tests: suite.tests.slice(0, 1) });
    expect(one.change).toMatchObject({ dropped: 0 });
    expect((await offline(suite)).unused).toBe(0);
  });

  it('tell why an answer could not be recorded, and leave what is recorded', async () => {
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': oneTest('one', '') });
    const { result, change } = await record(await suiteOf(folder), () =>
      failed({ message: 'the server is down' }),
    );
    expect(outline(result)['one']).toEqual([
      'failed',
      'the record failed in step `translate`: the server is down (server_error)',
    ]);
    expect(change).toMatchObject({ added: 0, dropped: 0 });
  });

  it('stop where no call can succeed, and say which tests did not run', async () => {
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': cases, 'data/rows.csv': rows });
    const { result } = await record(await suiteOf(folder), () =>
      failed({ code: 'rejected_key', message: 'the key was refused', scope: 'run' }),
    );
    expect(result.reason).toMatchObject({ kind: 'provider', code: 'rejected_key' });
    expect(outline(result)['passes']).toEqual(['not_run']);
    expect(outline(result)['mocked']).toEqual(['not_run']);
  });

  it('take an answer that breaks the schema for a failure that can be expected', async () => {
    const tests = oneTest(
      'one',
      '    outcome: failed\n    error: schema_mismatch\n    assert: [{path: steps.translate.output, equals: MY PARCEL}]\n',
    );
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': tests });
    const odd = (prompt: string) =>
      prompt.startsWith('Classify') ? answer('{"topic": "odd"}') : model(prompt);
    await record(await suiteOf(folder), odd);
    expect(outline((await offline(await suiteOf(folder))).result)).toEqual({ one: ['passed'] });
  });

  it('stand in the pipeline too, before those of the file beside it', async () => {
    const inside = `${triage}tests:\n  - {name: inside, input: {text: my parcel}, assert: [{path: output.topic, equals: order}]}\n`;
    const folder = project({ 'triage.yaml': inside, 'triage.test.yaml': oneTest('outside', '') });
    const { result } = await record(await suiteOf(folder, 'triage.test.yaml'), model);
    expect(outline(result)).toEqual({ inside: ['passed'], outside: ['passed'] });
  });
});

describe('a judge', () => {
  const judged = oneTest(
    'judged',
    '    assert:\n      - {path: output.ticket, judge: {rubric: "loud, {{vars.language}}"}}\n      - {path: input.text, judge: {rubric: quiet, model: mistral-large-latest}}\n',
  );

  it('is asked, recorded and replayed like any other', async () => {
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': judged });
    const asked: string[] = [];
    const recorded = await record(await suiteOf(folder), (prompt) => {
      if (prompt.startsWith('Rubric')) asked.push(prompt);
      return model(prompt);
    });
    expect(asked).toEqual([
      'Rubric:\nloud, English\n\nAnswer:\nMY PARCEL',
      'Rubric:\nquiet\n\nAnswer:\nmy parcel',
    ]);
    const wanted = {
      judged: [
        'failed',
        '`output.ticket` is not as expected: an answer that keeps to the rubric: loud, English: the judge says: It is quiet.',
        '`input.text` is not as expected: an answer that keeps to the rubric: quiet: the judge says: It is quiet.',
      ],
    };
    expect(outline(recorded.result)).toEqual(wanted);
    expect(outline((await offline(await suiteOf(folder))).result)).toEqual(wanted);
    const models = readFileSync(join(folder, 'triage.recording.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: string; model: string })
      .flatMap(({ step, model }) => (step === 'judge' ? [model] : []));
    expect(models).toEqual(['mistral-small-latest', 'mistral-large-latest']);
  });

  it('fails the assertion where it gives no verdict', async () => {
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': judged });
    const { result } = await record(await suiteOf(folder), (prompt) =>
      prompt.startsWith('Rubric') ? failed({ message: 'the judge is out' }) : model(prompt),
    );
    expect(outline(result)['judged']?.[1]).toContain('the judge gave no verdict: the judge is out');
  });

  it('is not to be talked into anything: the answer is data', async () => {
    const folder = project({
      'triage.yaml': triage,
      'triage.test.yaml': oneTest(
        'judged',
        '    assert: [{path: output.ticket, judge: {rubric: quiet}}]\n',
      ).replace('my parcel', '"{{vars.language}} {{steps.x}}"'),
    });
    const asked: string[] = [];
    await record(await suiteOf(folder), (prompt) => {
      asked.push(prompt);
      return model(prompt);
    });
    expect(asked.at(-1)).toBe('Rubric:\nquiet\n\nAnswer:\n{{VARS.LANGUAGE}} {{STEPS.X}}');
  });
});

describe('a classifier', () => {
  const classifier = (least: string) =>
    `version: 1\ntests:\n  - name: topics\n    classify: {rows: data/rows.csv, label: topic, prediction: output.topic${least}}\n`;

  it.each([
    ['', ['passed']],
    [', at_least: {accuracy: 0.66, recall: 0.75, precision: 1}', ['passed']],
    [', at_least: {f1: 0.9}', ['failed', 'the f1 is 0.833, below 0.9']],
    [
      ', at_least: {accuracy: 0.7, classes: {order: {precision: 1, recall: 0.6}}}',
      ['failed', 'the accuracy is 0.667, below 0.7', 'the recall of `order` is 0.500, below 0.6'],
    ],
  ])('is held to its thresholds: %s', async (least, wanted) => {
    // Of two orders one is taken for `other`, which no row is.
    const folder = project({
      'triage.yaml': triage,
      'triage.test.yaml': classifier(least),
      'data/rows.csv': rows,
    });
    const { result } = await record(await suiteOf(folder), model);
    expect(outline(result)['topics']).toEqual(wanted);
    expect(result.tests[0]?.metrics).toMatchObject({ records: 3, failed: 0, accuracy: 2 / 3 });
  });

  it('reaches a threshold that is just the mean of its classes', async () => {
    const words = [
      ['billing', 'paid', 7],
      ['order', 'parcel', 8],
      ['other', 'hello', 9],
    ] as const;
    const lines = words.flatMap(([topic, word, found]) =>
      Array.from({ length: 10 }, (_, at) => {
        const text = at < found ? word : topic === 'order' ? 'hello' : 'parcel';
        return `${topic}-${at},${text},${topic}`;
      }),
    );
    const folder = project({
      'triage.yaml': triage,
      'triage.test.yaml': classifier(', at_least: {recall: 0.8}'),
      'data/rows.csv': `id,text,topic\n${lines.join('\n')}\n`,
    });
    const { result } = await record(await suiteOf(folder), model);
    expect(result.tests[0]?.metrics?.recall).toBeLessThan(0.8);
    expect(outline(result)['topics']).toEqual(['passed']);
  });

  it('says nothing of shares where an answer is missing', async () => {
    const odd = (prompt: string) =>
      prompt === 'hello' ? failed({ code: 'invalid_request' }) : model(prompt);
    const folder = project({
      'triage.yaml': triage,
      'triage.test.yaml': classifier(', at_least: {accuracy: 0.6}'),
      'data/rows.csv': rows,
    });
    const { result } = await record(await suiteOf(folder), odd);
    expect(result.tests[0]?.status).toBe('failed');
    expect(result.tests[0]?.metrics).toBeUndefined();
  });

  it.each([
    ['', ['failed', expect.stringContaining('schema_mismatch')]],
    [', at_least: {accuracy: 0.6}', ['passed']],
  ])(
    'counts a record that failed as wrong, and fails for it only without thresholds: %s',
    async (least, wanted) => {
      const odd = (prompt: string) => (prompt.endsWith('HELLO') ? answer('{"topic": "odd"}') : model(prompt));
      const folder = project({
        'triage.yaml': triage,
        'triage.test.yaml': classifier(least),
        'data/rows.csv': rows,
      });
      const { result } = await record(await suiteOf(folder), odd);
      expect(outline(result)['topics']).toEqual(wanted);
      expect(result.tests[0]?.metrics).toMatchObject({ failed: 1, accuracy: 2 / 3 });
    },
  );
});

describe('recording', () => {
  const budgeted = (tokens: number) => `version: 1
model: {name: mistral-small-latest, max_tokens: 200}
vars: {tone: friendly}
budget: {tokens: ${tokens}}
steps:
  reply: {type: chat, prompt: "Answer in a {{vars.tone}} tone: {{input.text}}"}
`;
  const two = `version: 1
tests:
  - {name: one, input: {text: "${'a word '.repeat(20)}"}}
  - {name: two, input: {text: "${'a word '.repeat(20)}"}, vars: {tone: formal}}
`;

  it('has one budget for all runs of the tests together', async () => {
    const started = await startSimulator();
    if (!started.ok) throw new Error(started.error.message);
    onTestFinished(() => started.value.close());
    const recorded = async (tokens: number, count: number) => {
      const folder = project({ 'triage.yaml': budgeted(tokens), 'triage.test.yaml': two });
      const suite = await suiteOf(folder);
      const simulator = { base_url: started.value.url };
      const made = await recordTests(suite, suite.tests.slice(0, count), { env: {}, simulator });
      if (!made.ok) throw new Error('it was not recorded');
      return made.value.result.reason;
    };
    const refused = await recorded(1, 1);
    const [, most = ''] = /could use up to ([\d,]+)/u.exec(refused?.message ?? '') ?? [];
    // Room for the most that one answer may take, and not for that of a second after what the first has used.
    const room = Number(most.replaceAll(',', '')) + 5;
    expect(room, refused?.message).toBeGreaterThan(200);
    expect(await recorded(room, 1)).toBeUndefined();
    expect(await recorded(room, 2)).toMatchObject({
      kind: 'budget',
      message: expect.stringMatching(/could use up to [\d,]+$/u),
    });
    expect(await recorded(10 * room, 2)).toBeUndefined();
  });

  it('holds judges to what the answers have left of the budget, each to a share of it', async () => {
    const started = await startSimulator();
    if (!started.ok) throw new Error(started.error.message);
    onTestFinished(() => started.value.close());
    const asserted = (count: number, model = '') =>
      Array.from({ length: count }, (_, at) => `{path: output.reply, judge: {rubric: "r${at}"${model}}}`);
    const tests = (...asserts: readonly string[]) =>
      `version: 1\ntests:\n  - {name: one, input: {text: Hello!}, assert: [${asserts.join(', ')}]}\n`;
    const recorded = async (tokens: number, file: string) => {
      let used = 0;
      const folder = project({ 'triage.yaml': budgeted(tokens), 'triage.test.yaml': file });
      const suite = await suiteOf(folder);
      const made = await recordTests(suite, suite.tests, {
        env: {},
        simulator: { base_url: started.value.url },
        on: (event) => {
          if (event.type === 'call_finished') used += event.usage.total_tokens ?? 0;
        },
      });
      if (!made.ok) throw new Error('it was not recorded');
      return { reason: made.value.result.reason, used };
    };
    const whole = await recorded(100_000, tests(...asserted(6)));
    expect(whole.reason).toBeUndefined();
    const one = whole.used / 7;
    const tight = await recorded(2500, tests(...asserted(40)));
    expect(tight.reason).toMatchObject({ kind: 'budget', code: 'budget_spent' });
    // Some verdicts came.
    expect(tight.used).toBeGreaterThan(2 * one);
    expect(tight.used).toBeLessThanOrEqual(2500);
    const large = ', model: mistral-large-latest';
    const halves = await recorded(4000, tests(...asserted(40), ...asserted(40, large)));
    expect(halves.reason).toMatchObject({ kind: 'budget' });
    expect(halves.used).toBeLessThanOrEqual(4000);
  });

  it('refuses a judge whose cost nobody knows, where there is a budget of dollars', async () => {
    const pipeline = budgeted(1).replace('tokens: 1', 'usd: 1');
    const file = oneTest(
      'one',
      '    assert: [{path: output.reply, judge: {rubric: good, model: my-own-model}}]\n',
    );
    const folder = project({ 'triage.yaml': pipeline, 'triage.test.yaml': file });
    await expect(suiteOf(folder)).rejects.toThrow('my-own-model');
  });

  it('tells how much there is to ask, and what holds it up', async () => {
    const folder = project({ 'triage.yaml': triage, 'triage.test.yaml': oneTest('one', '') });
    let told = '';
    const output = { write: (text: string) => (told += text), columns: 80, isTerminal: false, color: false };
    const clock = createManualClock();
    const { on, finish } = createTestProgress({ output, clock, live: false });
    await record(await suiteOf(folder), model, { on });
    finish();
    expect(clock.ticking).toBe(0);
    on({ type: 'model_paused', model: 'small', duration: 60_000, reason: 'rate_limited' });
    on({ type: 'notice', message: 'a \u001b[31mnotice' });
    expect(told).toBe(
      'triage: asking about 1 record, where no answer is recorded\nsmall waits 1m 00s for quota\nwarning: a \\x1b[31mnotice\n',
    );
  });
});

describe('how a record is to end', () => {
  const ofRows = (outcome: string) => `version: 1
tests:
  - name: rows
    rows: rows.csv
${outcome}    assert: [{path: output.ticket, contains: PARCEL}]
`;
  const files = (outcome: string) =>
    project({
      'triage.yaml': triage,
      'rows.csv': 'text\nmy parcel\nskip\n',
      'triage.test.yaml': ofRows(outcome),
    });

  it('may be one of several', async () => {
    const suite = await suiteOf(files('    outcome: [succeeded, skipped]\n'));
    expect(outline((await record(suite, model)).result)).toEqual({ rows: ['passed'] });
  });

  it('is proposed where the rows are right', async () => {
    const { result } = await record(await suiteOf(files('')), model);
    expect(result.tests[0]?.records[1]?.failures).toMatchObject([
      { hint: 'if that is right, write `outcome: [succeeded, skipped]` in the test' },
    ]);
  });

  it('names what the input of a test lacks, at the input', async () => {
    const folder = project({
      'triage.yaml': triage.replace('  ticket:', '  id: "{{input.id}}"\n  ticket:'),
      'triage.test.yaml': oneTest('lacks', '').replace('id: t1, ', ''),
    });
    const { result } = await record(await suiteOf(folder), model);
    const [failure] = result.tests[0]?.records[0]?.failures ?? [];
    expect(failure).toMatchObject({ kind: 'outcome', hint: 'add `id` to the `input` of the test' });
    expect(failure?.place.pointer).toEqual(['tests', 0, 'input']);
  });
});
