import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const compiler = join(root, 'node_modules/typescript/bin/tsc');

/** The modules that the library exports from. */
const exported = ['objects', 'open', 'record', 'selection'];

it('what the library tells of records needs no types of Node', () => {
  const folder = temporaryFolder();
  const config = (name: string, content: object) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const declare = config('declare.json', {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      rootDir: join(root, 'src'),
      outDir: join(folder, 'lib'),
      typeRoots: [join(root, 'node_modules/@types')],
      declaration: true,
      emitDeclarationOnly: true,
      noEmit: false,
    },
    include: [],
    files: exported.map((name) => join(root, `src/records/${name}.ts`)),
  });
  execFileSync(process.execPath, [compiler, '-p', declare], { stdio: 'inherit' });
  writeFileSync(
    join(folder, 'program.ts'),
    exported.map((name) => `export * from './lib/records/${name}.js';\n`).join(''),
  );
  const use = config('use.json', {
    compilerOptions: {
      noEmit: true,
      strict: true,
      types: [],
      lib: ['es2022'],
      module: 'nodenext',
      skipLibCheck: false,
    },
    files: [join(folder, 'program.ts')],
  });
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', use], { encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
}, 60_000);
