import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // Many tests wait for a time-out or for a process: three workers keep two cores busy.
    maxWorkers: 3,
  },
});
