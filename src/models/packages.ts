import { createRequire } from 'node:module';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { providers } from './registry.ts';

/** Finds a module from where pipe is installed; throws where there is none. */
type Resolve = (specifier: string) => string;

/**
 * Whether the package of a provider's is there, without loading it; undefined where it is, or where none is needed. To
 * be asked beside the key, before a client is opened.
 */
export function missingPackage(
  name: string,
  resolve: Resolve = createRequire(import.meta.url).resolve,
): Diagnostic | undefined {
  const needed = providers.get(name)?.package;
  if (needed === undefined || isThere(needed, resolve)) return undefined;
  return {
    severity: 'error',
    code: 'missing-package',
    message: `\`provider: ${name}\` needs the package \`${needed}\`, which is not installed`,
    hint: `run \`npm install ${needed}\` where pipe is installed, or try without it by \`--simulate\``,
  };
}

function isThere(needed: string, resolve: Resolve): boolean {
  try {
    resolve(`${needed}/package.json`);
    return true;
  } catch {
    return false;
  }
}
