import { describe, expect, it } from 'vitest';
import { changeLines } from '../../../src/report/trial/change.ts';

const plain = (_style: string, text: string) => text;
const lines = (before: string, after: string, columns?: number) => changeLines(before, after, plain, columns);

describe('what changed between two texts', () => {
  it('is marked word by word, on the lines of the later one', () => {
    expect(lines('Dear Sir,\nyour parcel is late.', 'Dear Madam,\nyour parcel is very late.')).toEqual([
      'Dear [-Sir-]{+Madam+},',
      'your parcel is {+very +}late.',
    ]);
  });

  it('says where line breaks came and went', () => {
    expect(lines('one two', 'one\ntwo')).toEqual(['one[- -]{+\\n+}', 'two']);
    expect(lines('one\ntwo', 'one two')).toEqual(['one[-\\n-]{+ +}two']);
  });

  it('leaves out lines far from any change, and words far from it in its line', () => {
    const far = Array.from({ length: 9 }, (_, at) => `line ${at}`);
    expect(lines([...far, 'old'].join('\n'), [...far, 'new'].join('\n'))).toEqual([
      '…',
      'line 7',
      'line 8',
      '[-old-]{+new+}',
    ]);
    const long = 'word '.repeat(200);
    const [line = ''] = lines(`${long}old`, `${long}new`);
    expect(line.length).toBeLessThan(200);
    expect(line).toMatch(/^….*\[-old-\]\{\+new\+\}$/u);
  });

  it('keeps the indents of JSON, and fits the columns', () => {
    const json = (text: string) => JSON.stringify({ reply: text }, null, 2);
    expect(lines(json('a b c d e f g h'), json('a b c d e f g i'), 20)).toEqual([
      '{',
      '  "reply": "a b c d',
      '  e f g [-h-]{+i+}"',
      '}',
    ]);
  });

  it('lets no text act on a terminal', () => {
    expect(lines('a', 'a \u001b[31m\u009b2J').join('\n')).not.toMatch(/\p{Cc}/u);
  });
});
