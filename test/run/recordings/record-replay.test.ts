import { rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json/json.ts';
import type { AnswerCache } from '../../../src/run/cache/cache.ts';
import type { RunFinished } from '../../../src/run/events.ts';
import type { RunOptions } from '../../../src/run/options.ts';
import { openRecordings } from '../../../src/run/recordings/open.ts';
import { openRecorder, type RecorderOptions } from '../../../src/run/recordings/recorder.ts';
import type { Recordings } from '../../../src/run/recordings/recordings.ts';
import { drive } from '../support/drive.ts';
import { answer, fakeModels, failed, instantModels, used } from '../support/fake-models.ts';
import { idOf, plan, recordsOf, settings, step as fakeStep, type StepOptions } from '../support/plans.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A replay opens no model, so that the provider has to be one that there is. */
const step = (id: string, options: StepOptions = {}) =>
  fakeStep(id, { model: { ...settings, provider: 'mistralai' }, ...options });

const steps = [
  step('one'),
  step('two', { after: ['one'], prompt: (scope) => `two ${idOf(scope)} ${outputOf(scope, 'one')}` }),
];

function outputOf(scope: Readonly<Record<string, unknown>>, id: string): string {
  const values = scope['steps'] as { readonly [id: string]: { readonly output: string } };
  return values[id]?.output ?? '';
}

const shouting = instantModels((prompt) => answer(prompt.toUpperCase()));

async function newFile(): Promise<string> {
  return join(temporaryFolder(), 'calls.recording.jsonl');
}

async function recorder(path: string, options?: RecorderOptions) {
  const opened = await openRecorder(path, options);
  if (!opened.ok) throw new Error(opened.error[0]?.message);
  return opened.value.recorder;
}

/** Records a run into the file. */
async function record(
  path: string,
  options: Partial<RunOptions> & {
    readonly pipeline?: ReturnType<typeof plan>;
    readonly count?: number;
  } = {},
  how: RecorderOptions & { readonly prune?: boolean } = {},
): Promise<RunFinished> {
  const { pipeline = plan(steps), count = 3, ...others } = options;
  const made = { recorder: await recorder(path, how), finish: { prune: how.prune ?? true } };
  return drive(pipeline, recordsOf(count), { openModel: shouting, ...others, record: made }).finished;
}

async function recordings(path: string): Promise<Recordings> {
  const opened = await openRecordings([path]);
  if (!opened.ok) throw new Error(opened.error[0]?.message);
  return opened.value.recordings;
}

async function replay(path: string, options: Partial<RunOptions> = {}, pipeline = plan(steps), count = 3) {
  const given = { recordings: await recordings(path), unused: 'tell' } as const;
  const run = drive(pipeline, recordsOf(count), { replay: given, ...options });
  return { run, finished: await run.finished };
}

async function linesOf(path: string): Promise<readonly JsonObject[]> {
  const text = await readFile(path, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);
}

const names = (lines: readonly JsonObject[]) =>
  lines.map((line) => {
    const [message] = line['messages'] as readonly { readonly content: string }[];
    return message?.content;
  });

describe('a recording', () => {
  it('has every question with its answer, by record and step', async () => {
    const path = await newFile();
    const finished = await record(path);
    expect(finished.recording).toEqual({ path, added: 6, replaced: 0, kept: 0, dropped: 0 });
    const lines = await linesOf(path);
    expect(names(lines)).toEqual([
      'one r0',
      'two r0 ONE R0',
      'one r1',
      'two r1 ONE R1',
      'one r2',
      'two r2 ONE R2',
    ]);
    expect(lines[0]).toEqual({
      type: 'answer',
      step: 'one',
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      model: 'small',
      provider: 'mistralai',
      parameters: {},
      messages: [{ role: 'user', content: 'one r0' }],
      usage: expect.objectContaining({ requests: 1, input_tokens: 10, cost_usd: 0.00002 }),
      completion: {
        text: 'ONE R0',
        tool_calls: [],
        finish_reason: 'stop',
        model: 'small-2603',
        request_id: null,
      },
    });
  });

  it('has the same bytes whatever is answered when', async () => {
    const [one, many, reversed] = [await newFile(), await newFile(), await newFile()];
    await record(one, { pipeline: plan(steps, { concurrency: 1 }), count: 40 });
    await record(many, { pipeline: plan(steps, { concurrency: 64 }), count: 40 });
    const models = fakeModels();
    const run = record(reversed, {
      pipeline: plan(steps, { concurrency: 64 }),
      count: 40,
      openModel: models.openModel,
    });
    for (const _ of steps) {
      const calls = [];
      for (let at = 0; at < 40; at += 1) calls.push(await models.nextCall());
      for (const call of calls.reverse()) call.reply(call.prompt.toUpperCase());
    }
    await run;
    expect(await readFile(many, 'utf8')).toBe(await readFile(one, 'utf8'));
    expect(await readFile(reversed, 'utf8')).toBe(await readFile(one, 'utf8'));
  });

  it('asks again only what it does not have, and changes only those lines', async () => {
    const path = await newFile();
    await record(path);
    const before = await linesOf(path);
    const edited = [
      steps[0] as (typeof steps)[0],
      step('two', { after: ['one'], prompt: (scope) => `II ${idOf(scope)}` }),
    ];
    const asked: string[] = [];
    const openModel = instantModels((prompt) => {
      asked.push(prompt);
      return answer('new');
    });
    const finished = await record(path, { pipeline: plan(edited), openModel });
    expect(asked.sort()).toEqual(['II r0', 'II r1', 'II r2']);
    expect(finished.usage.total.cached_requests).toBe(3);
    expect(finished.recording).toMatchObject({ added: 3, replaced: 0, kept: 3, dropped: 3 });
    const after = await linesOf(path);
    expect(names(after)).toEqual(['one r0', 'II r0', 'one r1', 'II r1', 'one r2', 'II r2']);
    expect(after.filter((_, at) => at % 2 === 0)).toEqual(before.filter((_, at) => at % 2 === 0));
  });

  it('keeps what the rest of the input needs, where only a part is run', async () => {
    const path = await newFile();
    await record(path);
    const before = await readFile(path, 'utf8');
    const finished = await record(path, { count: 1 }, { prune: false });
    expect(finished.recording).toMatchObject({ added: 0, kept: 6, dropped: 0 });
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('is asked anew on request', async () => {
    const path = await newFile();
    await record(path);
    const before = await linesOf(path);
    const openModel = instantModels((prompt) =>
      answer(prompt.endsWith('r1') ? 'other' : prompt.toUpperCase()),
    );
    const finished = await record(path, { openModel }, { refresh: true });
    expect(finished.recording).toMatchObject({ added: 1, replaced: 1, kept: 4, dropped: 1 });
    const after = await linesOf(path);
    expect(after.filter((_, at) => at < 2 || at > 3)).toEqual(before.filter((_, at) => at < 2 || at > 3));
  });

  it('asks one question once, also where two records have it at one time', async () => {
    const path = await newFile();
    const same = plan([step('one', { prompt: () => 'the same' })], { concurrency: 8 });
    let asked = 0;
    const openModel = instantModels(() => answer(`answer ${(asked += 1)}`));
    const finished = await record(path, { pipeline: same, count: 8, openModel });
    expect(asked).toBe(1);
    expect(finished.usage.total.cached_requests).toBe(7);
    expect(await linesOf(path)).toHaveLength(1);
  });

  it('has what led to a failure, and nothing of a call that was not answered', async () => {
    const path = await newFile();
    const openModel = instantModels((prompt) => (prompt.endsWith('r1') ? failed() : answer('fine')));
    await record(path, { openModel }, {});
    const finished = await record(path, { openModel });
    expect(finished.recording).toMatchObject({ kept: 4, dropped: 0 });
    await writeFile(path, (await readFile(path, 'utf8')).split('\n').slice(1).join('\n'));
    const entries = await linesOf(path);
    expect(entries).toHaveLength(3);
  });
});

describe('two runs that record into one file side by side', () => {
  /** Two recorders that both know the file as it is now, each of which a run then records with. */
  async function sideBySide(path: string, ids: readonly [string, string], prune = false) {
    const recorders = [await recorder(path), await recorder(path)] as const;
    const runs = ids.map((id, at) => {
      const made = { recorder: recorders[at] ?? recorders[0], finish: { prune } };
      const pipeline = plan([step(id)]);
      return drive(pipeline, recordsOf(20), { openModel: shouting, record: made }).finished;
    });
    return Promise.all(runs);
  }

  it('leave all that both have recorded', async () => {
    const path = await newFile();
    await record(path, { pipeline: plan([step('old')]), count: 2 });
    const both = await sideBySide(path, ['one', 'two']);
    expect(both).toMatchObject([
      { state: 'completed', recording: { added: 20, replaced: 0, dropped: 0 } },
      { state: 'completed', recording: { added: 20, replaced: 0, dropped: 0 } },
    ]);
    const steps = (await linesOf(path)).map((line) => line['step']);
    for (const [id, count] of [
      ['old', 2],
      ['one', 20],
      ['two', 20],
    ]) {
      expect(steps.filter((name) => name === id)).toHaveLength(Number(count));
    }
  });

  it('drop what neither has used, and nothing of each other', async () => {
    const path = await newFile();
    await record(path, { pipeline: plan([step('old')]), count: 2 });
    await sideBySide(path, ['one', 'two'], true);
    const steps = (await linesOf(path)).map((line) => line['step']);
    expect(new Set(steps)).toEqual(new Set(['one', 'two']));
    expect(steps).toHaveLength(40);
  });

  it('leave one answer to one question', async () => {
    const path = await newFile();
    await sideBySide(path, ['one', 'one']);
    expect(await linesOf(path)).toHaveLength(20);
    expect((await recordings(path)).size).toBe(20);
  });

  it('are stopped by what has broken the file meanwhile', async () => {
    const path = await newFile();
    const made = { recorder: await recorder(path), finish: { prune: true } };
    await writeFile(path, '<<<<<<< HEAD\n');
    const run = drive(plan([step('one')]), recordsOf(1), { openModel: shouting, record: made });
    expect(await run.finished).toMatchObject({
      state: 'stopped',
      reason: {
        code: 'recording_unwritable',
        message: expect.stringMatching(/changed while .* broken now, line 1: a merge conflict/),
      },
    });
    expect(await readFile(path, 'utf8')).toBe('<<<<<<< HEAD\n');
  });
});

describe('an answer that is not this run’s own', () => {
  const one = plan([step('one')]);

  it('is recorded with what it had cost, where it comes out of the cache', async () => {
    const path = await newFile();
    const cache: AnswerCache = {
      async find(fingerprint) {
        const found = answer('kept');
        if (!found.ok) throw new Error('no answer');
        const { completion } = found;
        return {
          fingerprint,
          model: 'small',
          usage: { ...used, retries: 2, requests: 3, cost_usd: 1 },
          completion,
        };
      },
      put: () => {},
      close: async () => {},
    };
    const finished = await record(path, { pipeline: one, count: 1, cache });
    expect(finished.usage.total).toMatchObject({ requests: 0, cached_requests: 1, total_tokens: 0 });
    expect(await linesOf(path)).toMatchObject([
      { usage: { requests: 1, retries: 0, cached_requests: 0, total_tokens: 15, cost_usd: 1 } },
    ]);
    const { finished: replayed } = await replay(path, {}, one, 1);
    expect(replayed.usage.total).toMatchObject({ requests: 1, total_tokens: 15, cost_usd: 1 });
  });

  it('is asked anew by a real run where the simulator had made it up', async () => {
    const path = await newFile();
    await record(path, { pipeline: one, count: 1 }, { simulated: true });
    expect(await linesOf(path)).toMatchObject([{ simulated: true }]);
    const again = await record(path, { pipeline: one, count: 1 }, { simulated: true });
    expect(again.recording).toMatchObject({ replaced: 0, kept: 1 });
    expect((await replay(path, {}, one, 1)).finished.replay?.simulated).toBe(1);
    // Also where the model says just the same.
    const real = await record(path, { pipeline: one, count: 1 });
    expect(real.recording).toMatchObject({ added: 0, replaced: 1, kept: 0 });
    expect((await linesOf(path))[0]).not.toHaveProperty('simulated');
  });
});

describe('a run whose models are pinned', () => {
  const one = plan([step('one')], { concurrency: 1 });
  const pinned = (name: string) => ({ pipeline: one, pins: new Map([['mistralai/small', name]]) });
  const answeredBy = (model: string) =>
    instantModels((prompt) => {
      const outcome = answer(prompt);
      return outcome.ok ? { ...outcome, completion: { ...outcome.completion, model } } : outcome;
    });
  const modelsOf = async (path: string) =>
    (await linesOf(path)).map(({ completion }) => (completion as JsonObject)['model']);

  it('is not replayed by what another model has answered', async () => {
    const path = await newFile();
    await record(path, { pipeline: one });
    const { pins } = pinned('small-2512');
    const { finished } = await replay(path, { pins }, one);
    expect(finished).toMatchObject({
      state: 'stopped',
      reason: { code: 'model_moved', message: expect.stringContaining('was answered by `small-2603`') },
    });
    const fitting = await replay(path, { pins: pinned('small-2603').pins }, one);
    expect(fitting.finished).toMatchObject({ state: 'completed', counts: { succeeded: 3 } });
  });

  it('holds made up answers to no pin', async () => {
    const path = await newFile();
    await record(path, { pipeline: one }, { simulated: true });
    const { finished } = await replay(path, { pins: pinned('small-2512').pins }, one);
    expect(finished).toMatchObject({ state: 'completed', replay: { simulated: 3 } });
  });

  it('records anew what another model has answered', async () => {
    const path = await newFile();
    await record(path, { pipeline: one });
    const openModel = answeredBy('small-2512');
    const finished = await record(path, { ...pinned('small-2512'), openModel });
    expect(finished).toMatchObject({ state: 'completed', recording: { replaced: 3, kept: 0 } });
    expect(await modelsOf(path)).toEqual(['small-2512', 'small-2512', 'small-2512']);
    const again = await record(path, { ...pinned('small-2512'), openModel });
    expect(again).toMatchObject({ usage: { total: { requests: 0 } }, recording: { replaced: 0, kept: 3 } });
  });
});

describe('a file that cannot be written at the end', () => {
  it('stops the run, which can be resumed then', async () => {
    const path = await newFile();
    const openModel = instantModels((prompt) => {
      rmSync(dirname(path), { recursive: true, force: true });
      return answer(prompt);
    });
    expect(await record(path, { openModel })).toMatchObject({
      state: 'stopped',
      reason: { kind: 'local', code: 'recording_unwritable' },
      counts: { succeeded: 3 },
    });
  });
});

describe('a replay', () => {
  it('gives the same results with the usage of the recording, and asks nobody', async () => {
    const path = await newFile();
    const live = await record(path);
    const { run, finished } = await replay(path, { openModel: () => Promise.reject(new Error('asked')) });
    expect(finished.counts.succeeded).toBe(3);
    expect(finished.usage).toEqual(live.usage);
    expect(finished.replay).toEqual({ misses: 0, simulated: 0, unused: [] });
    expect(run.of('run_started')[0]?.replayed).toBe(true);
    expect(run.of('call_finished').every(({ replayed }) => replayed === true)).toBe(true);
  });

  it('fails the record of a request that was never recorded, whatever share may fail', async () => {
    const path = await newFile();
    await record(path);
    const edited = [
      steps[0] as (typeof steps)[0],
      step('two', { after: ['one'], prompt: (scope) => `two very ${idOf(scope)} ${outputOf(scope, 'one')}` }),
    ];
    const { run, finished } = await replay(path, {}, plan(edited, { fail: { error_rate: 1 } }));
    expect(finished.failed).toBe(true);
    expect(finished.replay).toMatchObject({ misses: 3, unused: null });
    const [first] = run.of('record_finished');
    expect(first).toMatchObject({
      step: 'two',
      error: { code: 'replay_miss', attempts: 0, status: null, request_id: null },
    });
    expect(run.of('replay_missed')[1]?.miss).toMatchObject({
      step: 'two',
      nearest: {
        path,
        line: 4,
        differences: [
          {
            what: 'the user message',
            words: [
              { kind: 'same', text: 'two ' },
              { kind: 'added', text: 'very ' },
              { kind: 'same', text: 'r1 ONE R1' },
            ],
          },
        ],
      },
    });
    expect(first?.outcome === 'failed' && first.error.message).toBe(
      'this request of step `two` was never recorded; the nearest, calls.recording.jsonl:2, differs in the user message: two {+very +}r0 ONE R0',
    );
  });

  it('tells what was not used, and fails for it where that is asked for', async () => {
    const path = await newFile();
    await record(path);
    const { finished } = await replay(path, {}, plan(steps), 2);
    expect(finished.replay?.unused).toEqual([
      { type: 'answer', step: 'one', path, line: 5 },
      { type: 'answer', step: 'two', path, line: 6 },
    ]);
    expect(finished.failed).toBe(false);
    const strict = { recordings: await recordings(path), unused: 'fail' } as const;
    expect((await replay(path, { replay: strict }, plan(steps), 2)).finished.failed).toBe(true);
  });
});
