// What it takes to go on: with a run that is finished, with one that was killed half-way, and by the cache alone.
import { comparison } from '../tables.mjs';

export const resume = {
  name: 'resume',
  async run(bench) {
    const rows = bench.rowsOr(bench.long ? 1_000_000 : 10_000);
    const server = await bench.startServer();
    const file = bench.pipeline(server.url);
    const input = bench.input(rows);

    const first = bench.compare([{ name: 'a first run', args: () => bench.runPipe(file, input, 64) }]);
    const finished = bench.folder();
    const halves = [];
    for (let round = 0; round < bench.rounds; round += 1) halves.push(await killHalfWay());
    const later = bench.compare([
      { name: 'resumed when finished', args: () => bench.pipe('resume', finished) },
      { name: 'resumed when killed half-way', args: () => bench.pipe('resume', halves.shift()) },
    ]);
    // What was kept by the last half run alone would be half of it.
    bench.measure(bench.runPipe(file, input, 64));
    const cached = bench.compare([
      { name: 'run anew, all cached', args: () => bench.runAgain(file, input, 64) },
    ]);
    server.stop();

    const [whole] = first;
    const measured = [...first, ...later, ...cached].map((one) => against(whole, one));
    return [
      comparison(`${rows.toLocaleString('en-US')} rows, concurrency 64, no latency`, 'first', measured),
    ];

    /** Gives the folder of a run that was killed when half of its rows had been answered. */
    async function killHalfWay() {
      const before = (await server.stats()).answered;
      const run = bench.begin(bench.runPipe(file, input, 64));
      while ((await server.stats()).answered - before < rows / 2)
        await new Promise((resolve) => setTimeout(resolve, 5));
      run.kill();
      await run.ended;
      return bench.folder();
    }
  },
};

function against(whole, one) {
  const times = { cpu: one.cpu / whole.cpu, wall: one.wall / whole.wall, rss: one.rss / whole.rss };
  return { ...one, times };
}
