// How near a run comes to a quota, told of it or not, and how often it is refused. Times are the server's: from the first
// request to the last answer. One round, since the quota's clock decides and not the machine's.
import { burst } from '../server-options.mjs';

const perSecond = 200;

export const limits = {
  name: 'limits',
  async run(bench) {
    const rows = bench.rowsOr(bench.long ? 12_000 : 4000);
    const input = bench.input(rows);
    // A bucket that is full when the run begins.
    const own = rows / perSecond - burst;
    const told = [
      ['told by the file', `limits: {requests_per_minute: ${perSecond * 60}}`, false],
      ["told by the answers' headers", '', true],
      ['not told', '', false],
    ];
    const measured = [];
    for (const [name, yaml, tells] of told) {
      const server = await bench.startServer({ latency: 50, per_second: perSecond, tells });
      bench.measure(bench.runPipe(bench.pipeline(server.url, yaml), input, 64));
      const { first, last, refused, refused_late } = await server.stats();
      server.stop();
      const seconds = (last - first) / 1000;
      measured.push([
        name,
        seconds.toFixed(1),
        `${((seconds / own - 1) * 100).toFixed(1)} %`,
        `${refused}`,
        `${refused_late}`,
      ]);
    }
    return [
      {
        title: `${rows.toLocaleString('en-US')} rows, concurrency 64, a latency of 50 ms, ${perSecond} requests a second allowed: ${own} s`,
        columns: ['the limit', 's', 'over', '429s', 'after the first second'],
        rows: measured,
      },
    ];
  },
};
