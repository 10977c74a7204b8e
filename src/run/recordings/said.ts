import type { JsonValue } from '../../json/json.ts';
import type { ToolOutcome } from '../../tools/tool.ts';
import { canonicalJson } from '../canonical.ts';
import type { Entry } from '../entry.ts';

export type Said =
  | { readonly type: 'answer'; readonly entry: Pick<Entry, 'completion'> }
  | { readonly type: 'tool'; readonly outcome: ToolOutcome };

/**
 * What an entry answers, as one text by which two that say the same are known. What it cost and the id of its request are
 * no part of it: an answer that came again is the same.
 */
export function saidBy(entry: Said): string {
  if (entry.type === 'tool') return canonicalJson(entry.outcome as unknown as JsonValue);
  return canonicalJson({ ...entry.entry.completion, request_id: null } as unknown as JsonValue);
}
