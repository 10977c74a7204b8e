import { describe, expect, it } from 'vitest';
import { readRun, type Line, type UsageNumbers } from '../torture/run-files.ts';
import { passing, refusals } from '../torture/scenario.ts';
import { plainRows, type Row, type Shape } from '../torture/workload.ts';
import { setStage } from './stage.ts';

const hasty = 'timeout: 600ms, idle_timeout: 400ms';

/** A row for each fault, which its question meets the first time; and as many that meet none beside them. */
const rows: readonly Row[] = passing.flatMap((fault, at) => [
  { id: fault, text: `sentence ${at}, once-${fault}`, lang: 'de' },
  { id: `beside ${fault}`, text: `sentence ${at}`, lang: 'de' },
]);

/** Those after which the answer is there all the same. */
const harmless: readonly string[] = ['slow', 'reset_after', 'close_after'];

describe.each<Shape>(['chat', 'stream'])('faults that pass, in a %s', (shape) => {
  it('are outlived, and each request that they took is told', async () => {
    const stage = await setStage({ shape, rows, behaviour: { named: true }, model: hasty });
    const { code, stderr } = await stage.start().ended;
    expect(code, stderr).toBe(0);
    const { faults } = await stage.server.stats();
    expect(Object.keys(faults).sort()).toEqual([...passing].sort());
    const requests = new Map(
      readRun(stage.run).journal.flatMap(({ type, key, usage }: Line) =>
        type === 'call' ? [[key, (usage as UsageNumbers)['requests']] as const] : [],
      ),
    );
    const unmet = passing.filter((fault) => requests.get(fault) === 1);
    expect(harmless).toEqual(expect.arrayContaining(unmet));
    expect(await stage.violations()).toEqual([]);
  });
});

describe('faults that stay', () => {
  /** With the code of the error, and the attempts that are made in vain. */
  const lasting: readonly (readonly [fault: string, code: string, attempts: number])[] = [
    ['s422', 'invalid_request', 1],
    ['s408', 'server_error', 2],
    ['s500', 'server_error', 2],
    ['s503', 'server_error', 2],
    ['s504', 'server_error', 2],
    ['close_before', 'connection_failed', 2],
    ['reset_before', 'connection_failed', 2],
    ['reset_inside', 'cut_body', 2],
    ['hang', 'timed_out', 2],
    ['dribble', 'timed_out', 2],
    ['cut', 'malformed_answer', 2],
    ['html', 'malformed_answer', 2],
    ['no_choices', 'empty_answer', 2],
  ];

  it('fail their record by its name and no other, and what they took is told', async () => {
    // With an answer between any two of them: many in a row, and it would be the server that is out.
    const rows = lasting.flatMap(([fault], at): readonly Row[] => [
      { id: fault, text: `poison-${fault}`, lang: 'de' },
      { id: `after ${fault}`, text: `sentence ${at}`, lang: 'de' },
    ]);
    const stage = await setStage({
      rows,
      concurrency: 1,
      settings: 'retry: {attempts: 2, max_delay: 50ms}\n',
      model: hasty,
      // These befall every run.
      compared: false,
    });
    expect((await stage.start().ended).code).toBe(1);
    const told = readRun(stage.run).errors.map(({ key, error }) => {
      const { code, attempts } = error as Line;
      return [key, code, attempts];
    });
    expect(told).toEqual(lasting);
    expect(await stage.violations()).toEqual([]);
  });
});

describe('a server', () => {
  it('that says in whatever way that we are too fast is asked again', async () => {
    const refused = refusals.map((fault): Row => ({ id: fault, text: `once-${fault}`, lang: 'de' }));
    const stage = await setStage({ rows: [...refused, ...plainRows(3)], behaviour: { named: true } });
    expect((await stage.start().ended).code).toBe(0);
    const { total } = readRun(stage.run).usage;
    expect(total).toMatchObject({ requests: 9, retries: 3, unmetered_requests: 0 });
    expect(await stage.violations()).toEqual([]);
  });

  it('that lets in less than it is asked for is asked until all is answered', async () => {
    const stage = await setStage({ rows: plainRows(5), behaviour: { quota: 2 } });
    expect((await stage.start().ended).code).toBe(0);
    expect((await stage.server.stats()).faults['limited_second']).toBeGreaterThan(0);
    expect(await stage.violations()).toEqual([]);
  });

  it('that is out for longer than a call has attempts fails no record', async () => {
    const stage = await setStage({
      rows: plainRows(10),
      concurrency: 16,
      settings: 'retry: {attempts: 2, max_delay: 50ms}\n',
      behaviour: { latency: [100, 150], restarts: [{ at: 10, downtime: 3000 }] },
    });
    const { code, stderr } = await stage.start().ended;
    expect(code, stderr).toBe(0);
    expect(readRun(stage.run).summary.counts).toMatchObject({ succeeded: 10, failed: 0 });
    expect((await stage.server.stats()).restarts).toBe(1);
    expect(await stage.violations()).toEqual([]);
  });

  it('that restarts under a run, and again, is asked on', async () => {
    const restarts = [
      { at: 5, downtime: 0 },
      { at: 15, downtime: 40 },
    ];
    const stage = await setStage({ rows: plainRows(30), behaviour: { latency: [2, 10], restarts } });
    const { code, stderr } = await stage.start().ended;
    expect(code, stderr).toBe(0);
    expect((await stage.server.stats()).restarts).toBe(2);
    expect(await stage.violations()).toEqual([]);
  });
});
