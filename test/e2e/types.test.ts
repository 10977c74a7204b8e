import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as library from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a project might export of the library's, with the types left to the compiler. */
const program = `import * as pipe from 'prompt-pipe';
${Object.entries(library)
  .filter(([, value]) => typeof value === 'function')
  .map(
    ([name]) =>
      `export const ${name} = (...given: Parameters<typeof pipe.${name}>) => pipe.${name}(...given);\n`,
  )
  .join('')}
export const files = async (path: string) => (await pipe.loadPipeline(path)).plan?.files;
export const parts = ({ input, steps, output, limits, budget, retry, prices }: pipe.Plan) =>
  ({ input, steps, output, limits, budget, retry, prices });
export const end = ({ usage, counts, tool_calls, budget, replay, unwritten, recording }: pipe.RunFinished) =>
  ({ usage, counts, tool_calls, budget, replay, unwritten, recording });
export const chosen = ({ simulator, pins, openModel, replay, record }: pipe.RunOptions) =>
  ({ simulator, pins, openModel, replay, record });
export const client = async (open: pipe.OpenModel, ...given: Parameters<pipe.OpenModel>) => open(...given);
export const left = (run: pipe.EarlierRun, meta: pipe.RunMeta) => run.done(meta);
export const survey = (source: pipe.RecordSource) => source.survey();
export const stats = (simulator: pipe.Simulator) => simulator.stats();
export const metrics = (test: pipe.TestResult) => test.metrics;
`;

it('a project can export what the library gives it, and the compiler names every type', () => {
  const folder = temporaryFolder();
  const installed = join(folder, 'node_modules/prompt-pipe');
  mkdirSync(installed, { recursive: true });
  for (const name of ['package.json', 'dist']) symlinkSync(join(root, name), join(installed, name));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'program.ts'), program);
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: 'declared',
    // As if it were copied there, and not a link to where the compiler may reach every file.
    preserveSymlinks: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', config], { encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
}, 60_000);
