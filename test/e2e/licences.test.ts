import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const notices = readFileSync(`${root}/dist/cli/LICENSES.txt`, 'utf8');

it.each(['@langchain/core', 'ajv', 'diff', 'handlebars', 'undici', 'yaml', 'zod'])(
  'the bundled command comes with the licence of %s',
  (name) => {
    const folder = `${root}/node_modules/${name}`;
    const { version, license } = createRequire(import.meta.url)(`${folder}/package.json`) as {
      version: string;
      license: string;
    };
    const text = readFileSync(`${folder}/LICENSE`, 'utf8').trim();
    expect(notices).toContain(`${name} ${version}, ${license}\n\n${text}\n`);
  },
);

it('the command tells no licence of what stays out of the bundle', () => {
  expect(notices).not.toMatch(/^@(?:mistralai\/mistralai|langchain\/openai) /m);
});
