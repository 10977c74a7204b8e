import { describe, expect, it } from 'vitest';
import { checkToolEnv, toolEnv } from '../../src/run/tool-env.ts';
import { secretsOf } from '../../src/run/secrets.ts';
import { fakeTools } from './support/fake-tools.ts';
import { plan, settings, step } from './support/plans.ts';

const names = ['toString', 'constructor', '__proto__', 'hasOwnProperty'];

const model = { ...settings, provider: 'mistralai' };

/** A plan of one step, whose tools read these variables. */
const reading = (...env: readonly string[]) =>
  plan([step('one', { model, program: fakeTools().calling([], env) })]);

describe('toolEnv', () => {
  it('gives tools what they name, and what any program needs to start', () => {
    const env = { PATH: '/bin', HOME: '/home/x', TOKEN: 't', OTHER: 'o' };
    expect(toolEnv(['TOKEN', 'UNSET'], env)).toEqual({ PATH: '/bin', HOME: '/home/x', TOKEN: 't' });
  });

  it('has nothing that is not set, whatever it is called', () => {
    const given = toolEnv(names, {});
    expect(names.map((name) => [Object.hasOwn(given, name), given[name]])).toEqual(
      names.map(() => [true, undefined]),
    );
  });
});

describe('checkToolEnv', () => {
  it.each(names)('takes %s for a variable as any other', (name) => {
    const [found, ...others] = checkToolEnv(reading(name), {});
    expect(found).toMatchObject({
      code: 'missing-variable',
      message: `\`${name}\` is not set, and the tools of step \`one\` need it`,
    });
    expect(others).toEqual([]);
    expect(secretsOf(reading(name), { env: {} })).toEqual([]);
    const env = Object.fromEntries([[name, 'value']]);
    expect(checkToolEnv(reading(name), env)).toEqual([]);
    expect(secretsOf(reading(name), { env })).toEqual(['value']);
  });

  it('tells a variable once, with all the steps that need it', () => {
    const program = fakeTools().calling([], ['TOKEN', 'TOKEN']);
    const steps = plan([step('one', { program }), step('two', { program })]);
    expect(checkToolEnv(steps, {}).map(({ message }) => message)).toEqual([
      '`TOKEN` is not set, and the tools of steps `one`, `two` need it',
    ]);
  });
});
