import type { JsonObject, JsonValue } from '../../json/json.ts';
import { numbersIn, sayings, wholeBetween, type Making } from './making.ts';

/** Steps from the least number to the greatest where a schema gives only one of them, or none. */
const span = 100;

/** Where nothing is said of it, a number has so many decimals. */
const usualStep = 0.01;

/** A number within all bounds that is a multiple of every `multipleOf`; where there is none, one that comes near. */
export function makeNumber(parts: readonly JsonObject[], place: string, { draw }: Making): number {
  const isWhole = [...sayings(parts, 'type'), ...sayings(parts, 'format')].some(asksForWhole);
  const multiples = numbersIn(parts, 'multipleOf').filter((multiple) => multiple > 0);
  const isStepped = isWhole || multiples.length > 0;
  const step = isStepped ? multiples.reduce(commonMultiple, isWhole ? 1 : (multiples[0] ?? 1)) : usualStep;

  const bounds = boundsOf(parts, step);
  const drawn = draw(place, 'number');
  const stepped = steppedBetween(bounds, step, drawn);
  if (stepped !== undefined) return stepped;
  const { least, most } = bounds;
  // Between two bounds closer than a step: anywhere but on either.
  return isStepped ? least : least + (most - least) * (0.1 + 0.8 * drawn);
}

/** Whether a type, a list of types or a format allows no fraction. */
function asksForWhole(said: JsonValue): boolean {
  if (Array.isArray(said)) return said.includes('integer') && !said.includes('number');
  return said === 'integer' || said === 'int32' || said === 'int64';
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly above: number;
  readonly below: number;
}

function boundsOf(parts: readonly JsonObject[], step: number): Bounds {
  const above = Math.max(-Infinity, ...numbersIn(parts, 'exclusiveMinimum'));
  const below = Math.min(Infinity, ...numbersIn(parts, 'exclusiveMaximum'));
  const least = Math.max(above, ...numbersIn(parts, 'minimum'));
  const most = Math.min(below, ...numbersIn(parts, 'maximum'));
  const width = span * Math.max(step, 1);
  if (least === -Infinity && most === Infinity) return { least: 0, most: width, above, below };
  if (least === -Infinity) return { least: most - width, most, above, below };
  if (most === Infinity) return { least, most: least + width, above, below };
  return { least, most, above, below };
}

/** A multiple of the step within the bounds; undefined where there is none. */
function steppedBetween(
  { least, most, above, below }: Bounds,
  step: number,
  drawn: number,
): number | undefined {
  // A division that should come out even may miss by a hair.
  let first = Math.ceil(least / step - 1e-9);
  let last = Math.floor(most / step + 1e-9);
  if (exact(first, step) <= above) first += 1;
  if (exact(last, step) >= below) last -= 1;
  const number = exact(wholeBetween(first, last, drawn), step);
  return first <= last && number >= least && number <= most ? number : undefined;
}

/** So many steps, without the dust that binary fractions leave. */
function exact(count: number, step: number): number {
  const number = count * step;
  return Number.isInteger(step) ? number : Number(number.toPrecision(12));
}

/** The least number of which both are divisors, to a millionth. */
function commonMultiple(one: number, other: number): number {
  const scale = 1e6;
  const [left, right] = [Math.round(one * scale), Math.round(other * scale)];
  if (left === 0 || right === 0) return Math.max(one, other);
  return (left / greatestDivisor(left, right)) * (right / scale);
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other);
}
