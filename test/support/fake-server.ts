import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';

/**
 * A stand-in for Mistral's API over real HTTP, driven by handshake: a test takes each request as it arrives and decides
 * what comes back, so that no test has to sleep or to guess an order.
 *
 *   const server = await startFakeServer();
 *   const answer = client.call(…);            // base_url: server.url
 *   const call = await server.nextCall();
 *   call.reply('Hallo');
 *   await answer;
 *   await server.close();
 *
 * With `server.answer` set, every later request is answered by that function and does not wait in `nextCall`.
 */
export interface FakeServer {
  /** The origin, such as http://127.0.0.1:41234. */
  readonly url: string;
  /** Every request so far, in order of arrival. */
  readonly calls: readonly FakeCall[];
  /** Requests received and not yet ended, now and at most. */
  readonly inFlight: number;
  readonly maxInFlight: number;
  /** Connections opened so far. */
  readonly connections: number;
  answer: ((call: FakeCall) => void) | undefined;
  /** The next request that no one has taken yet. */
  nextCall(): Promise<FakeCall>;
  /** Ends every connection, answered or not. */
  close(): Promise<void>;
}

export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: string;
  /** The body as JSON; an empty object where it is none. */
  readonly body: JsonObject;
  /** Resolves when the connection's exchange is over: the answer was sent, or either side closed the socket. */
  readonly ended: Promise<'answered' | 'closed'>;
  /** A 200 with a completion; text stands for its content. */
  reply(completion?: string | FakeCompletion, headers?: OutgoingHttpHeaders): void;
  /** A 200 with a whole stream that says the completion. */
  replyStream(completion?: string | FakeCompletion, headers?: OutgoingHttpHeaders): void;
  /** Begins a 200 with a stream, of which the test sends each piece. */
  startStream(headers?: OutgoingHttpHeaders): FakeStream;
  /** An error status. The default body is Mistral's shape of an error. */
  fail(status: number, details?: { headers?: OutgoingHttpHeaders; body?: JsonValue }): void;
  /** Exactly these bytes. The default status is 200 and the default content type JSON. */
  raw(answer: { status?: number; headers?: OutgoingHttpHeaders; body: string | Uint8Array }): void;
  /** Cuts the connection: before the first byte of an answer, or inside its body. */
  drop(when: 'before' | 'inside'): void;
  /** Begins a body and never comes to its end, though a byte comes now and then. */
  trickle(): void;
  /** Says on purpose that nothing will be answered. */
  hang(): void;
}

export interface FakeStream {
  /** Exactly these bytes. Resolves when they have left. */
  chunk(bytes: string | Uint8Array): Promise<void>;
  /** One event. */
  event(data: JsonValue): Promise<void>;
  /** Ends the body as HTTP does, whatever was sent. */
  end(): void;
  /** Cuts the connection inside the body. */
  cut(): void;
}

/** What differs from the default completion. */
export interface FakeCompletion {
  readonly id?: string;
  readonly model?: string;
  /** A string, null, or Mistral's list of chunks. */
  readonly content?: JsonValue;
  readonly tool_calls?: readonly FakeToolCall[];
  readonly finish_reason?: string;
  /** Null: the answer says nothing of usage. */
  readonly usage?: JsonObject | null;
}

export interface FakeToolCall {
  readonly id?: string;
  readonly name: string;
  /** JSON text, or a value to be written as such. */
  readonly arguments: JsonValue;
}

export const defaultUsage = { prompt_tokens: 13, completion_tokens: 7, total_tokens: 20 };

/** The JSON of a whole `chat.completion`, for tests that change it before they send it. */
export function completionBody(completion: FakeCompletion = {}, asked = 'mistral-small-latest'): JsonObject {
  const calls = completion.tool_calls?.map((call, index) => ({
    id: call.id ?? `call${String(index).padStart(5, '0')}`,
    type: 'function',
    function: {
      name: call.name,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
    },
  }));
  const content = completion.content === undefined ? (calls ? '' : 'Hello.') : completion.content;
  return {
    id: completion.id ?? 'cmpl-fake',
    object: 'chat.completion',
    created: 1_767_225_600,
    model: completion.model ?? asked,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, ...(calls && { tool_calls: calls }) },
        finish_reason: completion.finish_reason ?? (calls ? 'tool_calls' : 'stop'),
      },
    ],
    ...(completion.usage !== null && { usage: completion.usage ?? defaultUsage }),
  };
}

/** The events of a `chat.completion` that comes as a stream, `[DONE]` included, in Mistral's manner. */
export function streamEvents(completion: FakeCompletion = {}, asked = 'mistral-small-latest'): string[] {
  const { choices, usage, ...head } = completionBody(completion, asked);
  const { message, finish_reason } = (choices as readonly JsonObject[])[0] ?? {};
  const { content = null, tool_calls = null } = message as JsonObject;
  const event = (delta: JsonObject, rest: JsonObject = {}, reason: JsonValue = null): string => {
    const choice = { index: 0, delta, finish_reason: reason };
    return eventText({ ...head, object: 'chat.completion.chunk', choices: [choice], ...rest });
  };
  return [
    event({ role: 'assistant', content: '' }),
    ...contentPieces(content).map((piece) => event({ content: piece })),
    ...callPieces(tool_calls).map((piece) => event({ tool_calls: [piece] })),
    event({ content: '' }, usage === undefined ? {} : { usage }, finish_reason ?? null),
    eventText('[DONE]'),
  ];
}

function eventText(data: JsonValue): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

/** A text word by word; parts one by one. */
function contentPieces(content: JsonValue): readonly JsonValue[] {
  if (typeof content === 'string') return content.match(/\S*\s*/g)?.filter(Boolean) ?? [];
  return Array.isArray(content) ? (content as readonly JsonValue[]).map((part) => [part]) : [];
}

/** Each call in three pieces: its name, and the halves of its arguments. */
function callPieces(calls: JsonValue): JsonObject[] {
  return ((calls ?? []) as readonly JsonObject[]).flatMap(({ id = null, ...call }, index): JsonObject[] => {
    const { name = null, arguments: text } = call['function'] as JsonObject;
    const written = typeof text === 'string' ? text : '';
    const half = Math.ceil(written.length / 2);
    return [
      { index, id, type: 'function', function: { name, arguments: '' } },
      { index, function: { arguments: written.slice(0, half) } },
      { index, function: { arguments: written.slice(half) } },
    ];
  });
}

export async function startFakeServer(): Promise<FakeServer> {
  const calls: FakeCall[] = [];
  const untaken: FakeCall[] = [];
  const waiting: ((call: FakeCall) => void)[] = [];
  const state = { inFlight: 0, maxInFlight: 0, connections: 0 };

  const server = createServer((request, response) => void receive(request, response));
  server.on('connection', () => (state.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const fake: FakeServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    get inFlight() {
      return state.inFlight;
    },
    get maxInFlight() {
      return state.maxInFlight;
    },
    get connections() {
      return state.connections;
    },
    answer: undefined,
    nextCall() {
      const call = untaken.shift();
      if (call) return Promise.resolve(call);
      return new Promise((resolve) => waiting.push(resolve));
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = createCall(request, response, await readText(request));
    calls.push(call);
    state.inFlight += 1;
    state.maxInFlight = Math.max(state.maxInFlight, state.inFlight);
    if (fake.answer) fake.answer(call);
    else hand(call);
    await call.ended;
    state.inFlight -= 1;
  }

  function hand(call: FakeCall): void {
    const taker = waiting.shift();
    if (taker) taker(call);
    else untaken.push(call);
  }

  return fake;
}

function createCall(request: IncomingMessage, response: ServerResponse, rawBody: string): FakeCall {
  const body = parseObject(rawBody);
  const asked = typeof body['model'] === 'string' ? body['model'] : undefined;
  const send = (status: number, headers: OutgoingHttpHeaders, text: string | Uint8Array): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(text);
  };
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    rawBody,
    body,
    ended: new Promise((resolve) => {
      if (response.closed) resolve('closed');
      response.once('close', () => resolve(response.writableFinished ? 'answered' : 'closed'));
    }),
    reply(completion = {}, headers = {}) {
      const said = typeof completion === 'string' ? { content: completion } : completion;
      send(200, headers, JSON.stringify(completionBody(said, asked)));
    },
    replyStream(completion = {}, headers = {}) {
      const said = typeof completion === 'string' ? { content: completion } : completion;
      send(200, { 'content-type': eventStream, ...headers }, streamEvents(said, asked).join(''));
    },
    startStream(headers = {}) {
      response.writeHead(200, { 'content-type': eventStream, ...headers });
      response.flushHeaders();
      const chunk: FakeStream['chunk'] = (bytes) =>
        new Promise((resolve) => void response.write(bytes, () => resolve()));
      return {
        chunk,
        event: (data) => chunk(eventText(data)),
        end: () => void response.end(),
        cut: () => void request.socket.destroy(),
      };
    },
    fail(status, { headers = {}, body = defaultError(status) } = {}) {
      send(status, headers, JSON.stringify(body));
    },
    raw({ status = 200, headers = {}, body }) {
      send(status, headers, body);
    },
    drop(when) {
      if (when === 'before') {
        request.socket.destroy();
        return;
      }
      const text = JSON.stringify(completionBody({}, asked));
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      // Only once the first half has left is the cut certain to be inside the body.
      response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
    },
    trickle() {
      response.writeHead(200, { 'content-type': 'application/json' });
      const dripping = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(dripping));
    },
    hang() {},
  };
}

const eventStream = 'text/event-stream; charset=utf-8';

/** The errors that Mistral really sends, so that a test which says only the status meets a real body. */
function defaultError(status: number): JsonValue {
  if (status === 401) return { detail: 'Unauthorized' };
  if (status === 422)
    return { detail: [{ type: 'missing', loc: ['body', 'messages'], msg: 'Field required', input: null }] };
  if (status === 429)
    return {
      object: 'error',
      message: 'Rate limit exceeded',
      type: 'rate_limited',
      param: null,
      code: '1300',
    };
  return { object: 'error', message: `Fake error ${status}`, type: 'fake_error', param: null, code: null };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The client left before it had sent everything: what came is the request.
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}
