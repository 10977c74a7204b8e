import type { JsonValue } from '../json/json.ts';
import type { Mistake } from './checks.ts';
import type { Disorder } from './conversation.ts';
import type { EventStream } from './stream.ts';

/** A whole HTTP answer. */
export interface Reply {
  readonly status: number;
  /** Names and values in turn, beside those that every answer carries. */
  readonly headers: readonly string[];
  readonly body: string;
  /** Server-sent events instead of the body, which is empty then. */
  readonly events?: EventStream;
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
  disorder: ({ type, message, code }: Disorder) => errorReply(400, type, message, code),
  unknownModel: (name: string) => errorReply(400, 'invalid_model', `Invalid model: ${name}`, '1500'),
  impossible: (message: string) => errorReply(400, 'invalid_request_error', message, null),
  rateLimited: (retryAfter: number | null, headers: readonly string[] = []) =>
    errorReply(429, 'rate_limited', 'Rate limit exceeded', '1300', [
      ...headers,
      ...(retryAfter === null ? [] : ['retry-after', String(retryAfter)]),
    ]),
  serverError: () => errorReply(500, 'internal_server_error', 'Internal server error', '1000'),
} as const;
