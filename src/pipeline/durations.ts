import type { Location } from '../diagnostic/diagnostic.ts';
import { parseDuration } from '../duration.ts';
import type { JsonValue } from '../json/json.ts';
import type { Report } from './report.ts';
import { pathText, valueText } from './words.ts';

/** No call takes longer, and Node's timers do not run for much more than three weeks. */
const longest = 24 * 3_600_000;

/** The milliseconds of a duration that has the right form; reports one that is no time or too long. */
export function durationAt(value: JsonValue, place: Location, report: Report): number {
  const milliseconds = (typeof value === 'string' ? parseDuration(value) : undefined) ?? 0;
  if (milliseconds < 1 || milliseconds > longest) {
    report.add({
      severity: 'error',
      code: 'invalid-value',
      message: `\`${pathText(place.pointer)}\` must be from 1ms to 24h, found ${valueText(value)}`,
      place,
    });
  }
  return milliseconds;
}
