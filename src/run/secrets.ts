import { createRedactAll, findableSecrets, shortestSecret, type Redact } from '../diagnostic/redact.ts';
import { keySource } from '../models/api-key.ts';
import type { Plan } from '../plan.ts';
import { failure, success } from '../result.ts';
import { variable } from '../tools/environment.ts';
import type { ToolOutcome } from '../tools/tool.ts';
import type { RunOptions } from './options.ts';
import { redactValue } from '../diagnostic/redact-value.ts';

/** Takes every secret of a run out of what a tool gives back. */
export type RedactOutcome = (outcome: ToolOutcome) => ToolOutcome;

/**
 * What a tool may give back and nobody may read: the values of the variables that tools are given, and the keys of the
 * models. The keys also in a simulated run, which has no use for them: a module may read the environment itself.
 */
export function secretsOf(plan: Plan, { env, openModel }: RunOptions): readonly string[] {
  const ofTools = plan.steps.flatMap(({ program }) => program.env ?? []);
  const ofModels = openModel === undefined ? plan.steps.flatMap(({ model }) => keyName(model)) : [];
  return [...ofTools, ...ofModels].flatMap((name) => variable(name, env) ?? []);
}

function keyName(model: Plan['steps'][number]['model']): readonly string[] {
  const source = keySource(model);
  return source.ok && source.value !== undefined ? [source.value.name] : [];
}

/** Secrets that are shorter than `shortestSecret` stay: to take them out would spoil ordinary words. */
export function redactOutcomes(secrets: readonly string[]): RedactOutcome {
  const telling = findableSecrets(secrets);
  if (telling.length === 0) return (outcome) => outcome;
  const redact = createRedactAll(telling);
  return (outcome) => {
    if (outcome.ok) return success(redactValue(outcome.value, redact));
    const message = withoutHalves(redact(outcome.error.message), telling, redact);
    return failure({ ...outcome.error, message });
  };
}

/** What marks a place where a text was cut. */
const cut = '…';

/** A message quotes a tool's output cut to size, so that a secret may have lost an end: what is left of it goes too. */
function withoutHalves(message: string, secrets: readonly string[], redact: Redact): string {
  const pieces = message.split(cut).map((piece) => {
    let rest = piece;
    for (const secret of secrets) {
      const mark = redact(secret);
      const head = overlap(secret, (length) => rest.startsWith(secret.slice(-length)));
      if (head > 0) rest = `${mark}${rest.slice(head)}`;
      const tail = overlap(secret, (length) => rest.endsWith(secret.slice(0, length)));
      if (tail > 0) rest = `${rest.slice(0, -tail)}${mark}`;
    }
    return rest;
  });
  return pieces.join(cut);
}

/** The most characters of a secret for which `fits` holds; 0 where it does for none that tell it from a word. */
function overlap(secret: string, fits: (length: number) => boolean): number {
  for (let length = secret.length - 1; length >= shortestSecret; length--) if (fits(length)) return length;
  return 0;
}
