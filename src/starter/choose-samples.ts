import type { JsonObject, JsonSchema, JsonValue } from '../json/json.ts';
import { columnReaders } from '../records/cells.ts';
import { exampleRecords } from './example.ts';
import { readsTexts, type Proposal } from './proposal.ts';
import { isBlank, lacks, type RecordSurvey } from './survey.ts';

export interface ChosenSamples {
  /** One or two, with different texts. */
  readonly samples: readonly JsonObject[];
  /** False where they are invented, since no record would do. */
  readonly areOfRows: boolean;
  /** The first record without a text; undefined where none was seen. */
  readonly lacking?: JsonObject;
}

/** Records that tests can begin with, as a run would read them. */
export function chooseSamples(survey: RecordSurvey | undefined, proposal: Proposal): ChosenSamples {
  const readable = (survey?.samples ?? exampleRecords.map((record) => ({ record, changed: 0 }))).flatMap(
    ({ record, changed }) => {
      const read = survey?.cells === true ? readCells(record, proposal) : record;
      return read === undefined || lacks(read, proposal.text) ? [] : [{ record: read, changed }];
    },
  );
  const lacking = lackingOf(survey, proposal);
  const ranked = readable.toSorted((one, other) => one.changed - other.changed);
  const texts = new Set<string>();
  const chosen = ranked.filter(({ record }) => {
    const text = JSON.stringify(record[proposal.text]);
    return !texts.has(text) && texts.add(text).size <= 2;
  });
  return {
    ...(chosen.length > 0
      ? { samples: chosen.map(({ record }) => record), areOfRows: true }
      : { samples: [invented(proposal)], areOfRows: false }),
    ...(lacking !== undefined && { lacking }),
  };
}

function lackingOf(survey: RecordSurvey | undefined, proposal: Proposal): JsonObject | undefined {
  const record = survey?.fields.find(({ name }) => name === proposal.text)?.lacking?.record;
  const text =
    record !== undefined && Object.hasOwn(record, proposal.text) ? record[proposal.text] : undefined;
  // Among numbers a blank text is none that the pipeline skips.
  if (text !== '' && isBlank(text) && !readsTexts(proposal)) return undefined;
  return record === undefined || survey?.cells !== true ? record : readCells(record, proposal);
}

/** Undefined where a cell is not what its column was taken for. */
function readCells(record: JsonObject, { fields }: Proposal): JsonObject | undefined {
  const schema: JsonSchema = {
    required: fields.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(fields.map(({ name, types }) => [name, { type: types }])),
  };
  const read: [string, JsonValue][] = [];
  for (const reader of columnReaders(Object.keys(record), schema)) {
    const cell = record[reader.name];
    const value = reader.read(typeof cell === 'string' ? cell : '');
    if (!value.ok) return undefined;
    if (value.value !== undefined) read.push([reader.name, value.value]);
  }
  return Object.fromEntries(read);
}

const values: { readonly [type: string]: JsonValue } = {
  string: 'Where is my parcel?',
  integer: 1,
  number: 1.5,
  boolean: true,
  null: null,
  array: [],
  object: {},
};

/** A record that the schema allows. */
function invented({ fields, text, key }: Proposal): JsonObject {
  const needed = fields.filter(({ name, required }) => required || name === text || name === key);
  return Object.fromEntries(
    needed.map(({ name, types: [type = 'string'] }) => [
      name,
      type === 'string' && name !== text ? (name === key ? 'r1' : '') : (values[type] ?? null),
    ]),
  );
}
