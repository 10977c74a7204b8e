import { didYouMean } from '../diagnostic/suggest.ts';
import type { JsonObject } from '../json/json.ts';
import { choiceWords } from '../models/tool-choice.ts';
import type { StepBuilder } from './step.ts';

/** The step's `tool_choice`, which may name a tool that there is. */
export function compileChoice(
  spec: JsonObject,
  names: readonly string[],
  builder: StepBuilder,
): string | undefined {
  const { tool_choice: choice } = spec;
  if (typeof choice !== 'string' || choiceWords.includes(choice) || names.includes(choice)) {
    return typeof choice === 'string' ? choice : undefined;
  }
  const meant = didYouMean(choice, [...names, ...choiceWords]);
  builder.report({
    code: 'unknown-tool',
    message: `there is no tool \`${choice}\``,
    hint:
      meant === undefined
        ? `write the name of a tool, or ${choiceWords.map((word) => `\`${word}\``).join(', ')}`
        : `did you mean \`${meant}\`?`,
    pointer: ['tool_choice'],
  });
  return undefined;
}
