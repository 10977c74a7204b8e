import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSealed, lineStart, seal } from '../../src/run/checked-line.ts';

function sealed(members: string): Buffer {
  const line = Buffer.from(`${lineStart}${members}}`);
  seal(line);
  return line;
}

describe('a checked line', () => {
  it('is one JSON object, with its checksum first', () => {
    expect(sealed('"type":"call","text":"é"').toString()).toBe('{"crc":"19444216","type":"call","text":"é"}');
  });

  it('is whole whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const line = sealed(`"text":${JSON.stringify(text)}`);
        expect(isSealed(line)).toBe(true);
        expect(JSON.parse(line.toString())).toMatchObject({ text });
      }),
    );
  });

  it('is not whole with any bit of it turned', () => {
    const line = sealed('"type":"record","output":"Wo ist mein Paket?"');
    for (let bit = 0; bit < line.length * 8; bit += 1) {
      const other = Buffer.from(line);
      other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      // The case of a hexadecimal digit is a bit too, and another digit another checksum.
      expect(isSealed(other)).toBe(false);
    }
  });

  it.each(['', '{}', '{"crc":"', lineStart, '{"type":"call"}', '{"crc":"ZZZZZZZZ","a":1}', 'null'])(
    'is not %j',
    (text) => {
      expect(isSealed(Buffer.from(text))).toBe(false);
    },
  );
});
