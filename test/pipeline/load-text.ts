import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { loadPipeline, type LoadOptions } from '../../src/pipeline/pipeline.ts';
import type { Plan } from '../../src/plan.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface Loaded {
  readonly folder: string;
  readonly plan: Plan | undefined;
  /** Each as `line:column code message; hint`, in the order of the file; the line and column where there is a place. */
  readonly told: readonly string[];
}

/** Loads a pipeline of this text from a folder of its own, with these files beside it. */
export async function loadText(
  text: string,
  files: { readonly [path: string]: string } = {},
  options: LoadOptions = {},
): Promise<Loaded> {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries({ 'pipeline.yaml': text, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const { plan, diagnostics } = await loadPipeline('pipeline.yaml', { cwd: folder, ...options });
  return { folder, plan, told: diagnostics.map(tellOf) };
}

/** The plan of a pipeline without a mistake. */
export async function planOf(...given: Parameters<typeof loadText>): Promise<Plan> {
  const { plan, told } = await loadText(...given);
  if (plan === undefined) throw new Error(told.join('\n'));
  return plan;
}

function tellOf({ severity, code, message, hint, place }: Diagnostic): string {
  const end = hint === undefined ? '' : `; ${hint}`;
  const text = `${severity === 'warning' ? 'warning ' : ''}${code} ${message}${end}`;
  if (place === undefined || !('source' in place)) return text;
  const { line, column } = place.source.locate(place.pointer, place.part, place.span).start;
  return `${line}:${column} ${text}`;
}
