import type { Diagnostic } from '../../../src/diagnostic/diagnostic.ts';
import { parseYaml } from '../../../src/diagnostic/yaml-source.ts';
import type { PipelineFiles } from '../../../src/pipeline/files.ts';
import { createReport } from '../../../src/pipeline/report.ts';
import { compileUserSchema, type UserSchema } from '../../../src/pipeline/schema/user-schema.ts';
import { failure, success } from '../../../src/result.ts';

/** Compiles a schema that stands at the root of `/project/pipeline.yaml`, beside other files of the same folder tree. */
export async function compileSchema(
  text: string,
  files: { readonly [path: string]: string } = {},
): Promise<{
  readonly schema: UserSchema | undefined;
  /** The errors. */
  readonly diagnostics: readonly string[];
  readonly warnings: readonly string[];
}> {
  const { source } = parseYaml('/project/pipeline.yaml', text);
  const report = createReport(source, []);
  const schema = await compileUserSchema(
    source.value,
    { source, pointer: [] },
    { path: '/project/pipeline.yaml', source, files: filesOf(files), report },
  );
  const of = (severity: Diagnostic['severity']) =>
    report
      .all()
      .filter((diagnostic) => diagnostic.severity === severity)
      .map(told);
  return { schema, diagnostics: of('error'), warnings: of('warning') };
}

function filesOf(files: { readonly [path: string]: string }): PipelineFiles {
  return {
    read(path, shown) {
      const text = files[path];
      return Promise.resolve(
        text === undefined
          ? failure({ severity: 'error', code: 'missing-file', message: `there is no file ${shown}` })
          : success({ text, sha256: '' }),
      );
    },
    find: () => Promise.resolve(undefined),
    listed: () => [],
    note: () => undefined,
    touched: () => [],
  };
}

/** A diagnostic as `file:line:column code message; hint`. */
export function told({ code, message, hint, place }: Diagnostic): string {
  const end = hint === undefined ? '' : `; ${hint}`;
  if (place === undefined || !('source' in place)) return `${code} ${message}${end}`;
  const { path } = place.source;
  const { line, column } = place.source.locate(place.pointer, place.part, place.span).start;
  return `${path.replace('/project/', '')}:${line}:${column} ${code} ${message}${end}`;
}
