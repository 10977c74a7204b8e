import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { readTextFile } from '../pipeline/load.ts';
import type { Plan } from '../plan.ts';
import type { Pins } from '../run/pins.ts';
import { driftsOf, type Answered } from './drift.ts';
import { lockedPath, pinsOf } from './lock.ts';
import { readLock } from './read.ts';
import type { ReadLock } from './text.ts';

export interface Held {
  /** Errors: the lock does not hold. Warnings: it does, as far as it says. */
  readonly diagnostics: readonly Diagnostic[];
  readonly pins: Pins;
}

/**
 * Holds a plan against the lock beside its pipeline file. Nothing is asked of anybody for that. `shown`: the file as the
 * user names it.
 */
export async function holdLock(plan: Plan, shown: string, answered?: Answered): Promise<Held> {
  const [pipeline] = plan.files;
  if (pipeline === undefined) throw new Error('a plan that was made of no file has no lock');
  const read = await readLock(pipeline.path, shown);
  if (!read.ok) return { diagnostics: read.error, pins: new Map() };
  const { lock, source, remedy } = read.value;
  if (lock.pipeline !== basename(pipeline.path)) {
    const message = `the lock is of \`${lock.pipeline}\`, not of \`${basename(pipeline.path)}\``;
    const place = { source, pointer: ['pipeline'] };
    const hint = `give the two pipelines different names, or write it anew by ${remedy}`;
    return {
      diagnostics: [{ severity: 'error', code: 'invalid-lock', message, hint, place }],
      pins: new Map(),
    };
  }
  const drifts = driftsOf(read.value, plan, answered);
  const diagnostics = await Promise.all(drifts.map((one) => withLineEndings(one, read.value)));
  return { diagnostics, pins: pinsOf(lock) };
}

/**
 * Files are pinned by their bytes, since a line break of a partial is part of a prompt. Where git has put other line breaks
 * into a file on this machine, that is what to say.
 */
async function withLineEndings(drift: Diagnostic, { lock, source }: ReadLock): Promise<Diagnostic> {
  const { place } = drift;
  if (place === undefined || !('line' in place)) return drift;
  const name = lockedPath(place.path, dirname(source.path));
  const pinned = Object.hasOwn(lock.files, name) ? lock.files[name] : undefined;
  const file = pinned === undefined ? undefined : await readTextFile(place.path);
  if (file?.ok !== true) return drift;
  const lines = file.value.text.replaceAll('\r\n', '\n');
  const others = [lines, lines.replaceAll('\n', '\r\n')].map((text) =>
    createHash('sha256').update(text).digest('hex'),
  );
  if (pinned === undefined || !others.includes(pinned)) return drift;
  return {
    ...drift,
    message: `\`${name}\` has other line endings than when it was locked`,
    hint: 'check it out as it was committed: `* text eol=lf` in .gitattributes keeps git from changing them',
  };
}
