import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Plan } from '../plan.ts';
import { usualEnvironment, variable } from '../tools/environment.ts';
import type { RunOptions } from './options.ts';

/** The variables that the tools of a step are given: those that they name, and what any program needs to start. */
export function toolEnv(names: readonly string[], env: RunOptions['env']): RunOptions['env'] {
  return {
    ...usualEnvironment(env),
    ...Object.fromEntries(names.map((name) => [name, variable(name, env)])),
  };
}

/**
 * The variables that tools name and that are not set, or empty where they must not be; each is told once, with the
 * steps that want it.
 */
export function checkToolEnv(plan: Plan, env: RunOptions['env']): readonly Diagnostic[] {
  const wanted = new Map<string, string[]>();
  for (const { id, program } of plan.steps) {
    for (const name of new Set(program.env)) {
      const value = variable(name, env);
      const lacks = value === undefined || (value === '' && program.filled?.includes(name) === true);
      if (lacks) wanted.set(name, [...(wanted.get(name) ?? []), id]);
    }
  }
  return [...wanted].map(([name, steps]) => {
    const whose = `the tools of ${steps.length === 1 ? 'step' : 'steps'} ${steps.map((id) => `\`${id}\``).join(', ')}`;
    return {
      severity: 'error',
      code: 'missing-variable',
      message: `\`${name}\` is ${variable(name, env) === undefined ? 'not set' : 'empty'}, and ${whose} need it`,
      hint: `set it by \`export ${name}=…\`; tools run with \`--simulate\` too`,
    };
  });
}
