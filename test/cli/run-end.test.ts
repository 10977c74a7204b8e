import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Reader } from '../../src/cli/reader.ts';
import { endOf } from '../../src/cli/run-end.ts';
import type { Interrupts } from '../../src/cli/signals.ts';
import type { OutputFormat } from '../../src/records/writers.ts';
import type { Reporter } from '../../src/report/reporter.ts';
import type { RunFinished } from '../../src/run/events.ts';

const completed = { type: 'run_finished', state: 'completed' } as RunFinished;
const budget = { kind: 'budget', code: 'budget_spent', message: 'the budget is spent' } as const;
const stopped = { ...completed, state: 'stopped', reason: budget } as RunFinished;
const lost = { severity: 'error', code: 'output-unwritable', message: 'no space' } as const;

function reading({ behind, settled }: { behind: boolean; settled: ReturnType<Reader['settled']> }): Reader {
  return { behind, settled: () => settled, release: () => undefined };
}

/** An end with the signals that may come to it; `heard`: those that have come before. */
function scene(
  { event = completed, writing, reader, output = { kind: 'none' } }: Partial<Parameters<typeof endOf>[0]>,
  heard = 0,
) {
  const end = new AbortController();
  const said: string[] = [];
  const reporter = { message: (lines: string) => said.push(lines) } as unknown as Reporter;
  const interrupts = { heard, end: end.signal };
  const signal = () => (interrupts.heard += 1);
  const ended = endOf({
    event,
    writing,
    reader,
    output,
    interrupts: interrupts as unknown as Interrupts,
    reporter,
  });
  return { ended, said, signal, end };
}

describe('the end of a run', () => {
  it('is its own where all was written and taken', async () => {
    expect(await scene({}).ended).toBe(completed);
    const reader = reading({ behind: false, settled: Promise.resolve(undefined) });
    expect(await scene({ reader, writing: Promise.resolve(undefined) }).ended).toBe(completed);
  });

  it.each([
    ['was not read', 'unread', 'interrupted', 'output_unread'],
    ['could not be written', new Error('no space'), 'stopped', 'output_unwritable'],
  ] as const)('of a run that is through, whose stdout %s, is that', async (_, settled, state, code) => {
    const reader = reading({ behind: true, settled: Promise.resolve(settled) });
    expect(await scene({ reader }).ended).toMatchObject({ state, reason: { code } });
    expect(await scene({ reader, event: stopped }).ended).toBe(stopped);
  });

  it('is that nobody read it, where rows were left out though what was given was taken', async () => {
    const reader = reading({ behind: false, settled: Promise.resolve(undefined) });
    const ended = scene({ reader, writing: Promise.resolve('unread') }).ended;
    expect(await ended).toMatchObject({ state: 'interrupted', reason: { code: 'output_unread' } });
  });

  it('is told as lost rows where these could not be written, but not in place of a disk that fails', async () => {
    const writing = Promise.resolve(lost);
    const failed = {
      ...stopped,
      reason: { kind: 'local', code: 'run_folder_failed', message: 'no space' },
    } as const;
    expect(await scene({ writing }).ended).toMatchObject({
      state: 'stopped',
      reason: { message: 'no space' },
    });
    const unwritten = { files: ['results.jsonl'], gone: false };
    expect(await scene({ writing, event: { ...failed, unwritten } }).ended).toEqual({
      ...failed,
      unwritten: { ...unwritten, output: true },
    });
  });
});

describe('an interrupted run that waits', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const forever = new Promise<never>(() => undefined);

  it.each([
    ['before', 1],
    ['after', 0],
  ])('says so, where it was interrupted %s the end of the run', (_, heard) => {
    const { said, signal } = scene({ reader: reading({ behind: true, settled: forever }) }, heard);
    if (heard === 0) {
      vi.advanceTimersByTime(60_000);
      signal();
    }
    const before = said.length;
    vi.advanceTimersByTime(5000);
    expect(before).toBe(0);
    expect(said).toEqual(['waiting for whoever reads stdout, half a minute at most; Ctrl-C again ends that']);
  });

  it.each<[string, Reader | undefined]>([
    ['a file', undefined],
    ['the disk, and not for a reader', reading({ behind: false, settled: forever })],
  ])('says nothing of a reader where it waits for %s', (_, reader) => {
    const { said } = scene({ reader, writing: forever }, 1);
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([]);
  });

  const format = { name: 'jsonl' } as OutputFormat;
  const pipe = { kind: 'file', path: 'rows.jsonl', format, isPipe: true } as const;

  it('says that the rows go through a pipe before it is interrupted, too', () => {
    const { said, signal } = scene({ output: pipe, writing: forever });
    vi.advanceTimersByTime(5000);
    signal();
    vi.advanceTimersByTime(5000);
    expect(said).toEqual([
      'the rows go to `rows.jsonl` as fast as they are read there',
      expect.stringContaining('waiting for whoever reads `rows.jsonl`, half a minute at most'),
    ]);
  });

  it('says nothing of a pipe where it was stopped: its rows go to a file', () => {
    const { said } = scene({ event: stopped, output: pipe, writing: forever }, 1);
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([]);
  });

  it('says nothing any more when the wait is over', async () => {
    let take: (nothing: undefined) => void = () => undefined;
    const settled = new Promise<undefined>((resolve) => {
      take = resolve;
    });
    const { ended, said } = scene({ reader: reading({ behind: true, settled }) }, 1);
    take(undefined);
    await ended;
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([]);
  });

  it('says nothing where it has ended to wait, or is about to', () => {
    const reader = reading({ behind: true, settled: forever });
    const [once, twice] = [scene({ reader }, 1), scene({ reader }, 2)];
    once.end.abort();
    vi.advanceTimersByTime(60_000);
    expect([...once.said, ...twice.said]).toEqual([]);
  });
});
