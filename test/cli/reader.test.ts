import { PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { watchReader } from '../../src/cli/reader.ts';

const never = new AbortController().signal;

it.each([
  ['EPIPE', false, true],
  ['ECONNRESET', false, true],
  ['EIO', true, true],
  ['EIO', false, false],
  ['ENOSPC', false, false],
])('after %s, on a terminal: %s, the reader has gone: %s', async (code, isTTY, gone) => {
  const stream = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;
  const error = Object.assign(new Error(code), { code });
  const left: (Error | undefined)[] = [];
  const reader = watchReader(stream, (failure) => left.push(failure));
  expect(await reader.settled(never)).toBeUndefined();
  await new Promise((resolve) => stream.once('close', resolve).destroy(error));
  expect(left).toEqual([gone ? undefined : error]);
  expect(await reader.settled(never)).toBe(gone ? undefined : error);
});

it('is given up where it has not taken all when that is to end, and has not gone by that', async () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  stream.write('a row');
  stream.write('another');
  const left = vi.fn<(failure?: Error) => void>();
  const reader = watchReader(stream as unknown as NodeJS.WriteStream, left);
  const end = new AbortController();
  const settled = reader.settled(end.signal);
  end.abort();
  expect(await settled).toBe('unread');
  expect(stream.destroyed).toBe(true);
  await new Promise((resolve) => stream.once('close', resolve));
  expect(left).not.toHaveBeenCalled();
});

it.each([
  ['not yet', new AbortController().signal],
  ['long before', AbortSignal.abort()],
])('is not given up where it has taken all, however slowly: time was up %s', async (_, end) => {
  const stream = new PassThrough();
  stream.write('a row');
  const reader = watchReader(stream as unknown as NodeJS.WriteStream, () => undefined);
  expect(await reader.settled(end)).toBeUndefined();
  expect(stream.destroyed).toBe(false);
});
