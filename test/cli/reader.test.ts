import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { watchReader } from '../../src/cli/reader.ts';

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
  expect(await reader.settled()).toBeUndefined();
  await new Promise((resolve) => stream.once('close', resolve).destroy(error));
  expect(left).toEqual([gone ? undefined : error]);
  expect(reader.gone).toBe(gone);
  expect(await reader.settled()).toBe(gone ? undefined : error);
});
