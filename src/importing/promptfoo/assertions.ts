import type { Location } from '../../diagnostic/diagnostic.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { otherWayIn } from '../../pipeline/format/other-ways.ts';
import { everyAssertion, noCode } from '../../pipeline/format/test-ways.ts';
import { escapedText } from '../handlebars/text.ts';
import type { Scope } from '../jinja/scope.ts';
import type { ImportFile } from '../kind.ts';
import { graderIn, judgeModel, type PlacedGrader } from './grader.ts';
import { assertionOfCode } from './javascript.ts';
import { anyCase, pattern, quoted, without, words } from './patterns.ts';
import { writeText } from './prompts.ts';

export interface AssertionInput {
  readonly assertion: JsonObject;
  readonly place: Location;
  readonly scope: Scope;
  readonly file: ImportFile;
  /** What is looked at: the answer of the step. */
  readonly path: string;
  /** The answer is a value, and no text that may hold one. */
  readonly isStructured: boolean;
  /** Who judges where the assertion itself does not say it. */
  readonly grader?: PlacedGrader | undefined;
}

/** The assertions that one of promptfoo's is; none where it is told that there is no counterpart. */
export async function assertionsOf(input: AssertionInput): Promise<readonly JsonObject[]> {
  const { assertion, place, file, path } = input;
  const type = typeof assertion['type'] === 'string' ? assertion['type'] : '';
  if (type === 'assert-set' && Array.isArray(assertion['assert'])) {
    if (assertion['threshold'] !== undefined)
      file.notes.tell(
        place,
        'a set of assertions holds as a whole: its threshold is left out',
        'remove those that may fail',
      );
    const all: JsonObject[] = [];
    for (const one of assertion['assert'] as readonly JsonValue[])
      if (isObject(one)) all.push(...(await assertionsOf({ ...input, assertion: one })));
    return all;
  }
  for (const key of ['transform', 'contextTransform'])
    if (assertion[key] !== undefined) {
      file.notes.tell(
        place,
        `the assertion looks at what code makes of the answer, and is left out`,
        'assert on the answer itself',
      );
      return [];
    }
  const value = await valueOf(input);
  const made = makeOf(type, path, input.isStructured)?.(value, assertion);
  if (made !== undefined) tellKeys(input);
  if (made !== undefined)
    return [{ ...(made['max_cost_usd'] === undefined && { path }), ...judgedBy(made, input) }];
  const what = type === '' ? 'an assertion without a type' : `the assertion \`${type}\``;
  file.notes.tell(place, `${what} has no counterpart and is left out`, remedyOf(type, value));
  return [];
}

/** The same with the model that is to judge, where there is one to. */
function judgedBy(made: JsonObject, { assertion, place, file, grader }: AssertionInput): JsonObject {
  const judge = made['judge'];
  const placed = graderIn(assertion, place) ?? grader;
  const model = isObject(judge) && placed !== undefined ? judgeModel(placed, file.notes) : undefined;
  return isObject(judge) && model !== undefined ? { judge: { ...judge, model } } : made;
}

/** Tells what of an assertion has no place beside its kind and value. */
function tellKeys({ assertion, place, file }: AssertionInput): void {
  for (const key of Object.keys(assertion))
    if (!silentKeys.has(key) && !(key === 'threshold' && assertion['type'] === 'cost'))
      file.notes.tell(
        { ...place, pointer: [...place.pointer, key], part: 'key' },
        `\`${key}\` of an assertion has no counterpart and is left out`,
        keyRemedies.get(key) ?? 'leave it',
      );
}

/** A metric is a name for sums over tests, and changes none of them; a provider judges, or has nothing to say. */
const silentKeys: ReadonlySet<string> = new Set(['type', 'value', 'metric', 'provider']);

const keyRemedies: ReadonlyMap<string, string> = new Map([
  ['threshold', 'say in the rubric what is good enough: a judge says whether the answer passes'],
  ['weight', everyAssertion],
  ['rubricPrompt', 'write what is asked of the judge into `rubric`'],
]);

async function valueOf({ assertion, place, scope, file }: AssertionInput): Promise<JsonValue | undefined> {
  const { value } = assertion;
  if (typeof value === 'string' && value.startsWith('file://')) {
    const path = value.replace(/^file:\/\//, '');
    if (!/\.(?:txt|json|md)$/.test(path)) return undefined;
    const read = await file.folder.read(path);
    if (!read.ok) {
      file.notes.tell(place, read.error.message, read.error.hint ?? 'check the path');
      return undefined;
    }
    return path.endsWith('.json') ? whole(parsed(read.value.text)) : escapedText(read.value.text);
  }
  return written(value);

  /** A schema is no template; of any other object, promptfoo takes every text as it stands. */
  function whole(one: JsonValue | undefined): JsonValue | undefined {
    return isNoTemplate(assertion['type']) ? one : literal(one);
  }

  async function written(one: JsonValue | undefined): Promise<JsonValue | undefined> {
    if (Array.isArray(one)) {
      const items: JsonValue[] = [];
      for (const item of one as readonly JsonValue[]) items.push((await written(item)) ?? null);
      return items;
    }
    if (isObject(one)) return whole(one);
    if (typeof one !== 'string' || isNoTemplate(assertion['type'])) return one;
    if (!/\{[{%#]/.test(one)) return one;
    const text = await writeText(
      one,
      { source: place.source, pointer: [...place.pointer, 'value'] },
      scope,
      file,
    );
    return text.ok ? text.value : escapedText(one);
  }
}

/** The same value with its texts written so that none is a template. */
function literal(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value === 'string') return escapedText(value);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => literal(item) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, literal(member) ?? null]));
}

function isNoTemplate(type: JsonValue | undefined): boolean {
  return typeof type === 'string' && /^(?:not-)?(?:regex|javascript|python|is-json)$/.test(type);
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

type Make = (value: JsonValue | undefined, assertion: JsonObject) => JsonObject | undefined;

const anyJson: JsonObject = { type: ['object', 'array', 'number', 'boolean', 'null'] };

const kinds: ReadonlyMap<string, Make> = new Map(
  Object.entries<Make>({
    equals: (value) => (value === undefined ? undefined : { equals: value }),
    'not-equals': (value) => text(value, (one) => pattern(`^(?!${quoted(one)}$)`)),
    contains: (value) => text(value, (one) => ({ contains: one })),
    'not-contains': (value) => text(value, (one) => ({ not_contains: one })),
    'contains-all': (value) => texts(value, (all) => ({ contains: all })),
    'not-contains-any': (value) => texts(value, (all) => ({ not_contains: all })),
    'contains-any': (value) => texts(value, (all) => pattern(all.map(quoted).join('|'))),
    icontains: (value) => text(value, (one) => pattern(anyCase(one))),
    'not-icontains': (value) => text(value, (one) => pattern(without(anyCase(one)))),
    'icontains-any': (value) => texts(value, (all) => pattern(all.map(anyCase).join('|'))),
    'not-icontains-any': (value) => texts(value, (all) => pattern(without(all.map(anyCase).join('|')))),
    'icontains-all': (value) =>
      texts(value, (all) => pattern(`^${all.map((one) => `(?=[^]*${anyCase(one)})`).join('')}`)),
    'starts-with': (value) => text(value, (one) => pattern(`^${quoted(one)}`)),
    'not-starts-with': (value) => text(value, (one) => pattern(`^(?!${quoted(one)})`)),
    regex: (value) => text(value, pattern),
    'not-regex': (value) => text(value, (one) => pattern(without(one))),
    'is-json': (value) =>
      schema(typeof value === 'string' ? parsed(value) : value === undefined ? anyJson : value),
    'llm-rubric': rubric,
    'model-graded-closedqa': rubric,
    'g-eval': rubric,
    factuality: (value) =>
      text(value, (one) => ({ judge: { rubric: `Says nothing that contradicts this: ${one}` } })),
    cost: (_, { threshold }) =>
      typeof threshold === 'number' && threshold > 0 ? { max_cost_usd: threshold } : undefined,
    'word-count': (value) => optional(words(value), pattern),
    'not-word-count': (value) => optional(words(value), (one) => pattern(without(one))),
  }),
);

/** An answer that is a value holds no other JSON, and is held against what a text of JSON says. */
function makeOf(type: string, path: string, isStructured: boolean): Make | undefined {
  if (type === 'javascript')
    return (value) => (typeof value === 'string' ? assertionOfCode(value, path, isStructured) : undefined);
  if (type === 'finish-reason')
    return (value) => text(value, (one) => ({ path: path.replace(/output$/, 'finish_reason'), equals: one }));
  const make = kinds.get(isStructured && type === 'contains-json' ? 'is-json' : type);
  if (!isStructured || !/^(?:not-)?equals$/.test(type)) return make;
  return (value, assertion) => {
    const json = typeof value === 'string' ? parsed(value) : undefined;
    const said = json === undefined ? value : json;
    return type === 'equals' ? make?.(said, assertion) : unequal(said);
  };
}

/** A schema is no template. */
function unequal(value: JsonValue | undefined): JsonObject | undefined {
  if (value === undefined || /\{[{%#]/.test(JSON.stringify(value))) return undefined;
  return { json_schema: { not: { const: value } } };
}

function schema(value: JsonValue | undefined): JsonObject | undefined {
  return isObject(value) ? { json_schema: value } : undefined;
}

function rubric(value: JsonValue | undefined): JsonObject | undefined {
  const all = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [value];
  return text(
    all.length === 0 ? undefined : all.map((one) => (typeof one === 'string' ? one : '')).join('\n'),
    (one) => ({ judge: { rubric: one } }),
  );
}

function optional(source: string | undefined, make: typeof pattern): JsonObject | undefined {
  return source === undefined ? undefined : make(source);
}

function text(
  value: JsonValue | undefined,
  make: (text: string) => JsonObject | undefined,
): JsonObject | undefined {
  return typeof value === 'string' && value !== ''
    ? make(value)
    : typeof value === 'number' || typeof value === 'boolean'
      ? make(String(value))
      : undefined;
}

function texts(
  value: JsonValue | undefined,
  make: (texts: readonly string[]) => JsonObject | undefined,
): JsonObject | undefined {
  const all = typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value;
  const strings = Array.isArray(all)
    ? (all as readonly JsonValue[]).map(String).filter((one) => one !== '')
    : [];
  return strings.length === 0 ? undefined : make(strings);
}

function remedyOf(type: string, value: JsonValue | undefined): string {
  // It has a counterpart, and only its value has none.
  if (kinds.has(type) && /\{\{/.test(JSON.stringify(value ?? null)))
    return 'a pattern holds no `{{…}}`: write `contains`, whose capitals count, or say it by `judge: {rubric: …}`';
  if (type === '') return 'write the assertion out here: `$ref` is not followed';
  if (/levenshtein/.test(type))
    return 'write `similarity: {to: …, at_least: 0.9}`: the share of letters that need no change';
  if (/json/.test(type))
    return 'make the step `type: structured`, whose answer is JSON alone, and assert `json_schema`';
  const what = type.replace(/^not-/, '');
  if (/^(?:is-valid|tool-call|trajectory)/.test(what)) return noCode;
  return (
    otherWayIn('assertion', what)?.hint ??
    'say what the answer is to be by `contains`, `matches`, `one_of`, `json_schema` or `judge`'
  );
}
