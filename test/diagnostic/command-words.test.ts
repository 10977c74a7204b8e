import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continuedLines, shellWord } from '../../src/diagnostic/command-words.ts';

describe('a word of a command', () => {
  it.each([
    ['runs/r-1', 'runs/r-1'],
    ['my run', "'my run'"],
    ["it's", "'it'\\''s'"],
    ['a\nb', "$'a\\nb'"],
    ["\u001b[31m it's \\", "$'\\x1b[31m it\\'s \\\\'"],
    ['\u0085\u202eé', "$'\\xc2\\x85\\xe2\\x80\\xaeé'"],
  ])('is what a shell takes for this text, and nothing that acts on a terminal: %j', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});

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
