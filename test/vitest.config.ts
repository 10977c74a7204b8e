import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // Fake servers and built commands are real processes and sockets: two cores serve two workers best.
    maxWorkers: 2,
  },
});
