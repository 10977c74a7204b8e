import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { columnReaders } from '../records/cells.ts';
import { createForeignTally, type ForeignRows } from '../records/encoding.ts';
import type { RecordSource } from '../records/open.ts';
import { failure, success, type Result } from '../result.ts';
import { kindOf } from '../schema/kinds.ts';
import { mostSamples, sampleOf, type Sample } from './samples.ts';

/** What the records of a file hold, as far as they were read. */
export interface RecordSurvey {
  readonly fields: readonly FieldSurvey[];
  /** Records that were read; rows that are none are counted apart. */
  readonly records: number;
  readonly bad: number;
  /** Why the first of the bad rows is none. */
  readonly firstBad?: { readonly line: number; readonly message: string };
  /** The bad rows that are no UTF-8. */
  readonly foreign?: ForeignRows;
  /** Whether there are more records, which were not read. */
  readonly more: boolean;
  /** Whether its values are cells, which are texts until a schema says what they stand for. */
  readonly cells: boolean;
  /** Its first records, shortened; of cells, each a text. */
  readonly samples: readonly Sample[];
}

/** What one field holds. */
export interface FieldSurvey {
  readonly name: string;
  /** Records that have the field. */
  readonly present: number;
  readonly nulls: number;
  /** Texts of no character. */
  readonly empty: number;
  /** Texts of white space alone. */
  readonly blank: number;
  /** What its values are, null aside; of cells, what all that are not empty can be read as. */
  readonly types: readonly FieldType[];
  /** Whether no two records have the same, and none has nothing. */
  readonly unique: boolean;
  /** The different texts, in the order of first sight; undefined where there are too many to be a choice. */
  readonly choices: readonly string[] | undefined;
  /** Of its texts, in characters. */
  readonly meanLength: number;
  /** Whether most of its texts are addresses. */
  readonly addresses: boolean;
  /** The first record in which it is blank, null or absent; undefined where none was seen. */
  readonly lacking: Sample | undefined;
}

export type FieldType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array';

/** Records that a proposal is made from: enough to tell a column, and read in a second. */
const mostRecords = 10_000;

/** Of more fields, those beyond are not looked at: names that are data, not fields. */
export const mostFields = 200;

/** More different texts are no choice. */
const mostChoices = 12;

/** A text that is longer names nothing. */
const longestName = 200;

/** Reads the beginning of an input. Fails where it breaks off before that. */
export async function surveyRecords(source: RecordSource): Promise<Result<RecordSurvey, Diagnostic>> {
  const cells = source.columns !== undefined;
  const fields = new Map<string, Tally>();
  for (const name of source.columns ?? []) tallyOf(fields, name, cells);
  const counts = { records: 0, bad: 0 };
  const foreignRows = createForeignTally();
  const samples: Sample[] = [];
  const lacking = new Map<string, Sample>();
  let firstBad: RecordSurvey['firstBad'];
  let more = false;
  for await (const item of source.read()) {
    if ('broken' in item) return failure(item.broken);
    if (counts.records + counts.bad === mostRecords) {
      more = true;
      break;
    }
    if (!item.ok) {
      counts.bad += 1;
      foreignRows.add(item);
      firstBad ??= { line: item.line, message: item.error.message };
      continue;
    }
    counts.records += 1;
    const values = Object.entries(item.value).filter(([name, value]) => {
      const field = tallyOf(fields, name, cells);
      field?.add(value);
      return field !== undefined;
    });
    if (samples.length < mostSamples) samples.push(sampleOf(values));
    for (const [name] of fields) {
      if (!lacking.has(name) && lacks(item.value, name)) lacking.set(name, sampleOf(values));
    }
  }
  const { records } = counts;
  // A field of which the first records knew nothing yet.
  const lackingOf = (name: string) => samples.find(({ record }) => lacks(record, name)) ?? lacking.get(name);
  const foreign = foreignRows.found();
  return success({
    fields: [...fields].map(([name, one]) => one.told(records, lackingOf(name))),
    ...counts,
    ...(firstBad && { firstBad }),
    ...(foreign && { foreign }),
    more,
    cells,
    samples,
  });
}

/**
 * Whether there is nothing in a field that a prompt could say. A record has only its own: not what every object has by the
 * name `toString`.
 */
export function lacks(record: JsonObject, name: string): boolean {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return value === undefined || value === null || isBlank(value);
}

/** Whether it is a text of no character, or of white space alone. */
export function isBlank(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && value.trim() === '';
}

interface Tally {
  add(value: JsonValue): void;
  told(records: number, lacking: Sample | undefined): FieldSurvey;
}

function tallyOf(fields: Map<string, Tally>, name: string, cells: boolean): Tally | undefined {
  const known = fields.get(name);
  if (known !== undefined || fields.size === mostFields) return known;
  const made = createTally(name, cells);
  fields.set(name, made);
  return made;
}

/** What a cell may be read as, the narrowest first: by the same reading that a run does. */
const cellTypes = ['integer', 'number', 'boolean'] as const;

function createTally(name: string, cells: boolean): Tally {
  const counts = { present: 0, nulls: 0, empty: 0, blank: 0, texts: 0, characters: 0, addresses: 0 };
  const kinds = new Set<FieldType>();
  const values = new Set<string>();
  let unique = true;
  let choices: Set<string> | undefined = new Set();
  let readers = cellTypes.map((type) => {
    const [reader] = columnReaders([name], { properties: { [name]: { type } } });
    return { type, fits: (cell: string) => reader?.read(cell).ok === true };
  });

  function addText(text: string): void {
    if (text === '') {
      counts.empty += 1;
      unique = false;
      return;
    }
    counts.texts += 1;
    if (isBlank(text)) counts.blank += 1;
    counts.characters += text.length;
    if (/^https?:\/\/\S+$/.test(text)) counts.addresses += 1;
    choices?.add(text);
    if (choices !== undefined && choices.size > mostChoices) choices = undefined;
    if (cells) readers = readers.filter(({ fits }) => fits(text));
    else kinds.add('string');
    addName(text);
  }

  function addName(text: string): void {
    if (!unique) return;
    unique = text.length <= longestName && !values.has(text);
    if (unique) values.add(text);
    else values.clear();
  }

  return {
    add(value) {
      counts.present += 1;
      if (typeof value === 'string') {
        addText(value);
        return;
      }
      if (value === null) {
        counts.nulls += 1;
        unique = false;
        return;
      }
      const kind = kindOf(value);
      if (kind !== 'null') kinds.add(kind === 'number' && Number.isInteger(value) ? 'integer' : kind);
      if (typeof value === 'number' && Number.isSafeInteger(value)) addName(String(value));
      else unique = false;
    },
    told(records, lacking) {
      const { present, nulls, empty, blank, texts, characters, addresses } = counts;
      const types = cells ? (texts > 0 ? readers.slice(0, 1).map(({ type }) => type) : []) : [...kinds];
      return {
        name,
        present,
        nulls,
        empty,
        blank,
        types: cells && types.length === 0 ? ['string'] : withoutInteger(types),
        unique: unique && present === records && records > 0,
        choices: choices === undefined ? undefined : [...choices],
        meanLength: texts === 0 ? 0 : characters / texts,
        addresses: addresses * 2 > texts,
        lacking,
      };
    },
  };
}

/** A number may be whole. */
function withoutInteger(types: readonly FieldType[]): readonly FieldType[] {
  return types.includes('number') ? types.filter((type) => type !== 'integer') : types;
}
