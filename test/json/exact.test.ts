import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/json/exact.ts';
import { findProblem } from '../../src/json/inspect.ts';

/** A problem as `code at offset: message`, or the value. */
function outcome(text: string): unknown {
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : `${parsed.error.code} at ${parsed.error.offset}: ${parsed.error.message}`;
}

describe('values that are kept', () => {
  it.each([
    ['null', null],
    [' {"a": [1, -2.5, true, "x"]} ', { a: [1, -2.5, true, 'x'] }],
    ['0.1', 0.1],
    ['1.0', 1],
    ['1e3', 1000],
    ['1E+2', 100],
    ['0e999', 0],
    ['-0', -0],
    ['9007199254740992', 9007199254740992],
    ['1152921504606847000', 2 ** 60],
    ['0.30000000000000004', 0.30000000000000004],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['5e-324', Number.MIN_VALUE],
    ['100000000000000000000000', 1e23],
    ['"12345678901234567890 and 1e400"', '12345678901234567890 and 1e400'],
    ['"\\ud83d\\ude00 \\\\ud83d"', '😀 \\ud83d'],
    ['"😀"', '😀'],
    ['{"a":{"x":1},"b":{"x":2}}', { a: { x: 1 }, b: { x: 2 } }],
    ['[{"x":1},{"x":2}]', [{ x: 1 }, { x: 2 }]],
    ['{"a":"\\":\\":"}', { a: '":":' }],
    ['{"a" : 1, "b"\n:2}', { a: 1, b: 2 }],
    ['""', ''],
    ['[]', []],
    ['{}', {}],
  ])('%s', (text, value) => {
    expect(outcome(text)).toEqual(value);
  });
});

describe('values that JSON.parse would change', () => {
  it.each([
    ['12345678901234567890', 'the number 12345678901234567890 would become 12345678901234567000'],
    ['9007199254740993', 'the number 9007199254740993 would become 9007199254740992'],
    // The double holds it, and still writes it with other digits into a prompt.
    ['1152921504606846976', 'the number 1152921504606846976 would become 1152921504606847000'],
    ['1e400', 'the number 1e400 is too large for a number'],
    ['-1e400', 'the number -1e400 is too large for a number'],
    ['1e-400', 'the number 1e-400 would become 0'],
    ['3e-324', 'the number 3e-324 would become 5e-324'],
    ['0.1234567890123456789012', 'the number 0.1234567890123456789012 would become 0.12345678901234568'],
    [`1.${'0'.repeat(60)}1`, `the number 1.${'0'.repeat(38)}… would become 1`],
  ])('the number %s', (text, message) => {
    expect(outcome(text)).toBe(`inexact_number at 0: ${message}; put it in quotes to keep its digits`);
    expect(outcome(`{"id": [${text}]}`)).toContain('inexact_number at 8');
    expect(outcome(`{"text": "1e400 12345678901234567890", "id":${text}}`)).toContain('inexact_number at 44');
  });

  it('a long name that stands twice is cut between characters', () => {
    const name = `a${'😀'.repeat(30)}`;
    expect(outcome(JSON.stringify({ [name]: 1 }).replace('}', `,"${name}":2}`))).toContain(
      `the name "a${'😀'.repeat(19)}…" stands twice`,
    );
  });

  it.each([
    ['{"a":1,"a":2}', 7, 'a'],
    ['{"a":1,"\\u0061":2}', 7, 'a'],
    ['{"x":{"a" :1,"b":2,"a"\t:3}}', 19, 'a'],
    ['[{"__proto__":1,"__proto__":2}]', 16, '__proto__'],
    ['{"a":"\\":","a":2}', 11, 'a'],
  ])('the name that stands twice in %s', (text, offset, name) => {
    expect(outcome(text)).toBe(
      `duplicate_name at ${offset}: the name "${name}" stands twice in one object, and only one of its values would be kept; remove one`,
    );
  });

  it.each([
    ['"\\ud800"', 1],
    ['"ab\\udc00"', 3],
    ['"\\ud83dx\\ude00"', 1],
    ['"\\ud83d\\n"', 1],
    ['"\\ud83d\\ud83d\\ude00"', 1],
    ['"\\ud83d\\\\udc00"', 1],
    ['"\\\\ud83d\\udc00"', 8],
    ['{"\\uDFFF":1}', 2],
    ['"\ud800"', 1],
    ['"x\udc00y"', 2],
  ])('half of a surrogate pair in %j', (text, offset) => {
    expect(outcome(text)).toBe(
      `lone_surrogate at ${offset}: a text holds half of a surrogate pair, which is no character; write both halves or none`,
    );
  });

  it('takes 500 levels and refuses one more, or a million', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJson(nested(500)).ok).toBe(true);
    expect(outcome(nested(501))).toBe('too_deep at 500: the value is nested deeper than 500 levels');
    expect(outcome(nested(1_000_000))).toContain('too_deep at 500');
    expect(outcome('{"a":'.repeat(600) + '1' + '}'.repeat(600))).toContain('too_deep at 2500');
    expect(parseJson(`[${'{},'.repeat(5000)}{}]`).ok).toBe(true);
    expect(outcome('['.repeat(1_000_000))).toContain('invalid_json at 1000000');
  });

  it('names the first of several', () => {
    expect(outcome('{"a":1e999,"a":"\\ud800"}')).toContain('inexact_number at 5');
    expect(outcome('{"a":1,"a":1e999}')).toContain('duplicate_name at 7');
    expect(outcome('["\\ud800\\ud801x"]')).toContain('lone_surrogate at 2');
  });

  it('names what is no JSON before what would be changed', () => {
    expect(outcome('{"a":1e999,"a":"\\ud800",}')).toContain('invalid_json at 24');
    expect(outcome(`${'['.repeat(501)}}`)).toContain('invalid_json at 501');
  });
});

describe('what is no JSON', () => {
  it.each([
    ['', 'at 0: expected a value, found the end of the text'],
    ['   ', 'at 3: expected a value, found the end of the text'],
    ['{"a":1', 'at 6: expected a comma or }, found the end of the text'],
    ['[1,2', 'at 4: expected a comma or ], found the end of the text'],
    ['{"a":1]', 'at 6: expected a comma or }, found "]"'],
    ['[1}', 'at 2: expected a comma or ], found "}"'],
    ['{"a":1,}', 'at 7: expected a name in double quotes, found "}"'],
    ['[1,]', 'at 3: expected a value, found "]"'],
    ['[,1]', 'at 1: expected a value, found ","'],
    ["{'a':1}", 'at 1: expected a name in double quotes, found "\'"'],
    ['{a:1}', 'at 1: expected a name in double quotes, found "a"'],
    ['{"a" 1}', 'at 5: expected a colon after the name, found "1"'],
    ['{"a":NaN}', 'at 5: expected a value, found "NaN"'],
    ['{"a":None}', 'at 5: expected a value, found "None"'],
    ['{"a":+1}', 'at 5: expected a value, found "+"'],
    ['{"a":.5}', 'at 5: expected a value, found "."'],
    ['{"a":1.}', 'at 6: expected a comma or }, found "."'],
    ['{"a":01}', 'at 6: expected a comma or }, found "1"'],
    ['{"a":0x10}', 'at 6: expected a comma or }, found "x10"'],
    ['{"a":1}{"b":2}', 'at 7: expected the end of the text, found "{"'],
    ['{"a":1} "b"', 'at 8: expected the end of the text, found a text'],
    ['{"a":"x}', 'at 5: a text has no closing quote'],
    ['{"a":"x\ny"}', 'at 7: a text holds a line break, which must be written as \\n'],
    ['{"a":"x\ty"}', 'at 7: a text holds a control character, which must be written as \\t'],
    ['{"a":"\u0000"}', 'at 6: a text holds a control character, which must be written as \\u0000'],
    ['{"a":"C:\\dir"}', 'at 8: "\\d" is not an escape that JSON knows; write a backslash as \\\\'],
    ['{"a":"\\u12"}', 'at 6: "\\u" is not an escape that JSON knows; write a backslash as \\\\'],
    ['\uFEFF{}', 'at 0: expected a value, found the character U+FEFF'],
    ['{"a":\u00a01}', 'at 5: expected a value, found the character U+00A0'],
    ['😀', 'at 0: expected a value, found "😀"'],
    ['\u0000', 'at 0: expected a value, found the character U+0000'],
  ])('%j', (text, expected) => {
    expect(outcome(text)).toBe(`invalid_json ${expected}`);
  });
});

describe('objects', () => {
  it('keeps __proto__ as a name like any other', () => {
    const parsed = parseJson('{"__proto__":{"polluted":true},"constructor":1}');
    expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

/** JSON texts with some characters changed, so that about half of them are none. */
const nearlyJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          '"',
          ',',
          ':',
          '\\',
          '\\ud83d',
          '\\ude00',
          '8',
          'e',
          '1',
          '.',
          '-',
          ' ',
          '\n',
          't',
          '😀',
          '\ud800',
          '\udc00',
        ),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([json, edits]) =>
    edits.reduce((text, [at, character]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + character + text.slice(place + (at % 2));
    }, json),
  );

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('against JSON.parse', () => {
  it('says that a text is no JSON exactly where JSON.parse says so', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        expect(findProblem(text, true) === undefined).toBe(parses(text));
        expect(findProblem(text, true)?.code ?? 'invalid_json').toBe('invalid_json');
      }),
      { numRuns: 2500 },
    );
  });

  it('takes the short way only where the long way finds nothing', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        expect(parseJson(text).ok).toBe(findProblem(text) === undefined);
      }),
      { numRuns: 2500 },
    );
  });

  it('keeps every value that was written as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
      }),
    );
  });

  it('keeps every double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        expect(parseJson(String(double))).toEqual({ ok: true, value: double === 0 ? 0 : double });
      }),
    );
  });

  it('keeps an integer exactly where its digits come back', () => {
    fc.assert(
      // Below 10^21 a double is written without an exponent.
      fc.property(fc.bigInt({ min: -(2n ** 69n), max: 2n ** 69n }), (integer) => {
        expect(parseJson(String(integer)).ok).toBe(BigInt(String(Number(integer))) === integer);
      }),
    );
  });
});
