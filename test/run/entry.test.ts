import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json/json.ts';
import { entryMembers, readEntry, type Entry } from '../../src/run/entry.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import type { Usage } from '../../src/usage/usage.ts';

const entry: Entry = {
  fingerprint: 'f'.repeat(32),
  model: 'mistral-small-latest',
  usage: {
    ...zeroUsage,
    requests: 2,
    retries: 1,
    input_tokens: 10,
    output_tokens: 5,
    total_tokens: 15,
    cost_usd: null,
  },
  completion: {
    text: 'Où est "mon" colis ?\n',
    thinking: '',
    refusal: null,
    tool_calls: [{ id: 'a1', name: 'find', arguments: '{"id":1}', echo: { signature: 'x' } }],
    finish_reason: 'stop',
    model: 'mistral-small-2603',
    request_id: 'req-1',
  },
};

function lineOf(kept: Entry): JsonObject {
  return JSON.parse(`{${entryMembers(kept)}}`) as JsonObject;
}

describe('an entry', () => {
  it.each<[string, Partial<Entry['completion']>]>([
    ['an answer', {}],
    ['thinking', { thinking: 'Hm.' }],
    ['a refusal', { refusal: 'No.', text: '' }],
    [
      'an answer of which little is known',
      { finish_reason: null, model: null, request_id: null, tool_calls: [] },
    ],
  ])('is read back as it was written: %s', (_what, completion) => {
    const kept = { ...entry, completion: { ...entry.completion, ...completion } };
    expect(readEntry(lineOf(kept))).toEqual(kept);
  });

  it('tells each number of a usage, as JSON.stringify would', () => {
    const numbers = Object.keys(zeroUsage).map((name, nth): [string, number] => [name, nth + 0.5]);
    const counted = Object.fromEntries(numbers) as unknown as Usage;
    for (const usage of [counted, zeroUsage, entry.usage, { ...counted, cost_usd: 1e-7 }])
      expect(entryMembers({ ...entry, usage })).toContain(`,"usage":${JSON.stringify(usage)},"completion":`);
  });

  it('has its members in order, the longest last, and nothing that is empty', () => {
    expect(Object.keys(lineOf(entry))).toEqual(['fingerprint', 'model', 'usage', 'completion']);
    expect(Object.keys(lineOf(entry)['completion'] as JsonObject)).not.toContain('thinking');
  });

  it.each<[string, JsonObject]>([
    ['no fingerprint', { fingerprint: 1 }],
    ['no model', { model: null }],
    ['no usage', { usage: 'much' }],
    ['a number that is missing', { usage: { ...entry.usage, requests: null } }],
    ['a negative cost', { usage: { ...entry.usage, cost_usd: -1 } }],
    ['no completion', { completion: [] }],
    ['a text that is none', { completion: { ...(lineOf(entry)['completion'] as JsonObject), text: 1 } }],
    [
      'thinking that is none',
      { completion: { ...(lineOf(entry)['completion'] as JsonObject), thinking: null } },
    ],
    [
      'calls that are no list',
      { completion: { ...(lineOf(entry)['completion'] as JsonObject), tool_calls: {} } },
    ],
    [
      'a call without a name',
      {
        completion: {
          ...(lineOf(entry)['completion'] as JsonObject),
          tool_calls: [{ id: 'a', arguments: '' }],
        },
      },
    ],
    ['no model that answered', { completion: { ...(lineOf(entry)['completion'] as JsonObject), model: 7 } }],
  ])('is none with %s', (_what, other) => {
    expect(readEntry({ ...lineOf(entry), ...other })).toBeUndefined();
  });
});
