import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continuedLines } from '../../src/diagnostic/command-words.ts';

describe('a command over several lines', () => {
  it.each([
    [['pipe resume', 'runs/r'], ['pipe resume runs/r']],
    [
      ['pipe resume', `runs/${'r'.repeat(55)}`, '--budget-usd 10'],
      [`pipe resume runs/${'r'.repeat(55)} \\`, '  --budget-usd 10'],
    ],
  ])('is read on by a shell: %j', (words, lines) => {
    expect(continuedLines(words)).toEqual(lines);
  });

  it('says the same, whatever the lengths', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 90 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const text = continuedLines(words).join('\n');
        expect(text.replaceAll(/ \\\n {2}/g, ' ')).toBe(words.join(' '));
      }),
    );
  });
});
