import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import type { Completion, ToolCall } from '../models/contract.ts';
import type { Usage } from '../usage/usage.ts';
import type { Fingerprint } from './fingerprint.ts';

/**
 * A model's answer as it is kept. The journal, the cache and recordings write it by `entryMembers` and read it back by
 * `readEntry`; each adds fields of its own before it.
 *
 * - `fingerprint`: of the question (fingerprint.ts)
 * - `model`: the model asked for
 * - `usage`: of all requests that it took, with its cost at the prices of the day
 * - `completion`: text, tool_calls, finish_reason, model (the one that answered), request_id; thinking and refusal where
 *   there are any
 */
export interface Entry {
  readonly fingerprint: Fingerprint;
  readonly model: string;
  readonly usage: Usage;
  readonly completion: Completion;
}

/**
 * The members of an entry as JSON, without braces: in this order, so that a reader may stop before the completion. `asked`:
 * members of the question, to stand before the answer.
 */
export function entryMembers({ fingerprint, model, usage, completion }: Entry, asked?: string): string {
  const question = `"fingerprint":"${fingerprint}","model":${JSON.stringify(model)}${asked === undefined ? '' : `,${asked}`}`;
  return `${question},"usage":${usageJson(usage)},"completion":${JSON.stringify(withoutEmpty(completion))}`;
}

/** By hand, like the lines around it: it is made twice for every call, and JSON.stringify takes many times as long. */
function usageJson(usage: Usage): string {
  return (
    `{"requests":${usage.requests},"retries":${usage.retries},"cached_requests":${usage.cached_requests}` +
    `,"unmetered_requests":${usage.unmetered_requests},"input_tokens":${usage.input_tokens}` +
    `,"cached_input_tokens":${usage.cached_input_tokens},"output_tokens":${usage.output_tokens}` +
    `,"reasoning_tokens":${usage.reasoning_tokens},"total_tokens":${usage.total_tokens},"cost_usd":${usage.cost_usd}}`
  );
}

/** Few models think or refuse: what is not there takes no room in every line. */
function withoutEmpty(completion: Completion): Partial<Completion> {
  const { text, thinking, refusal, tool_calls, finish_reason, model, request_id } = completion;
  return {
    text,
    tool_calls,
    finish_reason,
    model,
    request_id,
    ...(thinking !== '' && { thinking }),
    ...(refusal !== null && { refusal }),
  };
}

/** The entry in a line that was read; undefined where it has not the form of one: then it counts as not there. */
export function readEntry(line: JsonObject): Entry | undefined {
  const { fingerprint, model } = line;
  const usage = readUsage(line['usage']);
  const completion = readCompletion(line['completion']);
  if (typeof fingerprint !== 'string' || typeof model !== 'string') return undefined;
  return usage && completion && { fingerprint, model, usage, completion };
}

function readCompletion(value: JsonValue | undefined): Completion | undefined {
  if (!isObject(value)) return undefined;
  const { text, thinking = '', refusal = null, tool_calls, finish_reason, model, request_id } = value;
  if (typeof text !== 'string' || typeof thinking !== 'string' || !Array.isArray(tool_calls))
    return undefined;
  if (!isTextOrNull(refusal) || !isTextOrNull(finish_reason)) return undefined;
  if (!isTextOrNull(model) || !isTextOrNull(request_id)) return undefined;
  const calls = (tool_calls as readonly JsonValue[]).filter(isToolCall);
  if (calls.length !== tool_calls.length) return undefined;
  return { text, thinking, refusal, tool_calls: calls, finish_reason, model, request_id };
}

function isTextOrNull(value: JsonValue | undefined): value is string | null {
  return value === null || typeof value === 'string';
}

function isToolCall(value: JsonValue): value is JsonValue & ToolCall {
  if (!isObject(value)) return false;
  return ['id', 'name', 'arguments'].every((name) => typeof value[name] === 'string');
}

const counts = ['requests', 'retries', 'cached_requests', 'unmetered_requests'] as const;
const sums = [
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'total_tokens',
  'cost_usd',
] as const;

/** A usage that was read; undefined where a number in it is missing or is none. */
export function readUsage(value: JsonValue | undefined): Usage | undefined {
  if (!isObject(value)) return undefined;
  const known = counts.every((name) => isAmount(value[name]));
  const told = sums.every((name) => value[name] === null || isAmount(value[name]));
  return known && told ? (value as unknown as Usage) : undefined;
}

function isAmount(value: JsonValue | undefined): boolean {
  return typeof value === 'number' && value >= 0;
}
