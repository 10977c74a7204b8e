import { command } from './command.ts';
import { http } from './http.ts';
import { module } from './module.ts';
import type { ToolKind } from './tool.ts';

/** Every tool kind by the key that names it in a tool. A new one is a file here and a line below. */
export const toolKinds: ReadonlyMap<string, ToolKind> = new Map(
  [command, module, http].map((kind) => [kind.kind, kind]),
);
