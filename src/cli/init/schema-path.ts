import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** The schemas of the package, by the name that a copy beside a pipeline has, too. */
export type SchemaName = 'pipeline.schema.json' | 'test.schema.json';

/**
 * Where an editor finds a schema from a pipeline in this folder: in the package as it is installed there or
 * above, in the repository of pipe itself, or as a copy beside the pipeline. Undefined where it is in none of these: then
 * that copy has to be written.
 */
export async function schemaPathFrom(folder: string, name: SchemaName): Promise<string | undefined> {
  const found = await schemaOfPackage(folder, `schemas/${name}`);
  return found ?? ((await isFile(join(folder, name))) ? `./${name}` : undefined);
}

async function schemaOfPackage(folder: string, inPackage: string): Promise<string | undefined> {
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
