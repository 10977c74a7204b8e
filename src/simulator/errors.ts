import type { JsonValue } from '../json/json.ts';
import type { Mistake } from './checks.ts';

/** A whole HTTP answer. */
export interface Reply {
  readonly status: number;
  /** Names and values in turn, beside those that every answer carries. */
  readonly headers: readonly string[];
  readonly body: string;
}

export function jsonReply(status: number, value: object, headers: readonly string[] = []): Reply {
  return { status, headers, body: JSON.stringify(value) };
}

function errorReply(
  status: number,
  type: string,
  message: JsonValue,
  code: string | null,
  headers: readonly string[] = [],
): Reply {
  return jsonReply(status, { object: 'error', message, type, param: null, code }, headers);
}

/** Each answer that is not a completion, in the shape in which Mistral's API gives it. */
export const errors = {
  unauthorized: () => jsonReply(401, { detail: 'Unauthorized' }),
  notFound: () => jsonReply(404, { detail: 'Not Found' }),
  methodNotAllowed: (allowed: string) => jsonReply(405, { detail: 'Method Not Allowed' }, ['allow', allowed]),
  tooLarge: (limit: number) =>
    errorReply(413, 'invalid_request_error', `The request is larger than ${limit} bytes`, null),
  notJson: (reason: string) =>
    jsonReply(422, {
      detail: [
        { type: 'json_invalid', loc: ['body'], msg: 'JSON decode error', input: {}, ctx: { error: reason } },
      ],
    }),
  invalid: (mistakes: readonly Mistake[]) =>
    errorReply(422, 'invalid_request_error', { detail: mistakes.map((mistake) => ({ ...mistake })) }, null),
  messageOrder: (message: string) => errorReply(400, 'invalid_request_message_order', message, '3230'),
  unknownModel: (name: string) => errorReply(400, 'invalid_model', `Invalid model: ${name}`, '1500'),
  notSimulated: (what: string) =>
    errorReply(400, 'invalid_request_error', `The simulator does not answer ${what}`, null),
  rateLimited: (retryAfter: number | null) =>
    errorReply(
      429,
      'rate_limited',
      'Rate limit exceeded',
      '1300',
      retryAfter === null ? [] : ['retry-after', String(retryAfter)],
    ),
  serverError: () => errorReply(500, 'internal_server_error', 'Internal server error', '1000'),
} as const;
