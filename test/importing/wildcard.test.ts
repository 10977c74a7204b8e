import { describe, expect, it } from 'vitest';
import { matchesWildcard } from '../../src/importing/wildcard.ts';

describe('a pattern of file names', () => {
  it.each([
    ['a.txt', '*.txt', true],
    ['a.txt', 'a*', true],
    ['a.txt', '*', true],
    ['a.txt', 'a.txt*', true],
    ['axbxc', 'a*b*c', true],
    ['a.txt', '*.md', false],
    ['.a.txt', '*.txt', false],
    ['.a.txt', '.*.txt', true],
    ['aba', 'ab*ba', false],
    ['a+txt', 'a.*', false],
    ['acb', 'a*b*c', false],
  ])('%s by %s: %s', (name, pattern, matches) => {
    expect(matchesWildcard(name, pattern)).toBe(matches);
  });

  it('takes no time for many stars', () => {
    const before = performance.now();
    expect(matchesWildcard('a'.repeat(255), `${'*a'.repeat(200)}*b`)).toBe(false);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
