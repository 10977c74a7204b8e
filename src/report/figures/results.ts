import { countClasses, type ClassCounts } from '../../comparison/classes.ts';
import type { JsonValue } from '../../json/json.ts';
import { answeredFields, type IsCopied } from './copied-fields.ts';
import { createSpread, type Spread } from './spread.ts';

/** What the records that succeeded came to, field by field. */
export interface ResultFigures {
  /** That succeeded: what the shares are of. */
  readonly records: number;
  /** In the order of the first results; a field that is only copied from the input is none of them. */
  readonly fields: readonly FieldFigures[];
  /** Whether there are others still: of a name too long, or beyond the number that is counted. */
  readonly more_fields: boolean;
}

/** How one field came out. */
export interface FieldFigures {
  /** As people write it: `ticket.topic`. */
  readonly field: string;
  /** Records whose output has it, those with null among them. */
  readonly records: number;
  readonly null: number;
  /** Its values but null, where they are few and short, else null: the most frequent first; numbers alone by their size. */
  readonly values: readonly ValueCount[] | null;
  /** Of its values that are numbers; null where none is. */
  readonly numbers: NumberFigures | null;
  /** Of those that are texts; null where none is. */
  readonly texts: LengthFigures | null;
  /** Of those that are lists; null where none is. An object without names is an empty list. */
  readonly lists: LengthFigures | null;
}

export interface ValueCount {
  readonly value: string | number | boolean;
  readonly count: number;
}

/** The median is within 0.5 % where more than 1,000 numbers differ; of an even count, it is the lower of the two. */
export interface NumberFigures {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Characters of a text, items of a list; the empty ones count. */
export interface LengthFigures {
  readonly count: number;
  readonly empty: number;
  readonly median_length: number;
}

export interface ResultsFold {
  /** The output of a record that succeeded. */
  add(output: JsonValue): void;
  figures(): ResultFigures;
}

const longestClass = 60;
/** More values than these of which no two are the same say nothing of how results are spread. */
const mostOnce = 6;
/** Outputs with names of their own in each record have no end of them. */
const mostFields = 200;
const longestName = 200;

interface OpenField {
  records: number;
  nulls: number;
  readonly classes: ClassCounts;
  readonly numbers: Spread;
  readonly texts: Spread;
  readonly lists: Spread;
  emptyTexts: number;
  emptyLists: number;
}

/** Counts what the outputs hold in a stream: of each field little more is kept than what is told of it. */
export function createResults(isCopied?: IsCopied): ResultsFold {
  const fields = new Map<string, OpenField>();
  let records = 0;
  let isMore = false;

  function fieldOf(name: string): OpenField | undefined {
    const known = fields.get(name);
    if (known !== undefined) return known;
    if (fields.size === mostFields || name.length > longestName) {
      isMore = true;
      return undefined;
    }
    const field: OpenField = {
      records: 0,
      nulls: 0,
      classes: countClasses(longestClass),
      numbers: createSpread(),
      texts: createSpread(),
      lists: createSpread(),
      emptyTexts: 0,
      emptyLists: 0,
    };
    fields.set(name, field);
    return field;
  }

  return {
    add(output) {
      records += 1;
      for (const [name, { value }] of answeredFields(output, isCopied)) {
        const field = fieldOf(name);
        if (field !== undefined) count(field, value);
      }
    },
    figures: () => ({
      records,
      fields: [...fields].map(([name, field]) => figuresOf(name, field)),
      more_fields: isMore,
    }),
  };
}

function count(field: OpenField, value: JsonValue): void {
  field.records += 1;
  if (value === null) {
    field.nulls += 1;
    return;
  }
  if (typeof value === 'object') {
    const length = Array.isArray(value) ? value.length : 0;
    field.lists.add(length);
    if (length === 0) field.emptyLists += 1;
    return;
  }
  field.classes.add(value);
  if (typeof value === 'number') field.numbers.add(value);
  if (typeof value === 'string') {
    field.texts.add(value.length);
    if (value === '') field.emptyTexts += 1;
  }
}

function figuresOf(name: string, field: OpenField): FieldFigures {
  const { records, nulls, numbers, texts, lists, emptyTexts, emptyLists } = field;
  const { least, most } = numbers;
  const middle = numbers.median();
  const isNumber = least !== null && most !== null && middle !== null;
  return {
    field: name,
    records,
    null: nulls,
    values: valuesOf(field.classes),
    numbers: isNumber ? { count: numbers.count, min: least, median: middle, max: most } : null,
    texts: lengths(texts, emptyTexts),
    lists: lengths(lists, emptyLists),
  };
}

function valuesOf({ areFew, seen, counts }: ClassCounts): readonly ValueCount[] | null {
  if (!areFew || seen === 0 || (counts.size === seen && seen > mostOnce)) return null;
  const values = [...counts].map(([text, count]) => ({
    value: JSON.parse(text) as ValueCount['value'],
    count,
  }));
  // Of a scale, such as one to five stars, it matters which value stands beside which.
  return values.every(isOfNumber)
    ? values.sort((one, other) => one.value - other.value)
    : values.sort((one, other) => other.count - one.count);
}

function isOfNumber(counted: ValueCount): counted is ValueCount & { readonly value: number } {
  return typeof counted.value === 'number';
}

function lengths(spread: Spread, empty: number): LengthFigures | null {
  const median_length = spread.median();
  return median_length === null ? null : { count: spread.count, empty, median_length };
}
