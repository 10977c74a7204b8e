import { mostFields, type FieldSurvey, type RecordSurvey } from './survey.ts';

/** What a pipeline over some records may begin with. */
export interface Proposal {
  /** The field that names a record; absent where none is unique. */
  readonly key?: string;
  /** The field that would name a record by its name, where some records share its value, or have none. */
  readonly repeated?: string;
  /** The field that prompts read. */
  readonly text: string;
  /** The fields that prompts could read as well, the likeliest first. */
  readonly texts: readonly string[];
  readonly fields: readonly ProposedField[];
  /** Whether a record may have fields that are not among these. */
  readonly open: boolean;
  /** Absent where no field's name says that it holds the label of a record. */
  readonly labels?: ProposedLabels;
  /** Whether the text is missing, empty or blank in some records. */
  readonly textMayLack: boolean;
}

export interface ProposedLabels {
  readonly values: readonly string[];
  /** The field that they are the values of; absent where they are made for example rows. */
  readonly column?: string;
}

export interface ProposedField {
  readonly name: string;
  /** Of its values; empty where anything may stand there. */
  readonly types: readonly string[];
  readonly required: boolean;
  /** Whether no record has an empty or blank text there; told of the field that prompts read only. */
  readonly filled: boolean;
}

/** Undefined where there is no field that a template could name. `text`: the field that prompts are to read. */
export function propose(survey: RecordSurvey, text?: string): Proposal | undefined {
  const usable = survey.fields.filter(({ name }) => isNameable(name));
  const key = usable.find(isNamedKey) ?? usable.find((field) => isLikeKey(field));
  const repeated = usable.find(({ name, unique }) => !unique && keyNames.test(name))?.name;
  const texts = rankedTexts(usable, key);
  const [best] = texts;
  const chosen = usable.find(({ name }) => name === text) ?? best;
  if (chosen === undefined) return undefined;
  const others = usable.filter((field) => field !== key && field !== chosen);
  const labels = others.find((field) => isLabel(field, survey.records));
  return {
    ...(key !== undefined && key !== chosen && { key: key.name }),
    ...(key === undefined && repeated !== undefined && repeated !== chosen.name && { repeated }),
    text: chosen.name,
    texts: texts.map(({ name }) => name),
    fields: survey.fields.map((field) => proposedField(field, survey, { key, text: chosen })),
    open: survey.fields.length >= mostFields,
    ...(labels?.choices !== undefined && { labels: { values: labels.choices, column: labels.name } }),
    textMayLack: mayLack(chosen, survey),
  };
}

/** Whether a template can name the field: `{{input.[My column]}}` for nearly all. */
function isNameable(name: string): boolean {
  return /^[^[\]\p{Cc}]+$/u.test(name) && !['__proto__', 'constructor', 'prototype'].includes(name);
}

const keyNames = /^(?:id|key|uuid|guid|no|nr|number|sku|isbn|row)$/i;
const keyEndings = /(?:[_\s.-](?:id|key|uuid|guid|no|nr)|[a-z](?:Id|ID|Key|Uuid|UUID))$/;

function isNamedKey(field: FieldSurvey): boolean {
  return isKey(field) && keyNames.test(field.name);
}

function isLikeKey(field: FieldSurvey): boolean {
  return isKey(field) && keyEndings.test(field.name);
}

function isKey({ unique, types }: FieldSurvey): boolean {
  return unique && types.every((type) => type === 'string' || type === 'integer');
}

const textNames =
  /^(?:text|body|content|message|description|comment|review|question|prompt|input|sentence|ticket|feedback|abstract)s?$/i;

/** The longest texts are those that a model is wanted for, unless a name says more. */
function rankedTexts(fields: readonly FieldSurvey[], key: FieldSurvey | undefined): readonly FieldSurvey[] {
  const worth = ({ name, meanLength, addresses }: FieldSurvey) =>
    (meanLength + 1) * (textNames.test(name) ? 3 : 1) * (addresses ? 0.05 : 1);
  const others = fields.filter((field) => field !== key);
  const texts = others.filter(({ types }) => types.includes('string'));
  const among = texts.length > 0 ? texts : others.length > 0 ? others : fields;
  return among.toSorted((one, other) => worth(other) - worth(one));
}

const longestLabel = 30;

/** What a label's column is called, or the last of its words: `Ticket category`, `issueTopic`. */
const labelNames =
  /(?:^|[^\p{L}])(?:label|category|classification|topic|theme|sentiment|polarity|emotion|mood|intent|tag|genre)s?$/iu;

/** Words that say so alone only: a room's type and a ship's class are no labels of a text. */
const bareLabelNames = /^(?:type|kind|class)(?:es|s)?$/iu;

/** By its name; and a few short texts, fewer than there are records. A status or a hotel has few values, too. */
function isLabel({ name, choices, types, nulls, empty }: FieldSurvey, records: number): boolean {
  const words = name.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').trim();
  return (
    (labelNames.test(words.replace(/ies$/iu, 'y')) || bareLabelNames.test(words)) &&
    choices !== undefined &&
    types.join('') === 'string' &&
    nulls + empty === 0 &&
    choices.length >= 2 &&
    choices.length < records &&
    choices.every((text) => text.length <= longestLabel && text.trim() === text && !/\p{Cc}/u.test(text))
  );
}

interface Chosen {
  readonly key: FieldSurvey | undefined;
  readonly text: FieldSurvey;
}

function proposedField(field: FieldSurvey, survey: RecordSurvey, { key, text }: Chosen): ProposedField {
  const { name, present } = field;
  // A name is no quantity: 17 and 017 are two, and the next may be A17.
  const types = survey.cells && field === key ? ['string'] : typesOf(field, survey);
  // Only what the prompt reads: another column may be dropped, or left out of a record to be tried.
  const isRead = field === text;
  const required = isRead && (survey.cells || (present === survey.records && survey.records > 0));
  return { name, types, required, filled: isRead && !mayLack(field, survey) };
}

function typesOf({ types, nulls, empty }: FieldSurvey, { cells }: RecordSurvey): readonly string[] {
  // Of more kinds than that, nobody knows what may come.
  if (types.length > 3) return [];
  const lacks = cells ? empty > 0 && !types.includes('string') : nulls > 0;
  // Only nulls were seen: what else may stand there is not known.
  if (types.length === 0) return [];
  return lacks ? [...types, 'null'] : types;
}

/** Whether the field that prompts read holds texts alone, so that a template can trim them. */
export function readsTexts({ fields, text }: Pick<Proposal, 'fields' | 'text'>): boolean {
  const types = fields.find(({ name }) => name === text)?.types ?? [];
  return types.includes('string') && types.every((type) => type === 'string' || type === 'null');
}

function mayLack({ present, nulls, empty, blank }: FieldSurvey, { records }: RecordSurvey): boolean {
  return nulls + empty + blank > 0 || present < records;
}
