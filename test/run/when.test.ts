import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import { failure } from '../../src/result.ts';
import { decide } from '../../src/run/when.ts';
import { template } from './support/plans.ts';

describe('decide', () => {
  const cases: readonly (readonly [JsonValue | undefined, boolean])[] = [
    [undefined, false],
    [null, false],
    [false, false],
    ['', false],
    [true, true],
    ['yes', true],
    ['no', true],
    ['False', true],
    [' ', true],
    [0, true],
    [1, true],
    [[], true],
    [{}, true],
  ];
  it.each(cases)('takes %j for %j', (value, go) => {
    expect(
      decide(
        template(() => value),
        'it',
        {},
      ),
    ).toEqual({ ok: true, value: go });
  });

  it.each(['true', 'false', '0', '1'])('refuses the text %s with the remedy', (text) => {
    expect(
      decide({ ...template(() => text), text: '{{input.stars}}' }, 'the `when` of step `reply`', {}),
    ).toEqual({
      ok: false,
      error: {
        code: 'ambiguous_when',
        message: `the \`when\` of step \`reply\` is the text "${text}", which is neither true nor false; give the column its type in \`input.schema\`, or compare it, as in {{eq input.stars '${text === '0' || text === '1' ? 1 : true}'}}`,
      },
    });
  });

  it('tells whose `when` could not be worked out', () => {
    const probe = () => failure({ code: 'bad_argument', message: 'not a number', start: 0, end: 1 } as const);
    expect(decide({ ...template(() => true), probe }, '`input.when`', {})).toEqual({
      ok: false,
      error: { code: 'bad_argument', message: '`input.when`: not a number' },
    });
  });
});
