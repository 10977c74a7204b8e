// Builds dist/: the library as plain modules with types, the command as bundled chunks that start fast.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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
  setup(bundler) {
    bundler.onResolve({ filter: /^@mistralai\/mistralai(\/|$)/ }, ({ path }) => ({
      path,
      namespace: 'absent',
    }));
    bundler.onLoad({ filter: /./, namespace: 'absent' }, ({ path }) => ({
      contents: ['Mistral', 'HTTPClient']
        .map(
          (name) =>
            `export class ${name} { constructor() { throw new Error('${path} is not in this bundle'); } }`,
        )
        .join('\n'),
    }));
  },
};

await build({
  // Beside the command, what `src/run/workers/thread.ts` starts a thread with.
  entryPoints: { pipe: at('src/cli.ts'), 'model-worker': at('src/run/workers/model-worker.ts') },
  outdir: at('dist/cli'),
  bundle: true,
  splitting: true,
  // Names stay, for stack traces and for libraries that read them: to keep them by `keepNames` costs at run time.
  minifyWhitespace: true,
  minifySyntax: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  plugins: [withoutSdk],
  // Optional: whoever asks for another provider installs its package.
  external: ['anthropic', 'google-genai', 'ollama', 'openai'].map((provider) => `@langchain/${provider}`),
  // CommonJS dependencies ask for Node's own modules by `require`, which an ES module does not have.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync(at('dist/cli/pipe.js'), 0o755);
