import type { RecordReads } from '../plan.ts';
import { referencedPaths } from '../template/references.ts';
import type { CompiledTemplate } from '../template/compile.ts';

/** What templates read of a record: its fields by name, each once, in the order of the texts. */
export function recordReads(templates: readonly CompiledTemplate[]): RecordReads {
  const paths = templates.flatMap(referencedPaths).filter(([root]) => root === 'input');
  const fields = paths.flatMap(([, name]) => (name === undefined ? [] : [name]));
  return { fields: [...new Set(fields)], whole: paths.some(({ length }) => length === 1) };
}
