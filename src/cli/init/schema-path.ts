import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** What a copy of the schema beside a pipeline is called. */
export const schemaCopyName = 'pipeline.schema.json';

const inPackage = 'schemas/pipeline.schema.json';

/**
 * Where an editor finds the format's schema from a pipeline in this folder: in the package as it is installed there or
 * above, in the repository of pipe itself, or as a copy beside the pipeline. Undefined where it is in none of these: then
 * that copy has to be written.
 */
export async function schemaPathFrom(folder: string): Promise<string | undefined> {
  const found = await schemaOfPackage(folder);
  return found ?? ((await isFile(join(folder, schemaCopyName))) ? `./${schemaCopyName}` : undefined);
}

async function schemaOfPackage(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const installed = join(at, 'node_modules', 'prompt-pipe', inPackage);
    if (await isFile(installed)) return below(folder, installed);
    const own = join(at, inPackage);
    if ((await isFile(own)) && (await isRepository(at))) return below(folder, own);
    if (dirname(at) === at) return undefined;
  }
}

function below(folder: string, path: string): string {
  const shown = relative(folder, path).replaceAll('\\', '/');
  return shown.startsWith('.') ? shown : `./${shown}`;
}

async function isRepository(folder: string): Promise<boolean> {
  try {
    const { name } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    return name === 'prompt-pipe';
  } catch {
    return false;
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
