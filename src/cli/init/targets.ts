import { basename, extname, relative, resolve } from 'node:path';
import { inputHint, isNamedLikeRows } from '../excess-hint.ts';
import type { Question } from './questions.ts';
import { standing } from './write.ts';

/** Where the files of a first pipeline go; paths are absolute. */
export interface Targets {
  readonly pipeline: string;
  readonly tests: string;
  readonly rows: string;
  /** Those of them that are to be new. */
  readonly fresh: readonly string[];
}

/** `name`: of the pipeline or its file, as it was given. `input`: rows that are there. */
export function targetsOf(cwd: string, name: string | undefined, input: string | undefined): Targets {
  const named = name ?? nameFor(input ?? 'tickets.csv');
  const pipeline = resolve(cwd, yamlEnding.test(named) ? named : `${named}.yaml`);
  const stem = pipeline.slice(0, -extname(pipeline).length);
  const tests = `${stem}.test${extname(pipeline)}`;
  const rows = input === undefined ? `${stem}.csv` : resolve(cwd, input);
  return { pipeline, tests, rows, fresh: [pipeline, tests, ...(input === undefined ? [rows] : [])] };
}

const yamlEnding = /\.ya?ml$/i;

/** Asked where files of that name stand already, before anything is that would be answered in vain. Undefined: none does. */
export async function nameQuestion(
  cwd: string,
  name: string | undefined,
  input: string | undefined,
): Promise<Question | undefined> {
  const taken = async (other: string | undefined) => standingInWords(cwd, targetsOf(cwd, other, input).fresh);
  const note = await taken(name);
  if (note === undefined) return undefined;
  const named = name ?? nameFor(input ?? 'tickets.csv');
  const ending = yamlEnding.exec(named)?.[0] ?? '';
  const stem = named.slice(0, named.length - ending.length);
  let proposed = `${stem}-2${ending}`;
  for (let count = 3; (await taken(proposed)) !== undefined; count += 1)
    proposed = `${stem}-${count}${ending}`;
  return {
    note: `${note}.`,
    words: 'Another name for the pipeline',
    proposed,
    explained: [
      'Its files are named after it. To write over those that stand: break off by',
      'Ctrl-C, and add --force.',
    ],
    wrong: async (answer) => mistakenName(answer)?.message ?? taken(answer),
  };
}

/** The files that stand already, in a sentence; undefined where none does. */
export async function standingInWords(cwd: string, paths: readonly string[]): Promise<string | undefined> {
  const there = await standing(paths);
  if (there.length === 0) return undefined;
  const names = there.map((path) => `\`${relative(cwd, path)}\``).join(' and ');
  return `${names} ${there.length === 1 ? 'stands' : 'stand'} already`;
}

export interface MistakenName {
  readonly message: string;
  readonly hint: string;
}

/** Why a pipeline cannot be named so. */
export function mistakenName(name: string | undefined): MistakenName | undefined {
  if (name === undefined) return undefined;
  if (isNamedLikeRows(name)) {
    const message = `\`${name}\` is named like rows, and what is named here is the pipeline`;
    return { message, hint: inputHint(name) };
  }
  if (!/\.test(?:\.ya?ml)?$/i.test(name)) return undefined;
  const message = `\`${name}\` is the name of a file of tests, which stands beside its pipeline`;
  return { message, hint: 'leave `.test` out: the tests are written as well' };
}

/** A name that folders of runs can have. */
export function nameFor(path: string): string {
  const bare = basename(path).replace(/(?:\.[A-Za-z0-9]+){0,2}$/, '');
  const safe = bare
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  return safe === '' ? 'pipeline' : safe;
}
