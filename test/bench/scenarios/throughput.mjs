// How fast rows go through, beside the least that could be done for them and beside what LangChain does.
import { comparison } from '../tables.mjs';

/**
 * The contenders over one server. `workers`: the numbers of them that pipe runs with; `peers`: LangChain's ways too, which
 * take ten times as long.
 */
async function race(bench, { title, latency, rows, concurrency, workers, peers }) {
  const server = await bench.startServer({ latency });
  const input = bench.input(rows);
  const file = bench.pipeline(server.url);
  const script = (name) => () => bench.script(name, server.url, input, concurrency);
  const measured = bench.compare([
    { name: 'undici loop', args: script('undici-loop') },
    { name: 'pipe run', args: () => bench.runPipe(file, input, concurrency) },
    ...workers.map((count) => ({
      name: `pipe run --no-cache --workers ${count}`,
      args: () => bench.runPipe(file, input, concurrency, '--no-cache', '--workers', `${count}`),
    })),
    ...(peers
      ? [
          { name: 'ChatMistralAI, p-limit', args: script('langchain-p-limit') },
          { name: 'LangChain .batch', args: script('langchain-batch') },
        ]
      : []),
  ]);
  server.stop();
  const count = rows.toLocaleString('en-US');
  return [comparison(`${count} rows, concurrency ${concurrency}, ${title}`, 'loop', measured)];
}

export const noLatency = {
  name: 'no-latency',
  run: (bench) =>
    race(bench, {
      title: 'no latency',
      latency: 0,
      rows: bench.rowsOr(10_000),
      concurrency: 64,
      workers: [1, 2],
      peers: true,
    }),
};

export const fixedLatency = {
  name: 'fixed-latency',
  run: (bench) =>
    race(bench, {
      title: 'a latency of 50 ms',
      latency: 50,
      rows: bench.rowsOr(20_000),
      concurrency: 256,
      workers: [1],
      peers: bench.long,
    }),
};

export const realLatency = {
  name: 'real-latency',
  run: (bench) =>
    race(bench, {
      title: 'a log-normal latency (median 300 ms, p99 3 s)',
      latency: { median: 300, p99: 3000 },
      rows: bench.rowsOr(bench.long ? 5000 : 1000),
      concurrency: 64,
      workers: [1],
      peers: false,
    }),
};
