import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/json/json.ts';
import { without, words } from '../../../src/importing/promptfoo/patterns.ts';

const texts = ['', ' ', 'one', ' one\n', 'one two', '\tone  two\nthree ', 'one two three four'];
const counted = (text: string) => text.split(/\s+/).filter((word) => word !== '').length;

describe('a pattern for a number of words', () => {
  it.each([
    [0, 0, 0],
    [1, 1, 1],
    [3, 3, 3],
    [{ min: 2 }, 2, Infinity],
    [{ max: 2 }, 0, 2],
    [{ min: 1, max: 3 }, 1, 3],
  ])('%j', (value, least, most) => {
    const source = words(value) ?? 'none';
    for (const text of texts) {
      const holds = counted(text) >= least && counted(text) <= most;
      expect([text, new RegExp(source, 'u').test(text)]).toEqual([text, holds]);
      expect([text, new RegExp(without(source), 'u').test(text)]).toEqual([text, !holds]);
    }
  });

  it.each<JsonValue>([null, -1, 1.5, 'many', [1], {}, { min: 'a' }, { min: 2, max: 1 }, 1e9])(
    'is none for %j',
    (value) => {
      expect(words(value)).toBeUndefined();
    },
  );

  it('takes a time by the length of the text', () => {
    const pattern = new RegExp(words({ min: 20_000, max: 30_000 }) ?? '', 'u');
    const before = performance.now();
    for (const text of [' '.repeat(100_000), 'a '.repeat(50_000), 'a'.repeat(100_000)]) pattern.test(text);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
