import type { JsonValue } from '../json/json.ts';
import { countClasses, type ClassCounts } from './classes.ts';
import type { FieldChange, Fields } from './fields.ts';

/** How one field has come out, over all records that both sides have. */
export interface FieldSummary {
  /** As people write it: `ticket.topic`. */
  readonly name: string;
  /** Records in which it is not what it was. */
  readonly changed: number;
  /** Whether it may differ. */
  readonly allowed: boolean;
  /** Of a field with few short values: which became which, the most frequent first. Null for others. */
  readonly moves: readonly Move[] | null;
}

export interface Move {
  /** Absent where that side does not have the field. */
  readonly a?: JsonValue;
  readonly b?: JsonValue;
  readonly count: number;
}

export interface FieldTally {
  /** Both sides of a record, whether or not they differ. */
  saw(a: Fields, b: Fields): void;
  changed(change: FieldChange, allowed: boolean): void;
  /** The fields that changed, the most frequently changed first. */
  summaries(): readonly FieldSummary[];
}

const longestClass = 40;
/** Fields whose values are looked at; outputs with names of their own in each record have no end of them. */
const mostFields = 1000;

interface Entry {
  changed: number;
  allowed: boolean;
  readonly classes: ClassCounts;
  readonly moves: Map<string, number>;
}

export function tallyFields(): FieldTally {
  const entries = new Map<string, Entry>();

  function entryOf(name: string): Entry | undefined {
    const known = entries.get(name);
    if (known !== undefined || entries.size === mostFields) return known;
    const classes = countClasses(longestClass);
    const entry: Entry = { changed: 0, allowed: false, classes, moves: new Map() };
    entries.set(name, entry);
    return entry;
  }

  function look(fields: Fields): void {
    for (const [name, { value }] of fields) {
      const entry = entryOf(name);
      entry?.classes.add(value);
      if (entry?.classes.areFew === false) entry.moves.clear();
    }
  }

  return {
    saw(a, b) {
      look(a);
      look(b);
    },
    changed({ name, a, b }, allowed) {
      const entry = entryOf(name);
      if (entry === undefined) return;
      entry.changed += 1;
      entry.allowed = allowed;
      if (!entry.classes.areFew) return;
      const move = JSON.stringify({ a, b });
      entry.moves.set(move, (entry.moves.get(move) ?? 0) + 1);
    },
    summaries: () =>
      [...entries]
        .filter(([, { changed }]) => changed > 0)
        .sort(([, one], [, other]) => other.changed - one.changed)
        .map(([name, entry]) => {
          const { changed, allowed } = entry;
          return { name, changed, allowed, moves: isOfClasses(entry) ? movesOf(entry) : null };
        }),
  };
}

/** Values that hardly any two records share are no classes, however short they are. */
function isOfClasses({ classes }: Entry): boolean {
  return classes.areFew && classes.counts.size * 2 <= Math.max(classes.seen, 4);
}

function movesOf({ moves }: Entry): readonly Move[] {
  return [...moves]
    .sort(([, one], [, other]) => other - one)
    .map(([text, count]) => Object.assign(JSON.parse(text) as Omit<Move, 'count'>, { count }));
}
