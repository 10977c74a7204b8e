import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Columns } from '../pipeline/columns.ts';
import type { Plan } from '../plan.ts';
import type { RecordSource } from '../records/open.ts';
import { recordRemedy } from '../report/trial/mistakes.ts';
import { foreignEncoding } from './foreign-encoding.ts';
import { inputWarnings } from './input-warnings.ts';

/** Of different mistakes in records, so many are told. */
const mostRecordMistakes = 20;
/** Of the lines with the same mistake, so many are named: a file with a wrong column has one in every row. */
const mostLines = 4;

const mostFields = 1000;

/** The fields that the records of a file without a header have, so that a name that none has is told. */
export async function fieldsOf(source: RecordSource): Promise<Columns | undefined> {
  if (!source.replayable) return undefined;
  const names = new Set<string>();
  for await (const item of source.read()) {
    if (item.ok) for (const name of Object.keys(item.value)) names.add(name);
    if (names.size > mostFields) return undefined;
  }
  return names.size === 0 ? undefined : { path: source.path, names: [...names], from: 'records' };
}

export interface CheckedRecords {
  readonly checked: number;
  readonly bad: boolean;
  readonly mistakes: readonly Diagnostic[];
}

/**
 * What would fail each record before its first answer: rows that are none, fields against the schema, keys, `when`s,
 * prompts that lack a field, images that cannot be sent. Without a plan, only the rows themselves.
 */
export async function checkRecords(
  plan: Plan | undefined,
  source: RecordSource,
  files: string | undefined,
): Promise<CheckedRecords> {
  const { createKeys } = await import('../run/keys.ts');
  const { createImages } = await import('../run/images.ts');
  const { previewRecord } = await import('../run/preview.ts');
  const { createForeignTally } = await import('../records/encoding.ts');
  const keys = createKeys(plan?.input.key);
  const images = createImages(files, 'check');
  const { path } = source;
  const foreign = createForeignTally();
  const alike = new Map<string, Alike>();
  // `untold`: those with mistakes for which there was no room.
  const counts = { checked: 0, bad: 0, untold: 0, skipped: 0 };
  /** Why the input broke off: what came before has its own mistakes. */
  let broken: Diagnostic | undefined;
  const isTold = (kind: string, { code, message }: Mistake, line: number): boolean => {
    const known = alike.get(kind);
    if (known !== undefined) {
      known.count += 1;
      if (known.lines.length < mostLines) known.lines.push(line);
    } else if (alike.size < mostRecordMistakes) alike.set(kind, { code, message, lines: [line], count: 1 });
    else return false;
    return true;
  };
  for await (const item of source.read(plan?.input.schema)) {
    if ('broken' in item) {
      broken = item.broken;
      break;
    }
    counts.checked += 1;
    const key = keys.keyOf(item);
    const previews = plan === undefined ? [] : await previewRecord(plan, item, key, images);
    const failing = previews.flatMap(({ preview }) => (preview.kind === 'error' ? [preview] : []));
    const errors = plan === undefined && !item.ok ? [item.error] : failing;
    if (previews.some(({ step, preview }) => step === undefined && preview.kind === 'skipped')) {
      counts.skipped += 1;
    }
    if (errors.length === 0) continue;
    counts.bad += 1;
    if (foreign.add(item)) continue;
    // Two steps may lack the same field.
    const different = new Map(errors.map((error) => [`${error.code} ${error.message}`, error] as const));
    const told = Array.from(different, ([kind, error]) => isTold(kind, error, item.file_line ?? item.line));
    if (told.includes(false)) counts.untold += 1;
  }
  const mistakes = toldOf(alike, path);
  if (counts.untold > 0) {
    const message = `${count(counts.bad, 'record')} of ${counts.checked} would fail; the first ${mostRecordMistakes} mistakes are told`;
    mistakes.push({ severity: 'error', code: 'bad-records', message, place: { path, line: 1 } });
  }
  const isWhole = broken === undefined;
  if (plan?.input.when !== undefined && isWhole && counts.checked > 0 && counts.skipped === counts.checked) {
    const message = `\`input.when\` skips every record (${counts.checked})`;
    mistakes.push({ severity: 'warning', code: 'all-skipped', message, place: { path, line: 1 } });
  }
  if (isWhole || counts.checked > 0) mistakes.push(...inputWarnings(plan, source, counts.checked));
  const rows = foreign.found();
  if (rows !== undefined) mistakes.unshift(foreignEncoding(path, rows));
  if (broken !== undefined) mistakes.push(broken);
  return { checked: counts.checked, bad: counts.bad > 0 || !isWhole, mistakes };
}

interface Mistake {
  readonly code: string;
  readonly message: string;
}

/** A mistake that so many records have, with the lines of the first of them. */
interface Alike extends Mistake {
  readonly lines: number[];
  count: number;
}

function toldOf(alike: ReadonlyMap<string, Alike>, path: string): Diagnostic[] {
  return [...alike.values()].map((one) => mistakeOf(one, path));
}

function mistakeOf({ code, message, lines, count: all }: Alike, path: string): Diagnostic {
  const [line = 1, ...others] = lines;
  const hint = recordRemedy(code);
  return {
    severity: 'error',
    code: code.replaceAll('_', '-'),
    message: others.length === 0 ? message : `${message}; the same on ${linesInWords(others, all - 1)}`,
    ...(hint !== undefined && { hint }),
    place: { path, line },
  };
}

/** `line 3`, `lines 3, 4 and 5`, `lines 3, 4, 5 and 196 more`. */
function linesInWords(lines: readonly number[], count: number): string {
  const hidden = count - lines.length;
  const parts = [...lines.map(String), ...(hidden > 0 ? [`${hidden} more`] : [])];
  const last = parts.pop();
  return parts.length === 0 ? `line ${last}` : `lines ${parts.join(', ')} and ${last}`;
}

/** `1 record`, `2 records`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
