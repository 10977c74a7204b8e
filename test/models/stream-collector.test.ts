import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Exchange } from '../../src/models/collector.ts';
import { createStreamCollector } from '../../src/models/stream-collector.ts';
import type { BodyReader } from '../../src/models/stream-collector.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const stream = { 'content-type': 'text/event-stream' };
const bytes = (text: string) => Buffer.from(text);

/** A collector that a test feeds as undici would. */
function collect(take: BodyReader['take'] = () => 'more') {
  const exchanges: Exchange[] = [];
  const crashes: unknown[] = [];
  const aborts: Error[] = [];
  const taken: string[] = [];
  const controller = {
    get aborted() {
      return aborts.length > 0;
    },
    abort: (reason: Error) => void aborts.push(reason),
  };
  const collector = createStreamCollector(
    { idle_timeout: 100, max_stream: 20, max_body: 10 },
    {
      accepts: (status, headers) => status === 200 && headers['content-type'] === 'text/event-stream',
      take(chunk) {
        taken.push(chunk.toString());
        return take(chunk);
      },
    },
    (exchange) => exchanges.push(exchange),
    (error) => crashes.push(error),
  );
  const { handler } = collector;
  return {
    start: () => handler.onRequestStart(controller),
    head: (headers: object = stream, status = 200) =>
      handler.onResponseStart(controller, status, { ...headers }),
    data: (text: string) => handler.onResponseData(controller, bytes(text)),
    finish: () => handler.onResponseEnd(),
    break: () => handler.onResponseError(controller, new Error('other side closed')),
    end: (fault: 'aborted' | 'silent') => collector.end(fault),
    exchanges,
    crashes,
    aborts,
    taken,
  };
}

describe('a stream', () => {
  it('is given to its reader as it comes, and ends with an empty body', () => {
    const flow = collect();
    flow.start();
    flow.head();
    flow.data('a');
    flow.data('b');
    flow.finish();
    expect(flow.taken).toEqual(['a', 'b']);
    expect(flow.exchanges).toEqual([{ kind: 'response', status: 200, headers: stream, body: bytes('') }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is gathered whole where the reader does not accept it', () => {
    const flow = collect();
    flow.start();
    flow.head({ 'content-type': 'application/json' });
    flow.data('{');
    flow.data('}');
    flow.finish();
    expect(flow.taken).toEqual([]);
    expect(flow.exchanges).toMatchObject([{ kind: 'response', body: bytes('{}') }]);
  });

  it.each([
    ['a stream', stream, 20],
    ['a whole body', {}, 10],
  ])('has the bounds of %s', (_what, headers, largest) => {
    const fits = collect();
    const tooLarge = collect();
    for (const one of [fits, tooLarge]) {
      one.start();
      one.head(headers);
      one.data('x'.repeat(largest));
    }
    tooLarge.data('x');
    fits.finish();
    expect(fits.exchanges).toMatchObject([{ kind: 'response' }]);
    expect(tooLarge.exchanges).toMatchObject([{ fault: 'too_large' }]);
    expect(tooLarge.aborts).toHaveLength(1);
  });

  it('that breaks is told as cut', () => {
    const flow = collect();
    flow.start();
    flow.head();
    flow.data('a');
    flow.break();
    expect(flow.exchanges).toMatchObject([{ kind: 'fault', fault: 'cut_body', sent: true }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** Milliseconds that a turn of the loop takes by the fake clock. */
const aTurn = 1;

describe('silence', () => {
  it('is not counted before the request is sent', () => {
    const flow = collect();
    vi.advanceTimersByTime(1000);
    flow.start();
    vi.advanceTimersByTime(99);
    expect(flow.exchanges).toEqual([]);
    vi.advanceTimersByTime(1 + aTurn);
    expect(flow.exchanges).toMatchObject([{ kind: 'fault', fault: 'silent', sent: true }]);
    expect(flow.aborts).toHaveLength(1);
  });

  it('is not broken by headers', () => {
    const flow = collect();
    flow.start();
    vi.advanceTimersByTime(99);
    flow.head();
    vi.advanceTimersByTime(1 + aTurn);
    expect(flow.exchanges).toMatchObject([{ fault: 'silent' }]);
  });

  it.each([
    ['a stream', stream],
    ['a whole body', {}],
  ])('is broken by any byte of %s', (_what, headers) => {
    const flow = collect();
    flow.start();
    flow.head(headers);
    for (let n = 0; n < 5; n += 1) {
      vi.advanceTimersByTime(99);
      flow.data(':');
    }
    expect(flow.exchanges).toEqual([]);
    vi.advanceTimersByTime(100 + aTurn);
    expect(flow.exchanges).toMatchObject([{ fault: 'silent' }]);
  });

  it('is broken by what has come when it is found to be one, as after a process was stopped', () => {
    const flow = collect();
    flow.start();
    flow.head(stream);
    vi.advanceTimersByTime(100);
    flow.data(':');
    vi.advanceTimersByTime(99);
    expect(flow.exchanges).toEqual([]);
    vi.advanceTimersByTime(1 + aTurn);
    expect(flow.exchanges).toMatchObject([{ fault: 'silent' }]);
  });

  it('is not waited for where the request was given up before it was sent', () => {
    const flow = collect();
    flow.end('aborted');
    flow.start();
    expect(flow.exchanges).toMatchObject([{ fault: 'aborted', sent: false }]);
    expect(flow.aborts).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a reader that has enough', () => {
  const enough = () => {
    const flow = collect(() => 'enough');
    flow.start();
    flow.head();
    flow.data('[DONE]');
    return flow;
  };

  it('has the response at once, and reads no more', () => {
    const flow = enough();
    expect(flow.exchanges).toMatchObject([{ kind: 'response' }]);
    flow.data('more');
    flow.finish();
    expect(flow.taken).toEqual(['[DONE]']);
    expect(flow.exchanges).toHaveLength(1);
    expect(flow.aborts).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves a connection that does not end its body', () => {
    const flow = enough();
    vi.advanceTimersByTime(999);
    flow.data(':');
    expect(flow.aborts).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(flow.aborts).toHaveLength(1);
    flow.break();
    expect(flow.exchanges).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a reader that throws', () => {
  it('ends the exchange, and what it throws is told', () => {
    const bug = new Error('a bug');
    const flow = collect(() => {
      throw bug;
    });
    flow.start();
    flow.head();
    flow.data('a');
    expect(flow.crashes).toEqual([bug]);
    expect(flow.aborts).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
