import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import { parseAnswer } from './answer-json.ts';
import { malformed } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import { readHeader } from './header.ts';

/** No server may begin with one, and no reader has to refuse it: https://www.rfc-editor.org/rfc/rfc8259#section-8.1. */
const byteOrderMark = '\ufeff';

/** The body of a 200 as a JSON object. */
export function readBody(headers: IncomingHttpHeaders, body: Buffer): Result<JsonObject, AnswerProblem> {
  const encoding = readHeader(headers, 'content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    return malformed(`with a body compressed by \`${encoding}\`, which was not asked for`);
  const type = readHeader(headers, 'content-type')?.split(';')[0]?.trim();
  if (type !== undefined && !/^application\/(?:[\w.-]+\+)?json$/i.test(type))
    return malformed(`with \`${type}\` instead of JSON: check \`model.base_url\``);
  if (body.length === 0) return malformed('with an empty body');
  if (!isUtf8(body)) return malformed('with a body that is not UTF-8');
  try {
    const text = body.toString('utf8');
    const value: unknown = parseAnswer(text.startsWith(byteOrderMark) ? text.slice(1) : text);
    return isObject(value) ? success(value) : malformed('with JSON that is no object');
  } catch {
    return malformed('with a body that is not JSON');
  }
}
