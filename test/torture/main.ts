import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from './cases.ts';
import { startPaidServer, type PaidServer } from './paid-server.ts';
import { playRound, type RoundEnd } from './round.ts';
import { drawScenario, type Scenario } from './scenario.ts';

export interface TortureOptions {
  /** The folder of the repository. */
  readonly root: string;
  /** A folder for what the rounds leave. */
  readonly work: string;
  /** Of the first round; each further one has the next. */
  readonly seed: number;
  readonly rounds: number;
  /** In each round. */
  readonly kills: number;
  /** Whether the cases are played, too. */
  readonly cases: boolean;
}

/** Plays rounds and prints what came of them; the exit code says whether all promises were kept. */
export async function torture(options: TortureOptions): Promise<number> {
  const { root, work, seed: first, rounds, kills } = options;
  const server = await startPaidServer(root);
  const ends: RoundEnd[] = [];
  const failed: number[] = [];
  let broken = 0;
  try {
    if (options.cases) broken = await playCases({ root, work, server });
    for (let seed = first; seed < first + rounds; seed += 1) {
      const scenario = drawScenario(seed, kills);
      const folder = join(work, `round-${seed}`);
      const end = await playRound({ root, folder, server }, scenario);
      ends.push(end);
      console.log(`${verdict(end.violations)}${inWords(scenario, end)}`);
      if (end.violations.length > 0) {
        failed.push(seed);
        for (const violation of end.violations.slice(0, 20)) console.log(`        ${violation}`);
        console.log(`        faults met: ${JSON.stringify(end.faults)}`);
        console.log(
          `        again: npm run torture -- --no-cases --seed ${seed} --rounds 1 --kills ${kills}`,
        );
      }
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    server.close();
  }
  console.log(table(ends, failed));
  return failed.length === 0 && broken === 0 ? 0 : 1;
}

interface CasesStage {
  readonly root: string;
  readonly work: string;
  readonly server: PaidServer;
}

/** How many of the cases broke a promise. */
async function playCases({ root, work, server }: CasesStage): Promise<number> {
  let broken = 0;
  for (const one of cases) {
    const folder = join(work, 'case');
    const found = await one.play({ root, folder, server });
    rmSync(folder, { recursive: true, force: true });
    if (found === undefined) console.log(`-       ${one.name}: not to be shown by this user`);
    else console.log(`${verdict(found)}${one.name}`);
    for (const violation of found ?? []) console.log(`        ${violation}`);
    if (found !== undefined && found.length > 0) broken += 1;
  }
  return broken;
}

function verdict(found: readonly string[]): string {
  return (found.length === 0 ? 'kept' : 'BROKEN').padEnd(8);
}

function inWords(scenario: Scenario, end: RoundEnd): string {
  const { seed, shape, rows, concurrency, cache, workers, clock } = scenario;
  const { sessions, kills, requests, faults } = end;
  const others = `${cache ? '' : ', no cache'}${workers > 1 ? `, ${workers} workers` : ''}${clock ? ', clock jumps' : ''}`;
  return `seed ${seed}: ${shape}, ${rows.length} rows, concurrency ${concurrency}${others}: ${requests} requests, ${countOf(faults)} faults, ${sessions} sessions, ${kills} kills`;
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
