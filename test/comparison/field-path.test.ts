import { describe, expect, it } from 'vitest';
import { fieldPathText, parseAllowedPath } from '../../src/comparison/field-path.ts';

describe('a path', () => {
  it.each<[string[], string]>([
    [['reply'], 'reply'],
    [['ticket', 'topic'], 'ticket.topic'],
    [['a b'], '["a b"]'],
    [['ticket', 'a.b', 'c'], 'ticket["a.b"].c'],
    [['*'], '["*"]'],
    [['', 'x'], '[""].x'],
    [['Größe', '数'], 'Größe.数'],
  ])('of %j is written %s, and read so', (names, text) => {
    expect(fieldPathText(names)).toBe(text);
    const read = parseAllowedPath(text);
    expect(read.ok && read.value.covers(names)).toBe(true);
    expect(read.ok && read.value.covers([...names, 'below'])).toBe(true);
    expect(read.ok && read.value.covers(['other', ...names.slice(1)])).toBe(false);
  });

  it('with a star covers any one name there, and what is below', () => {
    const read = parseAllowedPath('ticket.*.at');
    const covers = (...names: string[]) => read.ok && read.value.covers(names);
    expect([covers('ticket', 'a', 'at'), covers('ticket', 'b', 'at', 'x')]).toEqual([true, true]);
    expect([covers('ticket'), covers('ticket', 'a'), covers('ticket', 'a', 'to')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'a[0', 'a["b', 'a[b]', '["a"]b'])('is none: %j', (text) => {
    expect(parseAllowedPath(text)).toMatchObject({ ok: false });
  });
});
