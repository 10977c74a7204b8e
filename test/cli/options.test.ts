import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit.ts';
import { positiveInteger, shard, wholeNumber } from '../../src/cli/options.ts';
import { inputFormats } from '../../src/cli/prepare.ts';
import { wantsColor, type Terminal } from '../../src/cli/terminal.ts';
import { formats } from '../../src/records/registry.ts';
import type { RunFinished } from '../../src/run/events.ts';

it('offers the formats that there are', () => {
  expect([...inputFormats]).toEqual(formats.map(({ name }) => name));
});

describe('a number', () => {
  it.each(['0', '7', '007', '9007199254740991'])('may be %s', (text) => {
    expect(wholeNumber(text)).toBe(Number(text));
  });

  it.each(['', ' 1', '-1', '1.5', '1e3', '0x10', 'ten', '9007199254740992'])('may not be %j', (text) => {
    expect(() => wholeNumber(text)).toThrow('whole number');
  });

  it('may have to be positive', () => {
    expect(positiveInteger('1')).toBe(1);
    expect(() => positiveInteger('0')).toThrow('at least 1');
  });
});

describe('a shard', () => {
  it('is the ith of n', () => {
    expect(shard('2/3')).toEqual({ index: 2, count: 3 });
  });

  it.each(['0/3', '4/3', '1/0', '1', '1/', '/3', '1/3/5', 'a/b', '-1/3'])('may not be %j', (text) => {
    expect(() => shard(text)).toThrow('1/4');
  });
});

describe('colour', () => {
  const terminal = (env: Terminal['env']) => ({ env }) as Terminal;
  const stream = (isTTY: boolean) => ({ isTTY }) as NodeJS.WriteStream;

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: '' }, false, false],
    [{ TERM: 'dumb' }, true, false],
  ])('by %j, on a terminal: %j, is wanted: %j', (env, isTTY, wanted) => {
    expect(wantsColor(terminal(env), stream(isTTY))).toBe(wanted);
  });
});

describe('the exit code', () => {
  const codeOf = (end: Partial<RunFinished>) => exitCodeOf({ failed: false, ...end } as RunFinished);

  it('tells whether too many records failed', () => {
    expect(codeOf({})).toBe(0);
    expect(codeOf({ failed: true })).toBe(1);
  });

  it.each([
    ['failures', 1],
    ['input', 2],
    ['provider', 3],
    ['budget', 4],
    ['local', 5],
    ['interrupted', 130],
  ] as const)('of a run that stopped for %s is %i', (kind, code) => {
    expect(codeOf({ failed: true, reason: { kind, code: 'x', message: 'x' } })).toBe(code);
  });
});
