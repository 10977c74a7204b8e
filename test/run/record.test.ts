import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import type { BadRecord } from '../../src/records/record.ts';
import type { RecordFinished } from '../../src/run/events.ts';
import { settled } from './support/clock.ts';
import { drive } from './support/drive.ts';
import { answer, failed, fakeModels, instantModels } from './support/fake-models.ts';
import { path, plan, record, recordsOf, step, template, type PlanOptions } from './support/plans.ts';

const steps = [step('one'), step('two', { after: ['one'], when: path('input.go') })];

/** Runs one record to its end with models that answer "ok". */
async function outcomeOf(value: JsonObject, options: PlanOptions & { readonly steps?: typeof steps } = {}) {
  const run = drive(plan(options.steps ?? steps, options), [record(0, value)], {
    openModel: instantModels(),
  });
  await run.finished;
  const [finished] = run.of('record_finished');
  if (finished === undefined) throw new Error('the record did not finish');
  return { finished, run };
}

function errorOf(finished: RecordFinished) {
  if (finished.outcome !== 'failed') throw new Error(`the record ${finished.outcome}`);
  return finished.error;
}

describe('a step’s `when`', () => {
  it.each([[null], [false], ['']])('skips it for %j, and leaves its output null', async (go: JsonValue) => {
    const { finished, run } = await outcomeOf({ go });
    expect(finished).toMatchObject({ outcome: 'succeeded', output: { go, one: 'ok', two: null } });
    expect(run.of('step_finished').map(({ step, outcome }) => [step, outcome])).toEqual([
      ['one', 'succeeded'],
      ['two', 'skipped'],
    ]);
    expect(run.of('call_finished')).toHaveLength(1);
  });

  it('skips it where its path is absent', async () => {
    expect((await outcomeOf({})).finished).toMatchObject({ output: { one: 'ok', two: null } });
  });

  it('lets it go for a value', async () => {
    expect((await outcomeOf({ go: true })).finished).toMatchObject({ output: { two: 'ok' } });
  });

  it('fails the record for a text of a truth value, without asking for that step', async () => {
    const { finished, run } = await outcomeOf({ go: 'false' });
    expect(finished).toMatchObject({ outcome: 'failed', step: 'two', error: { code: 'ambiguous_when' } });
    expect(errorOf(finished)).toMatchObject({ status: null, attempts: 0, request_id: null });
    expect(run.of('call_finished').map(({ step }) => step)).toEqual(['one']);
  });

  it('runs what comes after a skipped step, which sees no value of it', async () => {
    const seen: unknown[] = [];
    const last = step('last', {
      after: ['two'],
      prompt: (scope) => {
        seen.push(structuredClone(scope['steps']));
        return 'last';
      },
    });
    const { finished } = await outcomeOf({ go: false }, { steps: [...steps, last] });
    expect(finished).toMatchObject({ output: { one: 'ok', two: null, last: 'ok' } });
    expect(seen).toEqual([{ one: expect.objectContaining({ output: 'ok', finish_reason: 'stop' }) }]);
  });
});

describe('`input.when`', () => {
  const options = { input: { validate: () => [], when: path('input.go') } };

  it('skips the record without a call', async () => {
    const { finished, run } = await outcomeOf({ go: false }, options);
    expect(finished).toMatchObject({ outcome: 'skipped', sequence: 0, line: 1 });
    expect(run.of('call_finished')).toEqual([]);
    expect((await run.finished).counts).toMatchObject({ skipped: 1, succeeded: 0 });
  });

  it('fails the record for a text of a truth value', async () => {
    const { finished } = await outcomeOf({ go: '0' }, options);
    expect(finished).toMatchObject({ outcome: 'failed', step: null, input: { go: '0' } });
    expect(errorOf(finished).message).toContain('`input.when` is the text "0"');
  });
});

describe('a record that cannot be begun', () => {
  it('fails when its row is no record, with the row', async () => {
    const bad: BadRecord = {
      ok: false,
      index: 3,
      line: 9,
      raw: '{"id":',
      error: { code: 'invalid_json', message: 'the JSON ends too early' },
    };
    const run = drive(plan(steps), [bad], { openModel: instantModels() });
    await run.finished;
    const [finished] = run.of('record_finished');
    expect(finished).toEqual({
      type: 'record_finished',
      outcome: 'failed',
      sequence: 0,
      index: 3,
      line: 9,
      key: finished?.key,
      step: null,
      input: null,
      raw: '{"id":',
      error: {
        code: 'invalid_json',
        message: 'the JSON ends too early',
        status: null,
        attempts: 0,
        request_id: null,
      },
    });
    expect(run.of('record_started')).toEqual([]);
  });

  it('tells all that is wrong with it', async () => {
    const validate = () => ['`id` is not text', '`text` is missing'];
    const { finished } = await outcomeOf({ id: 1 }, { input: { validate } });
    expect(errorOf(finished)).toMatchObject({
      code: 'invalid_record',
      message: '`id` is not text; `text` is missing',
    });
  });

  it('fails when it has no key, or that of another', async () => {
    const input = { key: 'id', validate: () => [] };
    const items = [record(0, { id: 'a' }), record(1, { id: null }), record(2, { id: 'a' })];
    const run = drive(plan([step('one')], { input }), items, { openModel: instantModels() });
    expect((await run.finished).counts).toMatchObject({ succeeded: 1, failed: 2 });
    const failures = run.of('record_finished').filter(({ outcome }) => outcome === 'failed');
    expect(failures.map((finished) => [finished.line, errorOf(finished).code])).toEqual([
      [2, 'missing_key'],
      [3, 'duplicate_key'],
    ]);
    expect(failures[1]?.key).toBe('a');
  });

  it('fails when a field has the name of a step, unless `output` says what a result is', async () => {
    const { finished, run } = await outcomeOf({ one: 1 });
    expect(errorOf(finished).code).toBe('field_conflict');
    expect(errorOf(finished).message).toContain('`one`');
    expect(run.of('call_finished')).toEqual([]);
    const output = { kind: 'template', template: path('input.one') } as const;
    expect((await outcomeOf({ one: 1 }, { output })).finished).toMatchObject({ output: 1 });
  });

  it('asks for nothing', async () => {
    const models = fakeModels();
    const input = { validate: () => ['no'] };
    await drive(plan(steps, { input }), recordsOf(3), { openModel: models.openModel }).finished;
    expect(models.seen.calls).toBe(0);
  });
});

describe('the order of steps', () => {
  it('is that of their dependencies, with independent steps side by side', async () => {
    const models = fakeModels();
    const diamond = [
      step('top'),
      step('left', { after: ['top'] }),
      step('right', { after: ['top'] }),
      step('bottom', { after: ['left', 'right', 'top'] }),
      step('alone'),
    ];
    const run = drive(plan(diamond, { concurrency: 8 }), recordsOf(1), { openModel: models.openModel });
    const take = async (count: number) => {
      await settled();
      expect(models.seen.inFlight).toBe(count);
      const calls = await Promise.all(Array.from({ length: count }, () => models.nextCall()));
      return new Map(calls.map((call) => [call.step, call]));
    };
    const first = await take(2);
    expect([...first.keys()]).toEqual(['top', 'alone']);
    first.get('alone')?.reply();
    first.get('top')?.reply();
    const second = await take(2);
    expect([...second.keys()]).toEqual(['left', 'right']);
    second.get('right')?.reply();
    await settled();
    expect(models.seen.inFlight).toBe(1);
    second.get('left')?.reply();
    const third = await take(1);
    third.get('bottom')?.reply('end');
    await run.finished;
    expect(run.of('record_finished')[0]).toMatchObject({
      output: { top: 'ok', left: 'ok', right: 'ok', bottom: 'end', alone: 'ok' },
    });
  });
});

describe('a step that fails', () => {
  const failing = instantModels((prompt) =>
    prompt.startsWith('one')
      ? failed({
          code: 'invalid_request',
          message: 'no',
          status: 422,
          attempts: 1,
          request_id: 'r',
          raw: '{}',
        })
      : answer('ok'),
  );

  it('fails its record with all that is known, and no later step begins', async () => {
    const run = drive(plan([step('one'), step('two', { after: ['one'] })]), recordsOf(1), {
      openModel: failing,
    });
    const finished = await run.finished;
    expect(run.of('record_finished')[0]).toMatchObject({
      outcome: 'failed',
      step: 'one',
      input: { id: 'r0' },
      error: {
        code: 'invalid_request',
        message: 'no',
        status: 422,
        attempts: 1,
        request_id: 'r',
        raw: '{}',
      },
    });
    expect(errorOf(run.of('record_finished')[0] as RecordFinished)).not.toHaveProperty('scope');
    expect(run.of('step_finished').map(({ step, outcome }) => [step, outcome])).toEqual([['one', 'failed']]);
    expect(finished).toMatchObject({ state: 'completed', failed: true, counts: { failed: 1 } });
    expect(finished.usage.total).toMatchObject({ records: 1, requests: 1, total_tokens: 15 });
  });

  it('fails no other record', async () => {
    const openModel = instantModels((prompt) => (prompt.endsWith('r1') ? failed() : answer('ok')));
    const run = drive(plan([step('one')]), recordsOf(3), { openModel });
    expect((await run.finished).counts).toMatchObject({ succeeded: 2, failed: 1 });
  });

  it('lets the calls beside it finish, and pays for them, but begins no more', async () => {
    const models = fakeModels();
    const twice = step('twice', { after: [] });
    const program = {
      ...twice.program,
      async execute(scope: never, services: never) {
        await twice.program.execute(scope, services);
        return twice.program.execute(scope, services);
      },
    };
    const parallel = [step('one'), { ...twice, program }, step('late', { after: ['twice'] })];
    const run = drive(plan(parallel, { concurrency: 4 }), recordsOf(1), { openModel: models.openModel });
    const one = await models.nextCall();
    const other = await models.nextCall();
    one.fail({ code: 'server_error' });
    await settled();
    expect(run.of('record_finished')).toEqual([]);
    other.reply();
    const { counts, usage } = await run.finished;
    expect(counts).toMatchObject({ failed: 1, pending: 0 });
    expect(models.seen.calls).toBe(2);
    expect(usage.total).toMatchObject({ requests: 2, total_tokens: 30 });
    expect(run.of('step_finished').map(({ step, outcome }) => [step, outcome])).toEqual([['one', 'failed']]);
    expect(run.of('record_finished')[0]).toMatchObject({ step: 'one' });
  });
});

describe('the share of failures', () => {
  it.each([
    [0.25, 1, false],
    [0.24, 1, true],
    [0, 0, false],
    [1, 4, false],
  ])('of a rate of %d is judged with %d failed of 4: %j', async (error_rate, failures, isFailed) => {
    const openModel = instantModels((prompt) =>
      Number(prompt.slice(-1)) < failures ? failed() : answer('ok'),
    );
    const run = drive(plan([step('one')], { fail: { error_rate } }), recordsOf(4), { openModel });
    expect(await run.finished).toMatchObject({ state: 'completed', failed: isFailed });
  });
});

describe('`output`', () => {
  it('fails the record where a path is absent, and names it', async () => {
    const output = {
      kind: 'object',
      fields: [['x', { kind: 'template', template: path('input.nothing') }]],
    } as const;
    const { finished } = await outcomeOf({ id: 1 }, { output });
    expect(finished).toMatchObject({ outcome: 'failed', step: null, input: { id: 1 } });
    expect(errorOf(finished)).toMatchObject({
      code: 'absent_path',
      message: '`output`: `input.nothing` is absent',
    });
  });

  it('reads vars, the input and the steps', async () => {
    const output = {
      kind: 'template',
      template: template(({ vars, input, steps }) =>
        JSON.stringify([vars, input, Object.keys(steps as object)]),
      ),
    } as const;
    const { finished } = await outcomeOf({ id: 1 }, { output, vars: { to: 'English' } });
    expect(finished).toMatchObject({ output: '[{"to":"English"},{"id":1},["one"]]' });
  });
});
