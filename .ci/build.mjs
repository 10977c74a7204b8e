// Builds dist/: the library as plain modules with types, the command as bundled chunks that start fast.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { licencesOf } from './licences.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => `${root}/${path}`;

rmSync(at('dist'), { recursive: true, force: true });

const types = spawnSync(
  process.execPath,
  [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.json')],
  {
    stdio: 'inherit',
  },
);
if (types.status !== 0) process.exit(types.status ?? 1);

/**
 * ChatMistralAI imports Mistral's SDK, which our subclass never calls: its requests go through our own transport. The
 * SDK and what it loads are more than half of all code behind a model call, and most of the time to load it.
 */
const withoutSdk = {
  name: 'without-sdk',
  resolveId: (id) => (/^@mistralai\/mistralai(\/|$)/.test(id) ? `\0absent:${id}` : undefined),
  load(id) {
    if (!id.startsWith('\0absent:')) return undefined;
    const message = JSON.stringify(`${id.slice('\0absent:'.length)} is not in this bundle`);
    return ['Mistral', 'HTTPClient']
      .map((name) => `export class ${name} { constructor() { throw new Error(${message}); } }`)
      .join('\n');
  },
};

/**
 * What is loaded together stands in one file, with all that it imports and that no file before it has: to find, read and
 * link a file takes longer than to pass over what is not called. In the order in which commands come to need them.
 */
const files = [
  // The entry itself waits for its command (top-level await): whoever imported it from there would wait for ever.
  {
    name: 'base',
    tags: ['$initial'],
    test: /^(?!.*(\/src\/cli\.ts$|\/src\/(models|run\/workers)\/|\/node_modules\/(@langchain|langsmith|zod|undici|ajv)\/))/,
  },
  // The libraries that some commands do without.
  { name: 'langchain', test: /\/node_modules\/(@langchain|langsmith|zod)\// },
  { name: 'undici', test: /\/node_modules\/undici\// },
  { name: 'ajv', test: /\/node_modules\/ajv\// },
  {
    name: 'folders',
    test: /\/src\/((json|usage|schema|difference|run\/journal)\/|run\/(list-runs|read-summary|run-summary)\.ts)/,
  },
  { name: 'pipelines', test: /\/src\/(assertions|diagnostic|steps|template|tools|pipeline)\// },
  { name: 'runs', test: /\/src\/(records|run)\/(?!merge\/|workers\/(serve|model-worker))/ },
  { name: 'calls', test: /\/src\/models\/(mistralai-chat|langchain-client)\.ts/ },
];

const bundle = await build({
  input: {
    pipe: at('src/cli.ts'),
    // Beside the command, what `src/run/workers/thread.ts` starts a thread with.
    'model-worker': at('src/run/workers/model-worker.ts'),
  },
  platform: 'node',
  transform: { target: 'node20.19' },
  plugins: [withoutSdk],
  // Optional: whoever asks for another provider installs its package.
  external: ['anthropic', 'google-genai', 'ollama', 'openai'].map((provider) => `@langchain/${provider}`),
  logLevel: 'warn',
  // Rooms import each other lazily so that each may be moved without a look at who else is loaded.
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: at('dist/cli'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: {
      groups: files.map(({ name, tags, test }, nth) => ({
        name,
        tags,
        test: (id) => test.test(id.replaceAll('\\', '/')),
        priority: files.length - nth,
      })),
    },
    // Names stay, for stack traces and for libraries that read them.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  },
});
chmodSync(at('dist/cli/pipe.js'), 0o755);
writeFileSync(at('dist/cli/LICENSES.txt'), licencesOf(bundle.output));
