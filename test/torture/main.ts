import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPaidServer } from './paid-server.ts';
import { playRound, type RoundEnd } from './round.ts';
import { drawScenario, type Scenario } from './scenario.ts';

export interface TortureOptions {
  /** The folder of the repository. */
  readonly root: string;
  /** A folder for what the rounds leave. */
  readonly work: string;
  readonly args: readonly string[];
}

/** Plays rounds and prints what came of them; the exit code says whether all promises were kept. */
export async function torture({ root, work, args }: TortureOptions): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '40' },
      kills: { type: 'string', default: '2' },
      long: { type: 'boolean', default: false },
    },
  });
  const first = Number(values.seed);
  const rounds = values.long ? 50 : Number(values.rounds);
  const kills = values.long ? 3 : Number(values.kills);
  const server = await startPaidServer(root);
  const ends: RoundEnd[] = [];
  const failed: number[] = [];
  try {
    for (let seed = first; seed < first + rounds; seed += 1) {
      const scenario = drawScenario(seed, kills);
      const folder = join(work, `round-${seed}`);
      const end = await playRound({ root, folder, server }, scenario);
      ends.push(end);
      console.log(`${end.violations.length === 0 ? 'kept' : 'BROKEN'}  ${inWords(scenario, end)}`);
      if (end.violations.length > 0) {
        failed.push(seed);
        for (const violation of end.violations.slice(0, 20)) console.log(`        ${violation}`);
        console.log(`        faults met: ${JSON.stringify(end.faults)}`);
        console.log(`        again: npm run torture -- --seed ${seed} --rounds 1 --kills ${kills}`);
      }
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    server.close();
  }
  console.log(table(ends, failed));
  return failed.length === 0 ? 0 : 1;
}

function inWords({ seed, shape, rows, concurrency, clock }: Scenario, end: RoundEnd): string {
  const { sessions, kills, requests, faults } = end;
  const jumps = clock ? ', clock jumps' : '';
  return `seed ${seed}: ${shape}, ${rows.length} rows, concurrency ${concurrency}${jumps}: ${requests} requests, ${countOf(faults)} faults, ${sessions} sessions, ${kills} kills`;
}

function table(ends: readonly RoundEnd[], failed: readonly number[]): string {
  const sum = (of: (end: RoundEnd) => number) => ends.reduce((total, end) => total + of(end), 0);
  const lines: readonly (readonly [string, number])[] = [
    ['rounds', ends.length],
    ['sessions', sum(({ sessions }) => sessions)],
    ['killed', sum(({ kills }) => kills)],
    ['requests', sum(({ requests }) => requests)],
    ['faults met', sum(({ faults }) => countOf(faults))],
    ['rounds with a broken promise', failed.length],
  ];
  const rows = lines.map(([name, count]) => `  ${name.padEnd(30)}${String(count).padStart(8)}`);
  return `\n${rows.join('\n')}${failed.length === 0 ? '' : `\n  their seeds: ${failed.join(', ')}`}`;
}

function countOf(faults: RoundEnd['faults']): number {
  return Object.values(faults).reduce((sum, count) => sum + count, 0);
}
