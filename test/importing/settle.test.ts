import { describe, expect, it } from 'vitest';
import { textSource } from '../../src/diagnostic/located.ts';
import type { Turn } from '../../src/importing/draft.ts';
import { createNotes } from '../../src/importing/notes.ts';
import { settleTurns } from '../../src/importing/settle.ts';

const turn = (role: Turn['role'], text: string): Turn => ({ role, parts: [{ text }] });

function settled(...turns: readonly Turn[]): readonly Turn[] | string {
  const result = settleTurns(turns, { source: textSource('a.jinja2', ''), pointer: [] }, createNotes());
  return result.ok ? result.value : result.error.code;
}

describe('a comment above the first message', () => {
  it.each(['{{!-- About {{this}} --}}', '{{! About }}', '{{~! a ~}}\n{{!-- b --~}}\n'])(
    'goes to that message: %s',
    (comment) => {
      expect(settled(turn('user', comment), turn('system', 'You help.'), turn('user', 'Hi'))).toEqual([
        turn('system', `${comment.trim()}You help.`),
        turn('user', 'Hi'),
      ]);
    },
  );

  it('is no message, though nothing stands behind it', () => {
    expect(settled(turn('user', 'Hi'), turn('user', '{{! b }}'))).toEqual([turn('user', 'Hi')]);
    expect(settled(turn('user', '{{! b }}'))).toBe('broken-source');
  });

  it('leaves images as they are', () => {
    const image: Turn = { role: 'user', parts: [{ image: '{{input.photo}}' }] };
    expect(settled(turn('user', '{{! b }}'), image)).toEqual([image]);
  });

  it.each(['{{!-- not imported: {{ x }} --}}', '{{! a }} text', '{{input.a}}'])('is not %s', (text) => {
    expect(settled(turn('user', text), turn('user', 'Hi'))).toEqual([turn('user', text), turn('user', 'Hi')]);
  });

  it('is found in time by its length', () => {
    const begun = performance.now();
    for (const comment of ['{{!-- a --}}', '{{! a ~}}', '{{!-- '])
      settled(turn('user', `${comment.repeat(5000)}x`), turn('user', 'Hi'));
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
