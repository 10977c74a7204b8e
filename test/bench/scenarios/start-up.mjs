// What a command takes before it does anything.
import { comparison } from '../tables.mjs';

export const startUp = {
  name: 'start-up',
  run(bench) {
    const file = bench.pipeline('http://127.0.0.1:9');
    const measured = bench.compare([
      { name: 'node -e 0', args: () => ['-e', '0'] },
      { name: 'pipe --help', args: () => bench.pipe('--help') },
      { name: 'pipe check', args: () => bench.pipe('check', file) },
    ]);
    return [comparison('start-up', 'node', measured)];
  },
};
