import type { Location } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { parseYaml } from '../diagnostic/yaml-source.ts';
import type { PipelineFiles } from './files.ts';
import type { Report } from './report.ts';

/** The pipeline file that is being compiled, and what everything in it is read with. */
export interface Workspace {
  /** Absolute; what paths in the file are relative to. */
  readonly path: string;
  readonly source: Source;
  readonly files: PipelineFiles;
  readonly report: Report;
}

/**
 * Reads a JSON or YAML file, which messages name as `shown`. Undefined when something is wrong with it, which is
 * reported at `asker` or in the file.
 */
export async function readSource(
  path: string,
  shown: string,
  asker: Location,
  { files, report }: Pick<Workspace, 'files' | 'report'>,
): Promise<Source | undefined> {
  const file = await files.read(path, shown);
  if (!file.ok) {
    report.add({ place: asker, ...file.error });
    return undefined;
  }
  const { source, diagnostics } = parseYaml(path, file.value.text);
  for (const diagnostic of diagnostics) report.add(diagnostic);
  return diagnostics.length === 0 ? source : undefined;
}
