import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Quota } from '../../src/models/contract.ts';
import { readQuota } from '../../src/models/quota.ts';
import { openRig } from './rig.ts';

const unknown: Quota = { requests: null, requests_left: null, tokens: null, tokens_left: null };

describe('what headers say of a quota', () => {
  it.each<[string, Record<string, string>]>([
    [
      'Mistral',
      {
        'x-ratelimit-limit-req-minute': '60',
        'x-ratelimit-remaining-req-minute': '59',
        'x-ratelimit-limit-tokens-minute': '500000',
        'x-ratelimit-remaining-tokens-minute': '499200',
      },
    ],
    [
      'OpenAI',
      {
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-limit-tokens': '500000',
        'x-ratelimit-remaining-tokens': '499200',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-reset-tokens': '96ms',
      },
    ],
  ])('is read in the form of %s', (_name, headers) => {
    expect(readQuota(headers)).toEqual({
      requests: 60,
      requests_left: 59,
      tokens: 500_000,
      tokens_left: 499_200,
    });
  });

  it('may be a part of it', () => {
    expect(readQuota({ 'x-ratelimit-remaining-tokens-minute': '0' })).toEqual({ ...unknown, tokens_left: 0 });
    expect(readQuota({ 'x-ratelimit-limit-requests': '0', 'x-ratelimit-reset-requests': '1m0s' })).toEqual({
      ...unknown,
      requests: 0,
    });
  });

  it.each<[string, IncomingHttpHeaders]>([
    ['none', {}],
    ['others', { 'content-type': 'application/json', 'x-ratelimit-tokens-query-cost': '6' }],
    ['of a second or a day', { 'x-ratelimit-limit-req-second': '1', 'x-ratelimit-limit-tokens-month': '9' }],
  ])('is nothing where there are %s', (_what, headers) => {
    expect(readQuota(headers)).toBeNull();
  });

  it.each([
    '',
    ' ',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    'many',
    '60, 60',
    '60;w=60',
    '９',
    '9'.repeat(30),
    'NaN',
    '∞',
  ])('is not told by %j', (junk) => {
    expect(readQuota({ 'x-ratelimit-limit-req-minute': junk })).toBeNull();
    expect(
      readQuota({ 'x-ratelimit-limit-req-minute': junk, 'x-ratelimit-remaining-req-minute': '7' }),
    ).toEqual({ ...unknown, requests_left: 7 });
    expect(
      readQuota({
        'x-ratelimit-limit-req-minute': junk,
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-reset-requests': '1s',
      }),
    ).toEqual({ ...unknown, requests: 60 });
  });

  it.each(['0', '0s', '17ms', '7.66s', '12', '60', '1m0s', '1m0.5s', '0h1m0s'])(
    'is of a minute in names that have none where it is whole again in %s',
    (reset) => {
      const headers = { 'x-ratelimit-limit-tokens': '6000', 'x-ratelimit-remaining-tokens': '5000' };
      expect(readQuota({ ...headers, 'x-ratelimit-reset-tokens': reset })).toEqual({
        ...unknown,
        tokens: 6000,
        tokens_left: 5000,
      });
    },
  );

  it.each([undefined, '', '2m59.56s', '24h0m0s', '1d', '61m', '120', '1s later', 's', '1.2.3s', '-1s', '∞'])(
    'is not told by names that have none where it is whole again in %j',
    (reset) => {
      const headers = { 'x-ratelimit-limit-requests': '14400', 'x-ratelimit-remaining-requests': '14370' };
      expect(
        readQuota({ ...headers, ...(reset !== undefined && { 'x-ratelimit-reset-requests': reset }) }),
      ).toBeNull();
    },
  );

  it('is looked at for requests and for tokens by itself', () => {
    const headers = {
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-limit-tokens': '18000',
      'x-ratelimit-reset-requests': '2m59.56s',
      'x-ratelimit-reset-tokens': '7.66s',
    };
    expect(readQuota(headers)).toEqual({ ...unknown, tokens: 18_000 });
  });

  it('is the first of a header that is repeated', () => {
    const repeated: IncomingHttpHeaders = {
      'x-ratelimit-limit-req-minute': ['60', '70'],
      'x-ratelimit-remaining-req-minute': [],
      'x-ratelimit-limit-tokens-minute': ['junk', '5'],
    };
    expect(readQuota(repeated)).toEqual({ ...unknown, requests: 60 });
  });

  it('reaches the gate with a completion, with a 429, and with any other error', async () => {
    const { server, ask, ends } = await openRig();
    const headers = (left: number) => ({
      'x-ratelimit-limit-req-minute': '60',
      'x-ratelimit-remaining-req-minute': String(left),
    });
    const outcome = ask();
    (await server.nextCall()).fail(429, { headers: headers(3) });
    (await server.nextCall()).fail(503, { headers: headers(2) });
    (await server.nextCall()).reply('Hi.', headers(1));
    expect((await outcome).ok).toBe(true);
    expect(ends.map(({ kind, quota }) => [kind, quota])).toEqual([
      ['limited', { ...unknown, requests: 60, requests_left: 3 }],
      ['unreachable', { ...unknown, requests: 60, requests_left: 2 }],
      ['answered', { ...unknown, requests: 60, requests_left: 1 }],
    ]);
  });
});
