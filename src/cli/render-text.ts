import { printable, printableJson, withoutCommands } from '../diagnostic/printable.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import type { PlanStep } from '../plan.ts';
import type { RecordItem } from '../records/record.ts';
import type { Preview } from '../run/preview.ts';

/** The record that is rendered. */
export interface RenderedPlace {
  /** Of its file, as people know it; absent where it comes from none. */
  readonly path?: string;
  readonly item: RecordItem;
  readonly key: string;
}

export function asJson({ item, key }: RenderedPlace, step: PlanStep | undefined, preview: Preview): string {
  const { kind, ...what } = preview;
  const line = { index: item.index, line: item.line, key, step: step?.id ?? null, kind, ...what };
  return `${printableJson(JSON.stringify(line))}\n`;
}

export function asText(place: RenderedPlace, step: PlanStep | undefined, preview: Preview): string {
  const text = `${titleOf(place, step)}\n${indent(describe(preview))}\n\n`;
  return withoutCommands(printable(text, 'lines'));
}

export function titleOf({ path, item, key }: RenderedPlace, step: PlanStep | undefined): string {
  const where = path === undefined ? 'the record' : `${path}:${item.file_line ?? item.line}  ${key}`;
  return `${where}${step === undefined ? '' : `  ${step.id}`}`;
}

export function describe(preview: Preview): string {
  switch (preview.kind) {
    case 'request':
      return `POST ${preview.url}\n${describeBody(preview.body)}`;
    case 'skipped':
      return 'skipped by its `when`';
    case 'awaits':
      return `not known before a run: it awaits the output of ${preview.steps.join(', ')}`;
    case 'error':
      return `error: ${preview.message} [${preview.code}]`;
  }
}

/** The parameters on one line each, then the messages as they read. */
function describeBody({ messages, ...parameters }: JsonObject): string {
  const lines = Object.entries(parameters).map(
    ([name, value]) => `${name}: ${JSON.stringify(value, shortened)}`,
  );
  const turns = Array.isArray(messages) ? (messages as readonly JsonValue[]) : [];
  for (const turn of turns.filter(isObject)) {
    const { role, content, ...others } = turn;
    const text = typeof content === 'string' ? content : JSON.stringify(content, shortened);
    const extras = Object.keys(others).length === 0 ? '' : ` ${JSON.stringify(others)}`;
    lines.push(`${typeof role === 'string' ? role : ''}${extras}:`, indent(text));
  }
  return lines.join('\n');
}

/** The data of an image says nothing to a reader, and fills many screens. Some providers want it without its head. */
function shortened(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const [, head = '', data = ''] = /^(data:[^,]*,)(.*)$/is.exec(value) ?? [
    '',
    '',
    name === 'data' ? value : '',
  ];
  if (data.length <= longestData || !/^[\w+/=-]*$/.test(data)) return value;
  return `${head}${data.slice(0, shownData)}… (${value.length.toLocaleString('en-US')} characters)`;
}

const longestData = 100;
const shownData = 8;

export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
