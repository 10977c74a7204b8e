import { afterAll, beforeAll, expect, it } from 'vitest';
import { retryAfter } from '../../src/models/provider-error.ts';

const before = process.env['TZ'];

beforeAll(() => {
  process.env['TZ'] = 'America/New_York';
});

afterAll(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

it.each([
  ['Sun, 06 Nov 1994 08:49:37 GMT', 'as it is written today'],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 'as it was written once'],
  ['Sun Nov  6 08:49:37 1994', 'without a zone, as C writes it'],
])('a Retry-After is of UTC, wherever we are: %s, %s', (date) => {
  expect(new Date(0).getTimezoneOffset()).toBe(300);
  expect(retryAfter({ 'retry-after': date, date: 'Sun, 06 Nov 1994 08:49:07 GMT' }, 0)).toBe(30_000);
  expect(retryAfter({ 'retry-after': 'Sun, 06 Nov 1994 08:50:07 GMT', date }, 0)).toBe(30_000);
});
