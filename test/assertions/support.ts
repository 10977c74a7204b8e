import type { Grade, Seen, Verdict } from '../../src/assertions/assertion.ts';
import { assertionKinds } from '../../src/assertions/registry.ts';
import type { JsonValue } from '../../src/json/json.ts';
import { failure, success, type Result } from '../../src/result.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import type { Usage } from '../../src/usage/usage.ts';

export interface Judging {
  readonly usage?: Partial<Usage>;
  /** What a judge says; its question is added to `questions`. */
  readonly grade?: Grade | string;
  readonly questions?: unknown[];
  /** What is wrong with a value by the schema. */
  readonly mistakes?: (value: JsonValue) => readonly string[];
}

/** What a kind says of a value, or what it reports of what is expected. */
export async function judged(
  kind: string,
  expected: JsonValue,
  value: JsonValue,
  { usage = {}, grade = 'not asked', questions = [], mistakes = () => [] }: Judging = {},
): Promise<Verdict | { readonly reported: readonly string[] }> {
  const reported: string[] = [];
  const judge = await assertionKinds.get(kind)?.compile(expected, {
    schema: async () => mistakes,
    report: ({ message }) => reported.push(message),
  });
  if (judge === undefined) return { reported };
  const seen: Seen = { value, usage: { ...zeroUsage, ...usage } };
  return judge(seen, expected, {
    async grade(question): Promise<Result<Grade, string>> {
      questions.push(question);
      return typeof grade === 'string' ? failure(grade) : success(grade);
    },
  });
}
