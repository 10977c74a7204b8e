import { basename } from 'node:path';
import type { ComparedSide, Comparison } from '../../comparison/compare.ts';
import { bounded } from '../../diagnostic/printable.ts';
import type { JsonValue } from '../../json/json.ts';
import type { RunSummary } from '../../run/run-summary.ts';
import type { SummaryDifference } from '../../run/summary-differences.ts';

/** What two runs were not made of alike, such as `vars.language`: the one and the other. */
export interface Making {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export function makingsOf({ a, b, differences }: Comparison): readonly Making[] {
  return differences.flatMap(({ of, name, a: was, b: is }) => {
    const flags = of === 'override' ? flagMakings(was, is) : [];
    if (flags.length > 0) return flags;
    const [before, after] = [valueOf(of, was, a), valueOf(of, is, b)];
    return [{ name: makingName(of, name), before, after }];
  });
}

/** Each flag by itself, so that a long one does not hide the others; none where only their order differs. */
function flagMakings(before: JsonValue, after: JsonValue): readonly Making[] {
  const [was, is] = [flagsOf(before), flagsOf(after)];
  const text = (value: string | undefined) => (value === undefined ? absent : bounded(value, longestValue));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const [one, other] = [was.get(name), is.get(name)];
    return one === other ? [] : [{ name, before: text(one), after: text(other) }];
  });
}

/** The flags of a run, as given: `--set model.temperature` and what it is set to. Of one given twice, the last. */
function flagsOf(overrides: JsonValue): ReadonlyMap<string, string> {
  const texts = (Array.isArray(overrides) ? overrides : []).filter((text) => typeof text === 'string');
  return new Map(
    texts.map((text) => {
      const [, name = text, value = ''] = setting.exec(text) ?? otherFlag.exec(text) ?? [];
      return [name, value];
    }),
  );
}

/** A name in a path may have a `=` of its own, in quotes. */
const setting = /^(--set (?:"(?:[^"\\]|\\.)*"|[^"=])+)=(.*)$/su;
const otherFlag = /^(--\S+) (.*)$/su;

function makingName(of: SummaryDifference['of'], name: string): string {
  if (of === 'var') return `vars.${name}`;
  if (of === 'model') return `answers of ${name}`;
  if (of === 'override') return 'flags';
  if (of === 'simulator') return '--simulate';
  return name;
}

const shaDigits = 8;
const longestValue = 120;
const absent = 'none';

function valueOf(of: SummaryDifference['of'], value: JsonValue, { run }: ComparedSide): string {
  if (of === 'simulated') return value === true ? 'simulated' : 'real answers';
  if (of === 'replayed') return value === true ? 'recorded answers' : askedOf(run?.summary);
  if (value === null) return of === 'selection' ? 'all records' : absent;
  if (of === 'simulator' && typeof value === 'string') return bounded(value, longestValue);
  if ((of === 'pipeline' || of === 'file' || of === 'input') && typeof value === 'string') {
    const path =
      of === 'pipeline' ? run?.summary.pipeline?.path : of === 'input' ? run?.summary.input.path : null;
    const sha = value.slice(0, shaDigits);
    return path ? `${basename(path)} (${sha})` : sha;
  }
  if (Array.isArray(value)) {
    const words = (value as readonly JsonValue[]).map((one) =>
      typeof one === 'string' ? one : JSON.stringify(one),
    );
    return words.length === 0 ? absent : bounded(words.join(' '), longestValue);
  }
  return bounded(JSON.stringify(value), longestValue);
}

function askedOf(summary: RunSummary | undefined): string {
  return summary?.simulated === true ? 'answers of the simulator' : 'answers of models';
}
