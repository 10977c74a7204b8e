// Loaded into each contender by --import: on exit it writes what the whole process used, start-up included.
import { writeFileSync } from 'node:fs';

const file = process.env['BENCH_METER'];
if (file !== undefined) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    const { maxRSS } = process.resourceUsage();
    writeFileSync(
      file,
      JSON.stringify({ cpu: (user + system) / 1e6, wall: performance.now() / 1e3, rss: maxRSS / 1024 }),
    );
  });
}
