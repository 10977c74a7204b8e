import { dotprompt } from './dotprompt.ts';
import type { ImportKind } from './kind.ts';
import { promptflow } from './promptflow.ts';
import { promptfoo } from './promptfoo.ts';
import { prompty } from './prompty.ts';

/** Every kind of file that can be imported, in the order in which they are tried. */
export const importKinds: ReadonlyMap<string, ImportKind> = new Map(
  [promptflow, promptfoo, dotprompt, prompty].map((kind) => [kind.kind, kind]),
);
