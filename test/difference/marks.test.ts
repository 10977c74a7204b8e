import { describe, expect, it } from 'vitest';
import { elide, marked } from '../../src/difference/marks.ts';
import { diffWords } from '../../src/difference/words.ts';

const told = (before: string, after: string, context = 10) =>
  marked(elide(diffWords(before, after), context));

describe('changes in one text', () => {
  it('are marked as git marks words', () => {
    expect(told('say hello there', 'say goodbye there')).toBe('say [-hello-]{+goodbye+} there');
  });

  it('stand in as much of what stayed as helps to find them', () => {
    const page = 'many words come before it and are left out of what is shown ';
    expect(told(`${page}old ${page}`, `${page}new ${page}`)).toBe(
      '… what is shown [-old-]{+new+} many words …',
    );
  });

  it('keep both ends of what stayed between two of them', () => {
    const between = ' one two three four five six seven eight nine ten ';
    expect(told(`a${between}b`, `x${between}y`)).toBe('[-a-]{+x+} one two three … eight nine ten [-b-]{+y+}');
  });

  it('never cut a character in two', () => {
    const faces = '😀'.repeat(60);
    const text = told(`${faces}a`, `${faces}b`);
    expect(text).not.toMatch(/\p{Surrogate}/u);
    expect(text.endsWith('[-a-]{+b+}')).toBe(true);
  });
});
