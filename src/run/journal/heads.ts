import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import type { Usage } from '../../usage/usage.ts';
import { lineStart } from '../checked-line.ts';
import { readUsage } from '../entry.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { JournalReservation, JournalSettlement, Reserved } from './lines.ts';
import type { Outcome } from './record-index.ts';

/** What a line says before it comes to what may be long: an answer, a result, a record's output. */
export type Head =
  | { readonly type: 'run'; readonly format: number; readonly run?: string; readonly reserves: boolean }
  | { readonly type: 'resumed'; readonly force: boolean; readonly reserves: boolean }
  | ({ readonly type: 'reserve' } & JournalReservation)
  | ({ readonly type: 'settle' } & JournalSettlement)
  | CallHead
  | ToolHead
  | RecordHead
  | { readonly type: 'end' }
  /** Of a type that is not known here. */
  | { readonly type: 'other' };

export interface CallHead {
  readonly type: 'call';
  readonly key: string;
  readonly step: string;
  readonly call: number;
  readonly ok: boolean;
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds since the session began; null where the journal does not tell it. */
  readonly at: number | null;
  /** Of its requests, those that a 429 answered; null where the journal does not tell it. */
  readonly limited: number | null;
  /** Milliseconds of `duration` that its requests waited to be let out; 0 where the journal does not tell it. */
  readonly waited: number;
  readonly held?: Reserved;
  readonly resolved_model: string | null;
  readonly fingerprint: Fingerprint;
  readonly model: string;
  readonly usage: Usage;
}

export interface ToolHead {
  readonly type: 'tool';
  readonly key: string;
  readonly step: string;
  readonly ok: boolean;
  readonly fingerprint: Fingerprint;
}

export interface RecordHead {
  readonly type: 'record';
  readonly outcome: Outcome;
  readonly sequence: number;
  readonly key: string;
  /** Bytes from the line's begin to what stands in results.jsonl or errors.jsonl. */
  readonly body: number;
  /** Of a failed record; its step is null where the record itself was at fault. */
  readonly failure?: { readonly step: string | null; readonly code: string };
}

/**
 * The member that may be long, where the rest of the line is left unread. Within a text a quote is escaped, so that these
 * bytes are a member's name, and no object before it has such a one. Only a failed record, whose error comes after its
 * input, is read whole.
 */
const longMembers: { readonly [type: string]: Buffer } = {
  call: Buffer.from(',"completion":'),
  tool: Buffer.from(',"arguments":'),
  record: Buffer.from(',"output":'),
};

const body = Buffer.from(',"index":');
/** Bytes that hold a line's type, and the outcome of a record. */
const beginning = 80;

/** The head of a line that is as it was written; undefined where it cannot be one of a journal. */
export function readHead(line: Buffer): Head | undefined {
  const from = lineStart.length;
  const begin = line.toString('latin1', from, from + beginning);
  const [, type, failed] = /^"type":"([^"\\]+)"(,"outcome":"failed")?/.exec(begin) ?? [];
  if (type === undefined) return undefined;
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (read === undefined) return { type: 'other' };
  const long = failed === undefined ? longMembers[type] : undefined;
  const end = long === undefined ? -1 : line.indexOf(long, from);
  const members = parsed(end === -1 ? line.toString() : `${line.toString('utf8', 0, end)}}`);
  return members && read(members, line);
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const readers: { readonly [type: string]: (members: JsonObject, line: Buffer) => Head | undefined } = {
  run({ format, run, reserves }) {
    if (!isCount(format)) return undefined;
    return { type: 'run', format, ...(typeof run === 'string' && { run }), reserves: reserves === true };
  },
  resumed({ force, reserves }) {
    return typeof force === 'boolean' ? { type: 'resumed', force, reserves: reserves === true } : undefined;
  },
  reserve(members) {
    const { key, step, call, model, request } = members;
    const reserved = readReserved(members);
    const held = readHeld(members);
    if (typeof key !== 'string' || typeof step !== 'string' || typeof model !== 'string') return undefined;
    if (!isCount(call) || !isCount(request) || reserved === undefined || held === undefined) return undefined;
    return { type: 'reserve', key, step, call, model, request, ...reserved, ...held };
  },
  settle(members) {
    const { key, step, call, model } = members;
    const usage = readUsage(members['usage']);
    const held = readHeld(members);
    if (typeof key !== 'string' || typeof step !== 'string' || typeof model !== 'string') return undefined;
    if (!isCount(call) || usage === undefined || held === undefined) return undefined;
    return { type: 'settle', key, step, call, model, usage, ...held };
  },
  call(members) {
    const { key, step, call, ok, duration, fingerprint, model, resolved_model = null } = members;
    const usage = readUsage(members['usage']);
    const held = readHeld(members);
    if (typeof key !== 'string' || typeof step !== 'string' || typeof model !== 'string') return undefined;
    if (!isCount(call) || typeof ok !== 'boolean' || usage === undefined) return undefined;
    if (resolved_model !== null && typeof resolved_model !== 'string') return undefined;
    if (held === undefined || typeof duration !== 'number' || typeof fingerprint !== 'string')
      return undefined;
    const { at = null, limited = at === null ? null : 0 } = members;
    const waited = isAmount(members['waited']) ? (members['waited'] ?? 0) : 0;
    if (!isAmount(at) || !isAmount(limited)) return undefined;
    const asked = { key, step, call, fingerprint, model, resolved_model } as const;
    return { type: 'call', ...asked, ok, duration, at, limited, waited, usage, ...held };
  },
  tool({ key, step, ok, fingerprint }) {
    if (typeof key !== 'string' || typeof step !== 'string' || typeof ok !== 'boolean') return undefined;
    if (typeof fingerprint !== 'string') return undefined;
    return { type: 'tool', key, step, ok, fingerprint };
  },
  record(members, line) {
    const { outcome, sequence, key } = members;
    if (!isOutcome(outcome) || !isCount(sequence) || typeof key !== 'string') return undefined;
    const head = { type: 'record', outcome, sequence, key, body: line.indexOf(body) + 1 } as const;
    if (outcome !== 'failed') return head;
    const { step, error } = members;
    if ((step !== null && typeof step !== 'string') || !isObject(error)) return undefined;
    const { code } = error;
    return typeof code === 'string' ? { ...head, failure: { step, code } } : undefined;
  },
  end: () => ({ type: 'end' }),
};

/** Undefined where it is there and cannot be read. */
function readHeld({ held }: JsonObject): { readonly held?: Reserved } | undefined {
  if (held === undefined) return {};
  const reserved = readReserved(held);
  return reserved && { held: reserved };
}

function readReserved(value: JsonValue | undefined): Reserved | undefined {
  if (!isObject(value)) return undefined;
  const { usd, tokens } = value;
  return isAmount(usd) && isAmount(tokens) ? { usd, tokens } : undefined;
}

function isAmount(value: JsonValue | undefined): value is number | null {
  return value === null || (typeof value === 'number' && value >= 0);
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isOutcome(value: JsonValue | undefined): value is Outcome {
  return value === 'succeeded' || value === 'failed' || value === 'skipped';
}
