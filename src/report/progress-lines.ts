import type { RunStopping } from '../run/events.ts';
import { costForms, tokensSoFar, unpaidInWords } from './budget.ts';
import { fitFields, form, type Field } from './fields.ts';
import {
  formatAmount,
  formatCompact,
  formatCount,
  formatPercent,
  formatRate,
  formatSeconds,
} from './numbers.ts';
import type { Paint, Style } from './output.ts';
import type { Progress } from './tally.ts';
import { waitForms } from './waits.ts';

/**
 * The two lines of the live view: how many records are through, and how the run goes. Each is shorter than the terminal is
 * wide, so that it never wraps.
 */
export function progressLines(progress: Progress, columns: number, paint: Paint): readonly [string, string] {
  const room = Math.max(0, columns - 1);
  return [
    fitFields(countFields(progress, columns), room, paint),
    fitFields(courseFields(progress), room, paint),
  ];
}

/** What stays the longest where there is little room comes first, in both lines. */
const countRanks = {
  count: 0,
  failed: 1,
  wholeCount: 2,
  bar: 3,
  percent: 4,
  inFlight: 5,
  skipped: 6,
  waiting: 7,
} as const;

const courseRanks = {
  state: 0,
  time: 1,
  wholeState: 2,
  cost: 3,
  boundTokens: 4,
  rate: 5,
  projection: 6,
  model: 7,
  cached: 8,
  tokens: 9,
  unknownCost: 10,
} as const;

function countFields(progress: Progress, columns: number): readonly Field[] {
  const { total, done, failed, skipped, inFlight, waiting, stopping } = progress;
  const { count, wholeCount, percent } = countRanks;
  return [
    ...(total === null
      ? [[form(count, formatAmount(done, 'record'))]]
      : [
          barOf(done, total, columns),
          total === 0 ? [] : [form(percent, formatPercent(done, total))],
          [
            form(wholeCount, `${formatCount(done)}/${formatCount(total)}`),
            form(count, `${formatCompact(done)}/${formatCompact(total)}`),
          ],
        ]),
    tallied(failed, 'failed', countRanks.failed, 'red'),
    tallied(skipped, 'skipped', countRanks.skipped, 'dim'),
    // Of a run that stops, the other line tells it.
    tallied(stopping === null ? inFlight - waiting : 0, 'in flight', countRanks.inFlight, 'dim'),
    tallied(stopping === null ? waiting : 0, 'waiting', countRanks.waiting, 'dim'),
  ];
}

/** Its width follows the terminal alone: it must not dance with the length of what stands beside it. */
function barOf(done: number, total: number, columns: number): Field {
  const width = Math.min(30, Math.max(6, Math.floor(columns / 6)));
  const full = total === 0 ? width : Math.min(width, Math.floor((done / total) * width));
  const pieces = [
    { text: '█'.repeat(full), style: 'green' },
    { text: '░'.repeat(width - full), style: 'dim' },
  ] as const;
  return [{ rank: countRanks.bar, pieces: pieces.filter(({ text }) => text !== '') }];
}

function tallied(count: number, what: string, rank: number, style: Style): Field {
  return count === 0 ? [] : [form(rank, `${formatCount(count)} ${what}`, style)];
}

function courseFields(progress: Progress): readonly Field[] {
  const { perSecond, usage, budget } = progress;
  const { cached_requests: cached } = usage;
  const tokens = tokensSoFar(usage, budget, formatCompact);
  const isBounded = budget.tokens !== undefined;
  return [
    stateField(progress),
    timeField(progress),
    perSecond === null ? [] : [form(courseRanks.rate, formatRate(perSecond), 'dim')],
    ...costFields(progress),
    tokens === undefined
      ? []
      : [
          form(
            isBounded ? courseRanks.boundTokens : courseRanks.tokens,
            tokens,
            isBounded ? undefined : 'dim',
          ),
        ],
    cached === 0 ? [] : [form(courseRanks.cached, `${formatCompact(cached)} cached`, 'dim')],
  ];
}

/** What stands in the way of going on as before. */
function stateField({ stopping, inFlight, waiting, waits }: Progress): Field {
  const { state, wholeState, model } = courseRanks;
  if (stopping !== null) {
    const [whole, short] = stoppingForms(stopping, inFlight, inFlight - waiting);
    return [form(wholeState, whole, 'yellow'), form(state, short, 'yellow')];
  }
  const [wait] = waits;
  if (wait === undefined) return [];
  const [named, whole, short] = waitForms(wait);
  return [form(model, named, 'yellow'), form(wholeState, whole, 'yellow'), form(state, short, 'yellow')];
}

/** `asking`: of the records in flight, those that do not wait. */
function stoppingForms(
  { how, to_the_end }: RunStopping,
  inFlight: number,
  asking: number,
): readonly [string, string] {
  const count = formatCount(inFlight);
  if (how === 'aborting') return [`ending ${count} in flight`, `ending ${count}`];
  if (to_the_end === true) return [`finishing ${count} in flight`, `finishing ${count}`];
  return [`finishing calls of ${formatCount(asking)}`, 'finishing calls'];
}

/** What is left of a run that stops is not what is left of its records. */
function timeField({ graceLeft, remaining, stopping, total, elapsed }: Progress): Field {
  const { time } = courseRanks;
  if (graceLeft !== null) return [form(time, `${formatSeconds(graceLeft)} at most`)];
  if (remaining !== null && stopping === null) return [form(time, `${formatSeconds(remaining)} left`)];
  return total === null ? [form(time, `${formatSeconds(elapsed)} elapsed`, 'dim')] : [];
}

function costFields(progress: Progress): readonly Field[] {
  const { budget, projectedCost } = progress;
  const { cost, projection, unknownCost } = courseRanks;
  const unpaid = unpaidInWords(progress);
  const unpaidField = unpaid === undefined ? [] : [form(cost, unpaid, 'dim')];
  if (unpaid !== undefined && budget.usd === undefined) return [unpaidField];
  const told = costForms(progress);
  if (told === undefined) return [unpaidField, [form(unknownCost, 'cost unknown', 'dim')]];
  const [whole, short] = told;
  const isShort = budget.usd !== undefined && projectedCost !== null && projectedCost > budget.usd;
  const forms = [form(cost, short)];
  return [
    unpaidField,
    whole === short ? forms : [form(projection, whole, isShort ? 'yellow' : undefined), ...forms],
  ];
}
