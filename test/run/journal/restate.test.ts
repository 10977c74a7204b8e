import { describe, expect, it } from 'vitest';
import { isSealed, lineStart, seal } from '../../../src/run/checked-line.ts';
import { readHead } from '../../../src/run/journal/heads.ts';
import { recordMembers, reservationMembers } from '../../../src/run/journal/lines.ts';
import { indexOfLine, restatedLine } from '../../../src/run/journal/restate.ts';

function sealed(members: string): Buffer {
  const line = Buffer.from(`${lineStart}${members}}`);
  seal(line);
  return line;
}

function recordLine(key: string, output: string): Buffer {
  const place = { type: 'record_finished', sequence: 7, index: 30, line: 31, key } as const;
  const { head, body } = recordMembers({ ...place, outcome: 'succeeded', output });
  return sealed(head + body);
}

describe('a restated line', () => {
  it.each(['plain', 'with "quotes" and \\', '\\"', '文字 "key":"x"', '', '"sequence":9,'])(
    'has another sequence and key in place of %j, and every other byte as it was',
    (key) => {
      const output = 'the "key":"a" and "sequence":5 of a text \ud83d\ude00';
      const line = restatedLine(recordLine(key, output), { sequence: 123, key: 'new "key"' });
      expect(isSealed(line)).toBe(true);
      expect(readHead(line)).toMatchObject({ sequence: 123, key: 'new "key"', outcome: 'succeeded' });
      expect(JSON.parse(line.toString())).toMatchObject({ index: 30, line: 31, key: 'new "key"', output });
      expect(indexOfLine(line)).toBe(30);
      expect(restatedLine(line, { sequence: 7, key }).equals(recordLine(key, output))).toBe(true);
    },
  );

  it('keeps what is not to be another', () => {
    const line = recordLine('a', 'b');
    expect(restatedLine(line, {})).toBe(line);
    const reservation = sealed(
      reservationMembers({
        key: 'a',
        step: 'key',
        call: 1,
        model: 'small',
        request: 1,
        usd: null,
        tokens: 5,
      }),
    );
    expect(readHead(restatedLine(reservation, { key: 'b' }))).toMatchObject({
      key: 'b',
      step: 'key',
      tokens: 5,
    });
  });

  it('of a failed record keeps its input, whatever that is called', () => {
    const place = { type: 'record_finished', sequence: 0, index: 4, line: 5, key: 'a' } as const;
    const error = { code: 'x', message: 'x', status: null, attempts: 1, request_id: null };
    const { head, body } = recordMembers({
      ...place,
      outcome: 'failed',
      step: null,
      input: { key: 'mine', sequence: 3, index: 9 },
      error,
    });
    const line = restatedLine(sealed(head + body), { sequence: 4, key: 'b' });
    expect(JSON.parse(line.toString())).toMatchObject({
      sequence: 4,
      key: 'b',
      input: { key: 'mine', sequence: 3, index: 9 },
    });
  });
});
