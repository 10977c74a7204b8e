import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { parseYaml } from '../diagnostic/yaml-source.ts';
import type { Plan } from '../plan.ts';
import type { Columns } from './columns.ts';
import { compilePlan } from './compile.ts';
import { checkCutTexts } from './cut-texts.ts';
import { openFiles } from './files.ts';
import { foreignFile } from './foreign-files.ts';
import { withoutKeysToldTwice } from './keys-told-twice.ts';
import { applyOverrides, overrideTexts, type OverrideFlags } from './overrides.ts';
import { createReport } from './report.ts';
import { recordsAsPipeline } from './swapped.ts';
import { validateFile } from './validate.ts';

export interface LoadOptions extends OverrideFlags {
  /** The header of the input; fields that templates read are held against it. */
  readonly columns?: Columns;
  /** What the path is relative to; default: the working directory. */
  readonly cwd?: string;
}

export interface LoadedPipeline {
  /** There is one if, and only if, none of the diagnostics is an error. */
  readonly plan?: Plan;
  /** What is wrong with the pipeline, its partials and schemas, and the flags; warnings too. */
  readonly diagnostics: readonly Diagnostic[];
  /** The file as it was parsed, the flags applied to nothing of it; absent where that was not possible. */
  readonly source?: Source;
  /** Every path that the check has looked at, those included where nothing is, absolute: for who waits for a change. */
  readonly files: readonly string[];
}

/** Mistakes of syntax that leave the rest of the file as it was meant. */
const localMistakes: ReadonlySet<string> = new Set([
  'flat-text',
  'unquoted-template',
  'cut-template',
  'duplicate-key',
  'non-string-key',
  'inexact-number',
  'lone-surrogate',
]);

/** Reads, checks and compiles a pipeline. Nothing of it is executed, and nothing throws for a mistake in it. */
export async function loadPipeline(path: string, options: LoadOptions = {}): Promise<LoadedPipeline> {
  const absolute = resolve(options.cwd ?? '', path);
  const files = openFiles();
  const read = await files.read(absolute, path);
  if (!read.ok) return { diagnostics: [read.error], files: files.touched() };
  const records = recordsAsPipeline(absolute, path, read.value.text);
  if (records !== undefined) return { diagnostics: [records], files: files.touched() };
  const { source, diagnostics: syntax } = parseYaml(absolute, read.value.text);
  const foreign = foreignFile(absolute, path, source.value);
  if (foreign !== undefined) return { diagnostics: [foreign], files: files.touched() };
  if (syntax.some(({ code }) => !localMistakes.has(code))) {
    return { diagnostics: syntax, files: files.touched() };
  }

  const overridden = applyOverrides(source.value, options);
  const { value, overrides, diagnostics: flags, unknownVariables } = overridden;
  const report = createReport(source, overrides);
  for (const diagnostic of [...syntax, ...flags]) report.add(diagnostic);
  checkCutTexts(source, report);
  const file = validateFile(value, source, report);
  if (!file.lost.has('vars')) for (const diagnostic of unknownVariables) report.add(diagnostic);
  const workspace = { path: absolute, source, files, report };
  const plan = await compilePlan(file, options.columns, overrideTexts(options), workspace);
  const diagnostics = withoutKeysToldTwice(report.all());
  const told = { diagnostics, source, files: files.touched() };
  return report.failed() ? told : { ...told, plan };
}
