import { expect, it } from 'vitest';
import type { Gate, RequestEnd } from '../../src/models/contract.ts';
import { failure, success } from '../../src/result.ts';
import { countLimited } from '../../src/run/limited-requests.ts';
import { zeroUsage } from '../../src/usage/add.ts';

const end = (kind: RequestEnd['kind']): RequestEnd => ({
  kind,
  fault: null,
  retry_after: null,
  quota: null,
  usage: zeroUsage,
});
const size = { bytes: 1, images: 0 };
const { signal } = new AbortController();

it('counts 429s alone, and passes on what the gate says', async () => {
  const ends: string[] = [];
  const open: Gate = {
    admit: async () =>
      success({
        settle: ({ kind }) => {
          ends.push(kind);
          return kind === 'limited' ? 'free' : 'used';
        },
      }),
  };
  const counted = countLimited(open, () => 0);
  const said = [];
  for (const kind of ['limited', 'unavailable', 'limited', 'answered'] as const) {
    const permit = await counted.admit(size, signal);
    if (permit.ok) said.push(permit.value.settle(end(kind)));
  }
  expect(counted.limited).toBe(2);
  expect(said).toEqual(['free', 'used', 'free', 'used']);
  expect(ends).toEqual(['limited', 'unavailable', 'limited', 'answered']);
});

it('passes a refusal on', async () => {
  const refusal = { code: 'outage', message: 'no' } as const;
  const counted = countLimited({ admit: async () => failure(refusal) }, () => 0);
  expect(await counted.admit(size, signal)).toEqual(failure(refusal));
  expect(counted.limited).toBe(0);
});

it('tells how long requests waited to be let out, and not how long they took', async () => {
  let time = 0;
  const slow: Gate = {
    async admit() {
      time += 250;
      return success({ settle: () => 'used' });
    },
  };
  const counted = countLimited(slow, () => time);
  for (const _ of ['one', 'two']) {
    const permit = await counted.admit(size, signal);
    time += 4000;
    if (permit.ok) await permit.value.settle(end('answered'));
  }
  expect(counted.waited).toBe(500);
});
