import type { Plan } from '../plan.ts';
import { failure } from '../result.ts';
import type { SeenTool } from '../steps/step.ts';
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
      return [unreadyInWords(id, tool, told.error.message)];
    });
  });
  const sentences = (await Promise.all(asked)).flat();
  // A run that was stopped meanwhile has its reason, and what was stopped with it says nothing against a tool.
  if (signal.aborted || sentences.length === 0) return undefined;
  return { kind: 'input', code: 'tool_not_ready', message: sentences.join('. ') };
}

/** What is known of the tools of each step before a run, while nothing of them is executed. */
export async function seenTools(plan: Plan, env: RunOptions['env']): Promise<readonly ToolOfStep[]> {
  const asked = plan.steps.map(async ({ id, program }) => {
    const seen = (await program.look?.({ env: toolEnv(program.env ?? [], env) })) ?? [];
    return seen.map((tool) => ({ step: id, seen: tool }));
  });
  return (await Promise.all(asked)).flat();
}

export interface ToolOfStep {
  readonly step: string;
  readonly seen: SeenTool;
}

/** `why`: a sentence without a final full stop. */
export function unreadyInWords(step: string, tool: string, why: string): string {
  return `the tool \`${tool}\` of step \`${step}\` cannot run: ${why}`;
}
