// npm run torture [-- --help]: the built command against a server that goes wrong, killed
// again and again; after each round, whether every promise was kept. The harness is TypeScript that the tests share.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command, Option } from 'commander';
import { build } from 'rolldown';
import { wholeNumber } from '../whole-number.mjs';

const command = new Command('npm run torture --')
  .description('Runs the built command against a server that goes wrong, and ends it again and again.')
  .option('--seed <n>', 'of the first round; each further one has the next', wholeNumber(), 1)
  .option('--rounds <n>', 'how many rounds', wholeNumber(), 40)
  .option('--kills <n>', 'in each round', wholeNumber(), 2)
  .addOption(new Option('--long', '50 rounds with 3 kills each').conflicts(['rounds', 'kills']))
  .option('--no-cases', 'leave out what is not drawn by a seed')
  .allowExcessArguments(false)
  .parse();
const { seed, cases, long, ...asked } = command.opts();
const { rounds, kills } = long ? { rounds: 50, kills: 3 } : asked;
if (rounds === 0 && !cases) command.error('error: neither cases nor rounds: nothing would be shown');

const here = fileURLToPath(new URL('.', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'pipe-torture-'));
try {
  const outfile = join(work, 'main.mjs');
  await build({
    input: join(here, 'main.ts'),
    platform: 'node',
    transform: { target: 'node20.19' },
    logLevel: 'warn',
    output: { file: outfile },
  });
  const { torture } = await import(pathToFileURL(outfile).href);
  process.exitCode = await torture({ root: join(here, '../..'), work, seed, rounds, kills, cases });
} finally {
  rmSync(work, { recursive: true, force: true });
}
