import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { Pointer } from '../../json/json.ts';
import { parsePointer } from '../../json/pointer.ts';
import { failure, success, type Result } from '../../result.ts';
import { valueText } from '../words.ts';

/** A `$ref`: the file that it leads to, absolute, and where in that file's schema. */
export interface ReferenceTarget {
  readonly path: string;
  readonly pointer: Pointer;
}

export interface ReferenceMistake {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Reads a `$ref` of the file `from`. It may lead to files inside these folders and never to the network. */
export function parseReference(
  text: string,
  from: string,
  folders: readonly string[],
): Result<ReferenceTarget, ReferenceMistake> {
  const [location = '', ...fragments] = text.split('#');
  if (/^([a-z][a-z0-9+.-]+:|\/\/)/iu.test(location)) {
    return failure({
      code: 'remote-reference',
      message: `${valueText(text)} leads to the network, which is never asked for a schema`,
      hint: 'save that schema beside the pipeline and refer to it by a relative path',
    });
  }
  const file = decode(location);
  const fragment = decode(fragments.join('#'));
  if (file === undefined || fragment === undefined) {
    return failure({
      code: 'invalid-reference',
      message: `${valueText(text)} has a \`%\` that encodes nothing`,
    });
  }
  if (fragment !== '' && !fragment.startsWith('/')) {
    return failure({
      code: 'invalid-reference',
      message: `${valueText(text)} refers by a name, which is not supported`,
      hint: 'refer by path, such as "#/$defs/<name>"',
    });
  }
  const path = file === '' ? from : resolve(dirname(from), file);
  if (!folders.some((folder) => isInside(path, folder))) {
    return failure({
      code: 'reference-outside',
      message: `${valueText(text)} leads out of the pipeline's folder`,
      hint: 'move that schema into the folder of the pipeline, or below it',
    });
  }
  return success({ path, pointer: parsePointer(fragment) });
}

/** Whether a path is in this folder or below it; both are absolute. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
