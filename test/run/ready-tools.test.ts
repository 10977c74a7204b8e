import { describe, expect, it } from 'vitest';
import { refusedTools, seenTools } from '../../src/run/ready-tools.ts';
import type { UnreadyTool } from '../../src/steps/step.ts';
import { createShared } from '../../src/tools/shared.ts';
import type { ToolServices } from '../../src/tools/tool.ts';
import { fakeTools } from './support/fake-tools.ts';
import { plan, step } from './support/plans.ts';

const unready: UnreadyTool = { tool: 'a', error: { code: 'timed_out', message: 'too slow' } };

type Prepare = (services: ToolServices) => Promise<readonly UnreadyTool[]>;

function refused(prepares: readonly Prepare[], signal = new AbortController().signal) {
  const steps = prepares.map((prepare, at) =>
    step(`step${at}`, { program: { ...fakeTools().calling(['a']), prepare } }),
  );
  const services = { shared: createShared(), signal, env: {} };
  return refusedTools(plan(steps), { ...services, redact: (outcome) => outcome });
}

describe('refusedTools', () => {
  it('tells every tool that could not run', async () => {
    const found = () => Promise.resolve([unready]);
    expect(await refused([found, () => Promise.resolve([]), found])).toEqual({
      kind: 'input',
      code: 'tool_not_ready',
      message:
        'the tool `a` of step `step0` cannot run: too slow. the tool `a` of step `step2` cannot run: too slow',
    });
    expect(await refused([() => Promise.resolve([])])).toBeUndefined();
  });

  it('says nothing against a tool once the run is stopped, whatever was found until then', async () => {
    const stop = new AbortController();
    const untilStopped: Prepare = ({ signal }) =>
      new Promise((resolve) => {
        const error = { code: 'aborted', message: 'stopped' } as const;
        signal.addEventListener('abort', () => resolve([{ tool: 'b', error }]), { once: true });
      });
    const outcome = refused([() => Promise.resolve([unready]), untilStopped], stop.signal);
    stop.abort();
    expect(await outcome).toBeUndefined();
  });
});

describe('seenTools', () => {
  it('asks each step what is seen of its tools, with its variables alone', async () => {
    const given: (readonly [string, unknown])[] = [];
    const seen = [{ kind: 'found', tool: 'a' }] as const;
    const program = {
      ...fakeTools().calling(['a']),
      env: ['TOKEN'],
      look: ({ env }: Pick<ToolServices, 'env'>) => {
        given.push(...Object.entries(env));
        return Promise.resolve(seen);
      },
    };
    const steps = [step('one', {}), step('two', { program })];
    expect(await seenTools(plan(steps), { TOKEN: 'x', OTHER: 'y' })).toEqual([
      { step: 'two', seen: seen[0] },
    ]);
    expect(given).toContainEqual(['TOKEN', 'x']);
    expect(given.map(([name]) => name)).not.toContain('OTHER');
  });
});
