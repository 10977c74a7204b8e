import type { Behaviour } from './paid-server.ts';
import { createRandom, type Random } from './random.ts';
import { drawRows, shapes, type Row, type Shape } from './workload.ts';

/** A run and all that befalls it, drawn by a seed. */
export interface Scenario {
  readonly seed: number;
  readonly shape: Shape;
  readonly rows: readonly Row[];
  readonly concurrency: number;
  /** How the server behaves while the run is disturbed. */
  readonly behaviour: Behaviour;
  /** Where the processes are ended, one after the other. */
  readonly kills: readonly Kill[];
  /** Whether answers are kept beside the journal too, which makes up for what the journal loses at a kill. */
  readonly cache: boolean;
  /** Threads that make the calls; 1: none but the run's own. */
  readonly workers: number;
  /** Whether the wall clock jumps. */
  readonly clock: boolean;
}

export interface Kill {
  readonly signal: 'SIGKILL' | 'SIGINT' | 'SIGTERM';
  /** Whether the signal is sent again at once: the first asks to end, the second ends. */
  readonly twice: boolean;
  /** Milliseconds after the process was started, or requests that the server has received since then. */
  readonly after: { readonly milliseconds: number } | { readonly requests: number };
}

/** Faults that pass: whatever of them a call meets, its answer is that of an undisturbed run. */
export const passing = [
  's408',
  's409',
  's425',
  's500',
  's502',
  's503',
  's503_soon',
  's504',
  'close_before',
  'reset_before',
  'reset_inside',
  'close_inside',
  'reset_after',
  'close_after',
  'hang',
  'hang_inside',
  'dribble',
  'slow',
  'cut',
  'no_choices',
  'empty',
  'html',
  'no_http',
] as const;

/** That we were too fast: each slows the whole run down. */
export const refusals = ['limited', 'limited_now', 'limited_second'] as const;

/** Of each question's requests at most so many fail: a call has more attempts than that. */
export const mostFaults = 2;

export function drawScenario(seed: number, kills: number): Scenario {
  const random = createRandom(seed);
  const shape = random.pick(shapes);
  const rows = drawRows(random.whole(10, 120), random);
  const concurrency = random.pick([1, 2, 5, 16, 32]);
  return {
    seed,
    shape,
    rows,
    concurrency,
    behaviour: drawBehaviour(seed, rows.length, random),
    kills: Array.from({ length: kills }, () => drawKill(rows.length, random)),
    cache: random.chance(0.5),
    workers: random.chance(0.2) ? 2 : 1,
    clock: random.chance(0.2),
  };
}

function drawBehaviour(seed: number, rows: number, random: Random): Behaviour {
  const kinds = random.some(random.chance(0.3) ? [...passing, ...refusals] : passing);
  const drawn = { seed, share: random.pick([0.05, 0.2]), kinds, most: mostFaults };
  const restarts = [{ at: random.whole(1, rows), downtime: random.pick([0, 30]) }];
  return {
    latency: random.pick<readonly [number, number]>([
      [0, 0],
      [1, 5],
      [5, 60],
    ]),
    ...(random.chance(0.75) && { drawn }),
    ...(random.chance(0.2) && { restarts }),
    ...(random.chance(0.15) && { quota: random.pick([40, 150]) }),
  };
}

/** Mostly killed at once; now and then only told to end, which may leave as much to be finished. */
function drawKill(rows: number, random: Random): Kill {
  const signal = random.chance(0.75) ? 'SIGKILL' : random.pick(['SIGINT', 'SIGTERM'] as const);
  const after = random.chance(0.7)
    ? { requests: random.whole(1, rows) }
    : { milliseconds: random.whole(20, 700) };
  return { signal, twice: random.chance(0.3), after };
}
