import { hash } from 'node:crypto';
import type { JsonValue } from '../json/json.ts';
import type { ModelRequest, ModelSettings } from '../models/contract.ts';
import { canonicalJson } from './canonical.ts';

/**
 * What a question is known by: in the journal, in the cache and in recordings alike. Two questions with one fingerprint
 * are the same question, so that the answer to one is an answer to the other.
 */
export type Fingerprint = string;

/** Of what is put together below; a change of that makes another version, and no old answer is then found. */
export const fingerprintVersion = 1;

/**
 * The first 128 bits of the SHA-256 of the canonical JSON, as 32 hexadecimal digits, of
 *
 * - `version`: that of this list
 * - `provider`, `base_url`: another server may answer otherwise under the same name of a model. As the file has them,
 *   also where the simulator stands in, whose address is another in each run
 * - `model`, `parameters`: all that the file sets, in the provider's words
 * - `request`: messages with their images, tools, tool_choice, parallel_tool_calls, response_format with its schema. Each
 *   round of repairs or of tool calls adds messages, so that it is a question of its own
 *
 * Left out, since they change nothing about an answer: the key, time-outs, retries, limits, whether it comes as a stream,
 * the step's id and the record's key.
 */
export function fingerprintsOf(settings: ModelSettings): (request: ModelRequest) => Fingerprint {
  const { provider, base_url = null, name, parameters } = settings;
  const asked = canonicalJson({ version: fingerprintVersion, provider, base_url, model: name, parameters });
  return (request) => digest(`${asked}${canonicalRequest(request)}`);
}

/** Of a call of a tool: what it is, and what it is called with. Its id tells two equal calls of one answer apart. */
export function toolFingerprint(call: {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly identity: JsonValue;
}): Fingerprint {
  const { id, name, identity } = call;
  return digest(
    canonicalJson({ version: fingerprintVersion, id, name, arguments: call.arguments, identity }),
  );
}

function digest(text: string): Fingerprint {
  return hash('sha256', text, 'hex').slice(0, 32);
}

/** Tools and schemas are the same objects for every record: they are put into words once. */
const texts = new WeakMap<object, string>();

function canonicalRequest(request: ModelRequest): string {
  const { messages, tools, response_format, ...rest } = request;
  const fixed = `${held(tools)}${held(response_format)}${canonicalJson(rest)}`;
  return fixed + canonicalJson(messages as unknown as JsonValue);
}

function held(value: object | undefined): string {
  if (value === undefined) return '-';
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = canonicalJson(value as JsonValue);
  texts.set(value, text);
  return text;
}
