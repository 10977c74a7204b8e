import { describe, expect, it } from 'vitest';
import { fitFields, form, type Field } from '../../src/report/fields.ts';

const plain = (_: string, text: string) => text;

describe('fields of a line', () => {
  const fields: readonly Field[] = [
    [form(4, 'a long one'), form(0, 'short')],
    [],
    [form(2, 'second')],
    [form(3, '模型')],
  ];

  it.each([
    [80, 'a long one  second  模型'],
    [24, 'a long one  second  模型'],
    [23, 'short  second  模型'],
    [19, 'short  second  模型'],
    [18, 'short  second'],
    [12, 'short'],
    [5, 'short'],
    [4, ''],
  ])('fit %d columns', (columns, line) => {
    expect(fitFields(fields, columns, plain)).toBe(line);
  });

  it('paint their pieces', () => {
    const field = [{ rank: 0, pieces: [{ text: 'a', style: 'red' }, { text: 'b' }] }] as const;
    expect(fitFields([field], 2, (style, text) => `<${style}>${text}</>`)).toBe('<red>a</>b');
    expect(fitFields([field], 1, plain)).toBe('');
  });
});
