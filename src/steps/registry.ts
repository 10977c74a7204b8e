import { chat } from './chat.ts';
import type { StepType } from './step.ts';
import { structured } from './structured.ts';
import { tools } from './tools.ts';

/** Every step type by its `type` in the file. A new one is a file beside chat.ts and a line here. */
export const stepTypes: ReadonlyMap<string, StepType> = new Map(
  [chat, structured, tools].map((step) => [step.type, step]),
);
