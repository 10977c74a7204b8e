import { defineConfig } from 'vitest/config';

/** Rooms whose code holds no time, no network and no state: their tests load it once for all files of a worker. */
const pure = [
  'assertions',
  'diagnostic',
  'difference',
  'estimate',
  'json',
  'lockfile',
  'pipeline',
  'records',
  'schema',
  'schemas',
  'steps',
  'template',
  'usage',
].map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    // Many tests wait for a time-out or for a process: three workers keep two cores busy.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'together', include: pure, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: pure } },
    ],
  },
});
