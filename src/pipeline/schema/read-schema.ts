import { dirname } from 'node:path';
import type { Location } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { parseYaml } from '../../diagnostic/yaml-source.ts';
import { isObject, type JsonValue } from '../../json/json.ts';
import type { Workspace } from '../workspace.ts';
import { isKeyword } from './keywords.ts';
import { isInside } from './reference.ts';

/**
 * Reads the JSON or YAML file of a schema, which messages name as `shown`. Undefined when something is wrong with it,
 * which is reported at `asker` or in the file. Of a file that is none of this pipeline's (a path may lead anywhere), not a
 * word gets into a message.
 */
export async function readSchema(
  path: string,
  shown: string,
  asker: Location,
  { path: pipeline, files, report }: Workspace,
): Promise<Source | undefined> {
  const file = await files.read(path, shown);
  if (!file.ok) {
    report.add({ place: asker, ...file.error });
    return undefined;
  }
  const { source, diagnostics } = parseYaml(path, file.value.text);
  const isData = /\.(?:json|ya?ml)$/iu.test(path) && typeof source.value !== 'string';
  const isOurs = isData && isInside(path, dirname(pipeline));
  if (!isOurs && !isLikeSchema(source.value)) {
    report.add({
      severity: 'error',
      code: 'invalid-schema',
      message: `the file \`${shown}\` holds no JSON Schema`,
      hint: 'name a file that begins as a schema does, such as with `type: object`',
      place: asker,
    });
    return undefined;
  }
  for (const diagnostic of diagnostics) report.add(diagnostic);
  return diagnostics.length === 0 ? source : undefined;
}

/** Whether a value is a schema, be it one with mistakes. */
function isLikeSchema(value: JsonValue): boolean {
  return typeof value === 'boolean' || (isObject(value) && Object.keys(value).some(isKeyword));
}
