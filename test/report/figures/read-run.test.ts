import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRunFigures } from '../../../src/report/figures/read-run.ts';
import { lockRun } from '../../../src/run/lock.ts';
import type { RunSummary } from '../../../src/run/run-summary.ts';
import {
  call,
  checkedLine,
  failedRecord,
  priced,
  record,
  reserve,
  resumed,
  tool,
} from '../../run/journal/journals.ts';
import { answer, failed } from '../../run/support/fake-models.ts';
import { pastRun } from '../past-runs.ts';

const shown = { failed: 100, others: 100, seed: 0 };

async function read(lines: readonly string[], options: Partial<RunSummary> = {}, records = shown) {
  const found = await readRunFigures(pastRun(lines, options), records);
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

const slow = (at: number, duration: number) => ({ at, duration });

describe('the figures of a run', () => {
  it('are of all calls and of the last end of each record', async () => {
    const unpriced = { ...priced, cost_usd: null };
    const { figures } = await read([
      call('a', '1', slow(100, 100)),
      record('a', 0),
      call('b', '2', { outcome: failed({ code: 'timed_out' }), at: 300, limited: 2 }),
      failedRecord('b', 1, 'timed_out'),
      resumed(),
      reserve('b', 1, { call: 2 }),
      call('b', '2', {
        ...slow(50, 40),
        call: 2,
        model: 'dear',
        outcome: { ...answer('x'), usage: unpriced },
      }),
      tool('b', '3'),
      record('b', 1),
      failedRecord('c', 2, 'server_error', 'two'),
      failedRecord('d', 3, 'duplicate_key', null),
      record('e', 4, 'skipped'),
    ]);
    expect(figures.state).toBe('completed');
    expect(figures.sessions).toBe(2);
    expect(figures.usage.total).toMatchObject({ requests: 3, total_tokens: 45, cost_usd: null });
    expect(figures.usage.by_model['small']?.cost_usd).toBe(null);
    expect(figures.tool_calls).toEqual({ total: 1, failed: 0 });
    expect(figures.calls.by_step['one']).toMatchObject({ calls: 3, failed: 1, further_calls: 1, limited: 2 });
    expect(figures.calls.total.latency).toEqual({ p50_ms: 40, p90_ms: 100, p99_ms: 100, max_ms: 100 });
    expect(figures.time).toMatchObject({ sessions: [0, 300], length_ms: 350 });
    expect(figures.errors.map(({ code, count, steps }) => [code, count, steps])).toEqual([
      ['server_error', 1, [{ step: 'two', count: 1 }]],
      ['duplicate_key', 1, [{ step: null, count: 1 }]],
    ]);
    expect(figures.errors[0]?.examples).toEqual([
      { index: 2, line: 3, key: 'c', step: 'two', message: 'no', status: null, request_id: null },
    ]);
  });

  it('are told without times where an older pipe wrote the journal', async () => {
    const old = call('a', '1').replace('"at":20,', '');
    const { figures } = await read([old, record('a', 0)]);
    expect(figures.time).toBeNull();
    expect(figures.calls.total).toMatchObject({ calls: 1, limited: null });
    expect(figures.calls.total.latency?.p50_ms).toBe(10);
  });

  it('leave out calls that were held back', async () => {
    const outcome = failed({ code: 'aborted' }, { ...priced, requests: 0, total_tokens: 0, cost_usd: 0 });
    const { figures } = await read([call('a', '1', { outcome })]);
    expect(figures.calls.total).toMatchObject({ calls: 0, failed: 0 });
    expect(figures.time).toBeNull();
  });

  it('leave calls of the cache out of the latencies', async () => {
    const outcome = { ...answer('x'), usage: { ...priced, requests: 0, cached_requests: 1 } };
    const { figures } = await read([call('a', '1', { outcome, duration: 0 })]);
    expect(figures.calls.total).toMatchObject({ calls: 1, cached: 1, latency: null });
    expect(figures.latency).toBeNull();
  });

  it('are those so far while the run goes on, and of the journal where it was killed', async () => {
    const run = pastRun([call('a', '1'), record('a', 0)], { state: 'running', counts: null, duration: null });
    // A line that is being written.
    appendFileSync(join(run.folder, 'journal.jsonl'), '{"crc":"00');
    const counts = { total: null, succeeded: 1, failed: 0, skipped: 0, pending: null };
    const killed = await readRunFigures(run, shown);
    expect(killed).toMatchObject({ ok: true, value: { figures: { state: 'killed', counts } } });
    const lock = await lockRun(run.folder, { pid: 1 });
    const running = await readRunFigures(run, shown);
    if (lock.ok) await lock.value.release();
    expect(running).toMatchObject({ ok: true, value: { figures: { state: 'running', counts } } });
    expect(killed.ok && killed.value.figures.usage.crashed_sessions).toBe(1);
    expect(running.ok && running.value.figures.usage.crashed_sessions).toBeUndefined();
  });

  it('count what was in flight when an earlier session was killed, and not what is yet', async () => {
    const lines = [reserve('a', 1), resumed(), reserve('a', 1), reserve('b', 1), call('a', '1')];
    const run = pastRun(lines, { state: 'running', counts: null, duration: null });
    const lock = await lockRun(run.folder, { pid: 1 });
    const running = await readRunFigures(run, shown);
    if (lock.ok) await lock.value.release();
    const total = { requests: 2, unmetered_requests: 1 };
    expect(running).toMatchObject({ ok: true, value: { figures: { usage: { total } } } });
  });

  it('are none of a journal that is damaged or gone', async () => {
    const run = pastRun([call('a', '1'), record('a', 0)]);
    const path = join(run.folder, 'journal.jsonl');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('to 1', 'to 2'));
    expect(await readRunFigures(run, shown)).toMatchObject({ ok: false, error: { code: 'journal_damaged' } });
    writeFileSync(path, text);
    const longer = { ...run, summary: { ...run.summary, journal_bytes: 1_000_000 } };
    const lost = await readRunFigures(longer, shown);
    expect(lost).toMatchObject({ ok: false, error: { code: 'journal_damaged' } });
    const gone = await readRunFigures({ ...run, folder: join(run.folder, 'gone') }, shown);
    expect(gone).toMatchObject({ ok: false, error: { code: 'journal_damaged' } });
  });

  it('skip lines of a type that is not known', async () => {
    const run = pastRun([]);
    appendFileSync(join(run.folder, 'journal.jsonl'), checkedLine('"type":"later","key":"a"'));
    expect(await readRunFigures(run, shown)).toMatchObject({ ok: true });
  });
});

describe('the records of a run', () => {
  const lines = Array.from({ length: 200 }, (_, at) => at).flatMap((at) => [
    call(`k${at}`, `f${at}`),
    at % 20 === 3 ? failedRecord(`k${at}`, at, 'server_error') : record(`k${at}`, at),
  ]);

  it('are all that failed and a sample of the others, which the seed decides', async () => {
    const few = { failed: 100, others: 5, seed: 1 };
    const { stories } = await read(lines, {}, few);
    expect(stories.filter(({ outcome }) => outcome === 'failed')).toHaveLength(10);
    expect(stories).toHaveLength(15);
    expect(stories.map(({ sequence }) => sequence)).toEqual(
      stories.map(({ sequence }) => sequence).toSorted((one, other) => one - other),
    );
    expect(stories.every(({ calls }) => calls.length === 1)).toBe(true);
    const again = await read(lines, {}, few);
    expect(again.stories).toEqual(stories);
    const other = await read(lines, {}, { ...few, seed: 2 });
    expect(other.stories).not.toEqual(stories);
  });

  it('are a sample of those that failed, where these are too many', async () => {
    const { stories } = await read(lines, {}, { failed: 4, others: 0, seed: 0 });
    expect(stories.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed', 'failed']);
  });

  it('have what their calls and tools said, and what they failed by', async () => {
    const { stories } = await read([
      call('a', '1'),
      tool('a', '2'),
      failedRecord('a', 0, 'tool_failed'),
      call('b', '3'),
      record('b', 1),
      failedRecord('b', 2, 'duplicate_key', null),
    ]);
    expect(stories.map(({ key, calls }) => [key, calls.map(({ type }) => type)])).toEqual([
      ['a', ['call', 'tool']],
      ['b', ['call']],
      ['b', []],
    ]);
    expect(stories[0]?.failure).toMatchObject({ step: 'one', code: 'tool_failed', message: 'no' });
    expect(stories[0]?.calls[0]).toMatchObject({ model: 'small', completion: { text: 'to 1' } });
    expect(stories[1]).toMatchObject({ line: 2, output: 'out of b' });
  });
});
