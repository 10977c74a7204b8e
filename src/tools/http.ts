import type { JsonObject, JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import type { Scope } from '../template/template.ts';
import { withDeadline } from './deadline.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { compileBody } from './http-body.ts';
import { exchange, type HttpRequest } from './http-exchange.ts';
import { checkEnvironment, compileHeaders } from './http-headers.ts';
import { compileQuery } from './http-query.ts';
import { compileUrl } from './http-url.ts';
import { limitProperties, limitsOf } from './limits.ts';
import type { ToolError, ToolKind, ToolKindBuilder, ToolProgram } from './tool.ts';

/** Sends an HTTP request. */
export const http: ToolKind = {
  kind: 'http',
  description:
    'Sends an HTTP request and gives the answer, JSON or text. Another status than 2xx tells the model that the tool failed, with the beginning of the answer. Redirects are followed on the same server only.',
  properties: {
    http: {
      type: 'object',
      required: ['url'],
      patternProperties: { '^x-': true },
      additionalProperties: false,
      description:
        "The request. Its templates read the call's arguments as `{{args.<name>}}`, beside `input`, `vars` and `steps`.",
      examples: [{ url: 'https://rates.example.com/v1/{{args.currency}}' }],
      properties: {
        method: {
          type: 'string',
          enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
          default: 'GET',
          description: 'The HTTP method. With GET there is no `body`; the others send one where it is given.',
          examples: ['POST'],
        },
        url: {
          type: 'string',
          minLength: 1,
          description:
            'The address. Its server is written out; after that, templates of plain expressions may stand in the path and the query. Each is percent-encoded as one part: it cannot lead to another path.',
          examples: ['https://rates.example.com/v1/{{args.currency}}'],
        },
        query: {
          type: 'object',
          additionalProperties: { type: ['string', 'number', 'boolean'] },
          description:
            'Parameters that are added to the query of the address, each a template. One that is exactly one expression and gives null is left out.',
          examples: [{ date: '{{args.date}}' }],
        },
        headers: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description:
            'Headers, each a template. Here alone, `{{env.NAME}}` reads an environment variable, such as a token; its value is taken out of what the tool gives back.',
          examples: [{ Authorization: 'Bearer {{env.RATES_TOKEN}}' }],
        },
        body: {
          description:
            'What is sent, as JSON: keys and values with templates in them, where a value that is exactly one expression keeps its type. With another `Content-Type` among the headers, a text is sent as it is.',
          examples: [{ amount: '{{args.amount}}' }],
        },
      },
    },
    ...limitProperties,
  },
  compile,
};

interface HttpSpec {
  readonly method?: string;
  readonly url: string;
  readonly query?: JsonObject;
  readonly headers?: JsonObject;
  readonly body?: JsonValue;
}

async function compile(spec: JsonObject, builder: ToolKindBuilder): Promise<ToolProgram> {
  const { method = 'GET', ...parts } = spec['http'] as unknown as HttpSpec;
  const limits = limitsOf(spec, builder);
  const url = compileUrl(parts.url, builder);
  const query = compileQuery(parts.query, builder);
  const headers = compileHeaders(parts.headers, builder);
  const body = compileBody(parts.body, headers.type, builder);
  if (body !== undefined && method === 'GET') {
    builder.report({
      code: 'conflicting-keys',
      message: 'a GET request has no `body`',
      hint: 'write `method: POST`, or put the values into `query`',
      pointer: ['http', 'body'],
      part: 'key',
    });
  }
  const render = (scope: Scope, env: Environment): Result<HttpRequest, ToolError> => {
    const address = url(scope);
    if (!address.ok) return address;
    const parameters = query(scope);
    if (!parameters.ok) return parameters;
    const rendered = headers.render({ ...scope, env });
    if (!rendered.ok) return rendered;
    const content = body?.(scope);
    if (content?.ok === false) return content;
    return success({
      method,
      url: withQuery(address.value, parameters.value),
      headers: rendered.value,
      body: content?.value,
    });
  };
  return {
    env: headers.env,
    // A header with an empty token is refused by the server at best.
    filled: headers.env,
    async run(call, { signal, env }) {
      const read = readEnvironment(headers.env, env);
      if (!read.ok) return read;
      const unfit = checkEnvironment(read.value);
      if (unfit !== undefined) return failure(unfit);
      const request = render({ ...call.scope, args: call.arguments }, read.value);
      if (!request.ok) return request;
      const secrets = Object.values(read.value);
      return withDeadline(limits.timeout, signal, (signal) =>
        exchange(request.value, { max_bytes: limits.max_bytes, secrets, signal }),
      );
    },
  };
}

function withQuery(url: string, query: string): string {
  if (query === '') return url;
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}
