import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** From the ground up: a file imports from its own room and from rooms on lower floors, type imports included. */
const floors: readonly (readonly string[])[] = [
  ['result.ts', 'batched.ts', 'version.ts', 'duration.ts', 'within-time.ts'],
  ['json'],
  ['diagnostic', 'difference', 'usage', 'schema'],
  ['template', 'assertions'],
  ['models', 'records', 'tools'],
  ['simulator', 'tracing'],
  ['steps'],
  ['plan.ts'],
  ['pipeline', 'run', 'starter'],
  ['comparison', 'estimate', 'importing', 'testing', 'trial'],
  ['report', 'lockfile'],
  ['index.ts'],
  ['cli'],
  ['cli.ts'],
];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(src, from), 'utf8');
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  return specifiers.map((specifier) => ({
    from,
    to: relative(src, resolve(src, dirname(from), specifier)),
  }));
});

/** What a file loads at once, with itself: its imports and exports of values from files of ours. */
function valueImports(file: string): readonly string[] {
  const statements = readFileSync(join(src, file), 'utf8').matchAll(
    /^(?:import|export)\s+(?!type\b)[^;]*?from '(\.[^']+)'/gms,
  );
  return [...statements].map(([, to = '']) => relative(src, resolve(src, dirname(file), to)));
}

const packages: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(src, from), 'utf8');
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport)\s*'([^.'][^']*)'/g)].map(
    (match) => match[1] ?? '',
  );
  return specifiers.map((to) => ({ from, to }));
});

const roomOf = (file: string) => file.split('/')[0] ?? file;
const floorOf = (file: string) => floors.findIndex((floor) => floor.includes(roomOf(file)));

/** Of report/, one file is a view and the contract of all views; the others of the room know it. */
const registries = files.filter((file) => file.endsWith('/registry.ts') && roomOf(file) !== 'report');

/** Files that are one kind each, reached by their registry alone: adding one changes nothing else. */
const kinds = registries.map((registry): [string, readonly string[]] => [
  registry,
  valueImports(registry).filter((file) => dirname(file) === dirname(registry)),
]);

describe('the layers', () => {
  it('has a floor for every room', () => {
    expect(files.filter((file) => floorOf(file) === -1)).toEqual([]);
  });

  it('finds imports to judge', () => {
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.filter(({ to }) => !files.includes(to))).toEqual([]);
  });

  it('imports downward only', () => {
    const upward = imports.filter(
      ({ from, to }) => roomOf(from) !== roomOf(to) && floorOf(to) >= floorOf(from),
    );
    expect(upward).toEqual([]);
  });

  it('has no cycle between files', () => {
    const next = new Map(files.map((file) => [file, imports.filter(({ from }) => from === file)]));
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return undefined;
      for (const { to } of next.get(file) ?? []) {
        const cycle = visit(to, [...path, file]);
        if (cycle !== undefined) return cycle;
      }
      done.add(file);
      return undefined;
    };
    expect(files.map((file) => visit(file, [])).filter((cycle) => cycle !== undefined)).toEqual([]);
  });

  it('finds kinds to judge', () => {
    const rooms = ['models', 'records', 'steps', 'tools', 'tracing'];
    expect(registries.map(roomOf)).toEqual(expect.arrayContaining(rooms));
    expect(kinds.filter(([, held]) => held.length < 2)).toEqual([]);
  });

  it.each(kinds)('reaches the kinds of %s by it alone', (registry, held) => {
    expect(imports.filter(({ from, to }) => held.includes(to) && from !== registry)).toEqual([]);
  });

  it('loads heavy packages only where a model is called or a run is traced', () => {
    const isHeavy = (name: string) => /^(@langchain|@opentelemetry|undici)(\/|$)/.test(name);
    const heavy = packages.filter(({ to }) => isHeavy(to));
    const doors = new Set(heavy.map(({ from }) => from));
    expect([...doors].filter((file) => !['models', 'tools', 'tracing'].includes(roomOf(file)))).toEqual([]);
    // Nothing that the command or the library loads at its start may lead there: such a file is imported when it is used.
    const atOnce = new Set<string>();
    const visit = (file: string): void => {
      if (atOnce.has(file)) return;
      atOnce.add(file);
      valueImports(file).forEach(visit);
    };
    files.filter((file) => ['cli.ts', 'cli', 'index.ts'].includes(roomOf(file))).forEach(visit);
    expect(atOnce.size).toBeGreaterThan(50);
    expect([...atOnce].filter((file) => doors.has(file))).toEqual([]);
  });
});
