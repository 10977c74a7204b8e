import { displayWidth, printable } from '../diagnostic/printable.ts';
import { wrapProse } from '../diagnostic/wrap.ts';
import { firstFew, placeOf, type FailedRecord } from './failures.ts';
import { formatAmount } from './numbers.ts';
import type { Paint } from './output.ts';
import { clip, isolated } from './text.ts';

const longestMessage = 300;
const longestName = 60;

const gap = '  ';
const indent = '  ';

export interface FailureLog {
  /** A record has failed; `details` are lines that explain it, printed below its own. */
  add(record: FailedRecord, details?: FailureDetails): void;
  /** Counts those that were like the last one told; to be called before other lines, and at the end. */
  flush(): void;
}

/** What stands in the place of a message that says the same in one line, and below it. */
export interface FailureDetails {
  readonly title: string;
  /** Equal for those that are told by one of them. */
  readonly same: string;
  readonly lines: () => readonly string[];
}

interface FailureLogOptions {
  readonly print: (line: string) => void;
  readonly paint: Paint;
  readonly inputPath: string;
  /** The columns to which a line is broken, at this moment; undefined where lines are searched and stay whole. */
  readonly columns?: () => number;
  /** Undefined where the run keeps no folder; asked for only when it is to be printed. */
  readonly errorsPath: () => string | undefined;
}

/**
 * Tells the first few failures as they happen. Ten thousand records that fail alike are one line and a count.
 */
export function createFailureLog({
  print,
  paint,
  inputPath,
  columns,
  errorsPath,
}: FailureLogOptions): FailureLog {
  let last: FailedRecord | undefined;
  let lastSame: string | undefined;
  let repeats = 0;
  let shown = 0;
  let full = false;

  /** Broken at its words where there is a terminal, as the failures are. */
  const note = (text: string, before = '') => {
    const room = columns && Math.max(1, columns() - before.length);
    print(
      wrapProse(text, room)
        .map((line) => before + paint('dim', line))
        .join('\n'),
    );
  };

  const flush = () => {
    if (last === undefined || repeats === 0) return;
    note(`the same (${last.error.code}) for ${formatAmount(repeats, 'more record')}`, indent);
    repeats = 0;
  };

  return {
    add(record, details) {
      if (full) return;
      const shownAs = titled(record, details);
      if (last !== undefined && alike(last, shownAs) && lastSame === details?.same) {
        repeats += 1;
        return;
      }
      flush();
      if (shown === firstFew) {
        full = true;
        const path = errorsPath();
        note(`further failures are ${path === undefined ? 'only counted' : `in ${path}`}`);
        return;
      }
      shown += 1;
      last = shownAs;
      lastSame = details?.same;
      print(failureLine(shownAs, inputPath, paint, columns?.()));
      for (const line of details?.lines() ?? []) print(`  ${line}`);
    },
    flush,
  };
}

function titled(record: FailedRecord, details: FailureDetails | undefined): FailedRecord {
  if (details === undefined) return record;
  return { ...record, error: { ...record.error, message: details.title } };
}

function alike(one: FailedRecord, other: FailedRecord): boolean {
  return (
    one.step === other.step &&
    one.error.code === other.error.code &&
    one.error.message === other.error.message
  );
}

/**
 * `rows.jsonl:7  error  the message  (step classify, key a-7, invalid_answer)`: one line, whatever the message; where there
 * are not so many columns, it goes on below, indented.
 */
export function failureLine(record: FailedRecord, inputPath: string, paint: Paint, columns?: number): string {
  const { step, key, error } = record;
  const place = placeOf(record, inputPath);
  const message = clip(error.message, longestMessage);
  const names = [
    ...(step === null ? [] : [`step ${isolated(printable(step))}`]),
    `key ${isolated(clip(key, longestName))}`,
    error.code,
  ];
  const details = `(${names.join(', ')})`;
  const room = columns === undefined ? Infinity : Math.max(indent.length + 1, columns);
  if (displayWidth([place, 'error', message, details].join(gap)) <= room) {
    return [place, paint('red', 'error'), isolated(message), paint('dim', details)].join(gap);
  }
  const before = `${place}${gap}error${gap}`;
  const below = room - indent.length;
  const [first, ...more] = wrapProse(message, below, Math.max(1, room - displayWidth(before)));
  return [
    `${place}${gap}${paint('red', 'error')}${gap}${isolated(first)}`,
    ...more.map((line) => `${indent}${isolated(line)}`),
    ...wrapProse(details, below).map((line) => `${indent}${paint('dim', line)}`),
  ].join('\n');
}
