import { defineConfig } from 'vitest/config';

/**
 * Rooms whose tests leave nothing behind in their process: no clock, no environment, no listener. They load the code once
 * for all files of a worker.
 */
const clean = [
  'assertions',
  'cli',
  'comparison',
  'diagnostic',
  'difference',
  'estimate',
  'gallery',
  'importing',
  'json',
  'lockfile',
  'models',
  'pipeline',
  'records',
  'report',
  'run',
  'schema',
  'schemas',
  'simulator',
  'starter',
  'steps',
  'template',
  'testing',
  'trial',
  'usage',
].map((room) => `test/${room}/**/*.test.ts`);

/** Files of these rooms that hold the clock still, measure memory, or change the environment or what modules are. */
const notClean = [
  'cli/completion',
  'cli/run-end',
  'cli/signals',
  'models/global-dispatcher',
  'models/time-zone',
  'models/tracing',
  'report/comparison/browser',
  'report/page/browser',
  'run/journal/history-size',
  'run/key-table',
  'run/pacing/set-clock',
  'run/recordings/nearest',
  'run/run-folder',
  'run/tool-processes',
  'run/traces',
].map((file) => `test/${file}.test.ts`);

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    // Many tests wait for a time-out or for a process: three workers keep two cores busy.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'together', include: clean, exclude: notClean, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: clean } },
      { extends: true, test: { name: 'apart', include: notClean } },
    ],
  },
});
