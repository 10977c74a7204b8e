import type { Plan } from '../plan.ts';
import { failure } from '../result.ts';
import type { ToolServices } from '../tools/tool.ts';
import type { StopReason } from './events.ts';
import type { RunOptions } from './options.ts';
import type { RedactOutcome } from './secrets.ts';
import { toolEnv } from './tool-env.ts';

/** What tools are given before the first record as during the run. `signal` ends what they do. */
export interface ReadyServices extends Pick<ToolServices, 'shared' | 'signal'> {
  readonly env: RunOptions['env'];
  readonly redact: RedactOutcome;
}

/**
 * The tools that could not run at all, as one reason not to begin: a record would find that out only by calls that are
 * paid for, and each record again.
 */
export async function refusedTools(plan: Plan, services: ReadyServices): Promise<StopReason | undefined> {
  const { shared, signal, env, redact } = services;
  const asked = plan.steps.map(async ({ id, program }) => {
    const given = { shared, signal, env: toolEnv(program.env ?? [], env) };
    const unready = (await program.prepare?.(given)) ?? [];
    return unready.flatMap(({ tool, error }) => {
      const told = redact(failure(error));
      if (told.ok) return [];
      return [`the tool \`${tool}\` of step \`${id}\` cannot run: ${told.error.message}`];
    });
  });
  const sentences = (await Promise.all(asked)).flat();
  // A run that was stopped meanwhile has its reason, and what was stopped with it says nothing against a tool.
  if (signal.aborted || sentences.length === 0) return undefined;
  return { kind: 'input', code: 'tool_not_ready', message: sentences.join('. ') };
}
