import { defineConfig } from 'vitest/config';

/** They change what their process is, by its environment or by what LangChain keeps of it, measure its memory, or keep runs until their file ends. */
const alone = [
  'test/faults/*.test.ts',
  'test/models/tracing.test.ts',
  'test/run/run-folder.test.ts',
  'test/run/traces.test.ts',
  'test/tracing/*.test.ts',
];

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    // Many tests wait for a time-out or for a process: three workers keep two cores busy.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          // To load the code once for all files of a worker, and not for each anew, takes a third off the whole.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: alone } },
    ],
  },
});
