import type { JsonValue } from '../json/json.ts';
import type { ContentPart, ModelRequest } from '../models/contract.ts';
import type { Failure, RecordResult, SuiteResult, TestResult } from '../testing/result.ts';

/** How many tests ended how, and how many records they are of. */
export interface TestCounts {
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  readonly not_run: number;
  readonly records: number;
}

export function countTests(results: readonly SuiteResult[]): TestCounts {
  const tests = results.flatMap((result) => result.tests);
  const having = (status: TestResult['status']) => tests.filter((test) => test.status === status).length;
  return {
    tests: tests.length,
    passed: having('passed'),
    failed: having('failed'),
    not_run: having('not_run'),
    records: tests.reduce((sum, { records }) => sum + records.length, 0),
  };
}

/** A failure with the record that it is of, null where it is of the test as a whole. */
export interface PlacedFailure {
  readonly record: RecordResult | null;
  readonly failure: Failure;
}

export function failuresOf({ records, failures }: TestResult): readonly PlacedFailure[] {
  return [
    ...records.flatMap((record) => record.failures.map((failure) => ({ record, failure }))),
    ...failures.map((failure) => ({ record: null, failure })),
  ];
}

/** A text as it is, any other value as JSON. */
export function valueText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export interface TurnText {
  readonly role: string;
  readonly text: string;
}

/** The messages of a request, as they read. */
export function turnsOf({ messages }: ModelRequest): readonly TurnText[] {
  return messages.map(({ role, content, tool_calls = [] }) => {
    const text = typeof content === 'string' ? content : content.map(partText).join('\n');
    const calls = tool_calls.map((call) => `${call.name}(${call.arguments})`);
    return { role, text: [text, ...calls].filter((part) => part !== '').join('\n') };
  });
}

function partText(part: ContentPart): string {
  if (part.type === 'text') return part.text;
  if (part.type === 'thinking') return `(thinking) ${part.thinking}`;
  const { image_url: url } = part;
  return `(image) ${url.startsWith('data:') ? url.slice(0, url.indexOf(',') + 1) : url}`;
}
