import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import type { JsonObject } from '../json/json.ts';
import type { Columns } from '../pipeline/columns.ts';
import type { Plan } from '../plan.ts';
import type { RecordSource } from '../records/open.ts';
import type { RecordItem } from '../records/record.ts';
import { formatAmount, formatCount } from '../report/numbers.ts';
import { failure, success, type Result } from '../result.ts';
import { refusedFiles } from './image-folder.ts';
import { readInputJson } from './input-json.ts';
import { missingRecord } from './missing-record.ts';
import { headerOf, load, openInput } from './prepare.ts';
import type { RecordFlags } from './record-flags.ts';
import type { Terminal } from './terminal.ts';

/** One record, and the pipeline that is to see it. */
export interface OneRecord {
  readonly plan: Plan;
  readonly item: RecordItem;
  readonly key: string;
  /** Where it stands; absent where it comes from no file. */
  readonly place?: { readonly path: string; readonly line: number };
  readonly warnings: readonly Diagnostic[];
}

export interface PreparedRecord {
  readonly record: Result<OneRecord, readonly Diagnostic[]>;
  /** What it is made of as far as could be told, absolute, missing files too. */
  readonly files: readonly string[];
}

/** `command`: as it is typed, for remedies: `pipe try`. `json`: what `--input-json -` has read from stdin. */
export interface RecordContext {
  readonly command: string;
  readonly json?: string;
}

/**
 * Loads the pipeline and the record that the flags name, else the first of the input, else `{}` where the pipeline wants
 * nothing of a record. All mistakes of both are told. An input is read no further than that record.
 */
export async function prepareRecord(
  terminal: Terminal,
  file: string,
  flags: RecordFlags,
  context: RecordContext,
): Promise<PreparedRecord> {
  const { input, inputJson } = flags;
  const opened =
    input === undefined
      ? undefined
      : ((await refusedFiles(flags)) ?? (await openInput(terminal, input, flags)));
  const source = opened?.ok === true ? opened.value : undefined;
  const given = inputJson === undefined ? undefined : readInputJson(context.json ?? inputJson);
  const columns = source === undefined ? given?.ok === true && fieldsOf(given.value) : headerOf(source);
  const loaded = await load(terminal, file, flags, columns || undefined);
  const { plan, diagnostics } = loaded;
  const files = [...loaded.files, ...(input === undefined ? [] : [resolve(terminal.cwd, input)])];
  const mistakes = [opened, given].flatMap((one) => (one?.ok === false ? [one.error] : []));
  const refuse = (...others: readonly Diagnostic[]): PreparedRecord => ({
    record: failure([...diagnostics, ...mistakes, ...others]),
    files,
  });
  try {
    if (plan === undefined || mistakes.length > 0) return refuse();
    if (source !== undefined) {
      const found = await findRecord(source, plan, flags);
      if (!found.ok) return refuse(found.error);
      const { warnings, ...record } = found.value;
      return { record: success({ ...record, plan, warnings: [...diagnostics, ...warnings] }), files };
    }
    if (given === undefined) {
      const missing = await missingRecord(plan, file, context.command);
      if (missing !== undefined) return refuse(missing);
    }
    const value = given?.ok === true ? given.value : {};
    const { createKeys } = await import('../run/keys.ts');
    const item = { ok: true, index: 0, line: 1, value } as const;
    const { key } = createKeys(plan.input.key).keyOf(item);
    return { record: success({ plan, item: { ...item, key }, key, warnings: diagnostics }), files };
  } finally {
    await source?.close();
  }
}

/** A field that the pipeline reads and the record has not is told beforehand. */
function fieldsOf(record: JsonObject): Columns {
  return { path: '`--input-json`', names: Object.keys(record), from: 'record' };
}

/** Keys that a wrong one is compared with. */
const mostKeys = 1000;

type FoundRecord = Omit<OneRecord, 'plan'>;

async function findRecord(
  source: RecordSource,
  plan: Plan,
  { row, key: wanted }: RecordFlags,
): Promise<Result<FoundRecord, Diagnostic>> {
  const { createKeys } = await import('../run/keys.ts');
  const keys = createKeys(plan.input.key);
  const seen: string[] = [];
  let count = 0;
  for await (const item of source.read(plan.input.schema)) {
    if ('broken' in item) return failure(item.broken);
    count += 1;
    const named = keys.keyOf(item);
    if (seen.length < mostKeys) seen.push(named.key);
    if (wanted === undefined ? count === (row ?? 1) : named.key === wanted)
      return success(found(item, named, source));
  }
  return failure(notFound(source.path, count, { row, key: wanted }, seen));
}

function found(
  item: RecordItem,
  {
    key,
    error,
  }: { readonly key: string; readonly error?: { readonly code: string; readonly message: string } },
  { path }: RecordSource,
): FoundRecord {
  const place = { path, line: item.file_line ?? item.line };
  // That another record has its key is told: the record can be tried all the same.
  const isDouble = error?.code === 'duplicate_key';
  const warnings: readonly Diagnostic[] = isDouble
    ? [{ severity: 'warning', code: 'duplicate-key', message: error?.message ?? '', place }]
    : [];
  return { item: error === undefined || isDouble ? { ...item, key } : item, key, place, warnings };
}

function notFound(
  path: string,
  count: number,
  { row, key }: Pick<RecordFlags, 'row' | 'key'>,
  seen: readonly string[],
): Diagnostic {
  const records = formatAmount(count, 'record');
  const refused = (message: string, hint: string): Diagnostic => ({
    severity: 'error',
    code: 'missing-record',
    message,
    hint,
  });
  if (count === 0) return refused(`${path} has no records`, 'name a file that has one');
  if (key === undefined) {
    const range = count === 1 ? 'is 1' : `goes from 1 to ${formatCount(count)}`;
    return refused(`${path} has ${records}, and no record ${row ?? 1}`, `\`--row\` ${range}`);
  }
  const meant = didYouMean(key, seen);
  return refused(
    `no record of ${path} has the key ${JSON.stringify(key)}`,
    meant === undefined ? keysHint(seen, count) : `did you mean ${JSON.stringify(meant)}?`,
  );
}

function keysHint(seen: readonly string[], count: number): string {
  const [first] = seen;
  // What nobody has named, nobody will know by its key.
  if (first !== undefined && seen.every((key) => /^[0-9a-f]{16}(?:#\d+)?$/u.test(key)))
    return `the pipeline has no \`input.key\`, so a hash names each, such as ${JSON.stringify(first)}: name one by \`--row\``;
  const shown = seen.slice(0, 3).map((one) => JSON.stringify(one));
  return `its keys are ${shown.join(', ')}${count > shown.length ? ', …' : ''}`;
}
