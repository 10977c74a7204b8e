// Whether memory stays what it is as rows grow.
import { comparison } from '../tables.mjs';

export const memory = {
  name: 'memory',
  async run(bench) {
    const server = await bench.startServer();
    const file = bench.pipeline(server.url);
    const counts = bench.long ? [10_000, 100_000, 1_000_000] : [10_000, 100_000];
    const measured = bench.compare(
      counts.map((count) => {
        const input = bench.input(count);
        return {
          name: `${count.toLocaleString('en-US')} rows`,
          args: () => bench.runPipe(file, input, 64),
        };
      }),
    );
    server.stop();
    return [comparison('pipe run, concurrency 64, no latency', '10,000', measured)];
  },
};
