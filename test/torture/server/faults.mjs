// The ways in which the paid server goes wrong. Each takes an exchange and ends it, or deliberately does not.
// `billed: false`: nothing was generated, so nobody would charge for it.

/** An exchange: {response, socket, answer, stream, key, lose}; `answer` is a completion, `lose` counts a request that may come unseen. */

function send({ response }, status, headers, text) {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

const json = { 'content-type': 'application/json' };

function refuse(status, headers = {}) {
  return (exchange) => {
    // A server that tells the key back: it must not reach any file.
    const message = `made to fail, ${exchange.key}`;
    const body = { object: 'error', message, type: 'made_to_fail', param: null, code: null };
    send(exchange, status, { ...json, ...headers }, JSON.stringify(body));
  };
}

function wholeText({ answer, events, stream }) {
  return stream ? events.join('') : JSON.stringify(answer);
}

function typeOf({ stream }) {
  return { 'content-type': stream ? 'text/event-stream; charset=utf-8' : 'application/json' };
}

/** Half of the answer, in no way marked as such. */
function halfText(exchange) {
  const { events, stream } = exchange;
  if (stream) return events.slice(0, Math.ceil(events.length / 2)).join('');
  const text = wholeText(exchange);
  return text.slice(0, text.length / 2);
}

/** Begins an answer and sends half of it; `then` once that has left. */
function begin(exchange, then) {
  const { response } = exchange;
  const length = exchange.stream ? {} : { 'content-length': Buffer.byteLength(wholeText(exchange)) };
  response.writeHead(200, { ...typeOf(exchange), ...length });
  response.write(halfText(exchange), then);
}

export function answerWell(exchange) {
  send(exchange, 200, typeOf(exchange), wholeText(exchange));
}

/** Whoever closes a connection after an answer may throw away the next request on it, which nobody has then seen. */
function afterwards(exchange, end) {
  const { response } = exchange;
  response.once('finish', end);
  answerWell(exchange);
}

const status = (code, headers) => ({ billed: false, enact: refuse(code, headers) });

export const faults = {
  limited: status(429),
  limited_now: status(429, { 'retry-after': '0' }),
  limited_second: status(429, { 'retry-after': '1' }),
  s408: status(408),
  s409: status(409),
  s425: status(425),
  s500: status(500),
  s502: status(502),
  s503: status(503),
  s503_soon: status(503, { 'retry-after': '0' }),
  s504: status(504),
  s422: status(422),
  s401: status(401),
  close_before: { billed: false, enact: ({ socket }) => socket.end() },
  reset_before: { billed: true, enact: ({ socket }) => socket.resetAndDestroy() },
  reset_inside: {
    billed: true,
    enact: (exchange) => begin(exchange, () => exchange.socket.resetAndDestroy()),
  },
  close_inside: { billed: true, enact: (exchange) => begin(exchange, () => exchange.socket.destroy()) },
  reset_after: {
    billed: true,
    enact(exchange) {
      afterwards(exchange, () => {
        exchange.lose();
        exchange.socket.resetAndDestroy();
      });
    },
  },
  close_after: {
    billed: true,
    enact(exchange) {
      afterwards(exchange, () => {
        exchange.lose();
        exchange.socket.end();
      });
    },
  },
  hang: { billed: true, enact() {} },
  hang_inside: { billed: true, enact: (exchange) => begin(exchange, () => {}) },
  dribble: {
    billed: true,
    enact(exchange) {
      const { response } = exchange;
      const text = wholeText(exchange);
      response.writeHead(200, { ...typeOf(exchange) });
      let sent = 0;
      const dripping = setInterval(() => response.write(text[(sent += 1) % 8]), 25);
      response.once('close', () => clearInterval(dripping));
    },
  },
  slow: {
    billed: true,
    enact: (exchange) => setTimeout(answerWell, 150, exchange),
  },
  cut: { billed: true, enact: (exchange) => send(exchange, 200, typeOf(exchange), halfText(exchange)) },
  no_choices: {
    billed: true,
    enact: (exchange) => send(exchange, 200, json, JSON.stringify({ ...exchange.answer, choices: [] })),
  },
  empty: { billed: true, enact: (exchange) => send(exchange, 200, typeOf(exchange), '') },
  html: {
    billed: true,
    enact: (exchange) =>
      send(exchange, 200, { 'content-type': 'text/html' }, `<h1>proxy of ${exchange.key}</h1>`),
  },
  no_http: { billed: true, enact: ({ socket }) => socket.end('this is no HTTP\r\n\r\n') },
};

/** Faults that damage a body or a connection after a good answer was begun: what was generated is charged all the same. */
export const isGood = (name) => name === undefined || ['slow', 'reset_after', 'close_after'].includes(name);
