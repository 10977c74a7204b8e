// A server of chat completions that counts what a provider would charge for, in a process of its own so that nothing of
// the run shares its fate. Prints {url, control} as a line of JSON and answers until its stdin closes.
//
// Its control, at an address of its own:
//   POST /control  a behaviour (below), from now on; with `reset: true` all counts begin anew
//   GET  /stats    what it has counted (stats.mjs)
//   GET  /wait?received=12   answers as soon as that total has been reached (or answered, held, inFlight, restarts)
//   POST /release  answers what is held, and holds nothing more
//   POST /restart?downtime=50   cuts every connection, and is not there for so many milliseconds
import { createServer } from 'node:http';
import { completionOf, draw, eventsOf, nameOf } from './answers.mjs';
import { answerWell, faults, isGood } from './faults.mjs';
import { createStats } from './stats.mjs';

const behaviours = {
  /** Milliseconds that an answer takes: from, to. */
  latency: [0, 0],
  /** Whether a question that names a fault by `once-` meets it. */
  named: false,
  /** Faults that each question meets in this order before it is answered; null is a good answer. */
  script: [],
  /** Faults drawn: {seed, share, kinds, most}: of each question's first `most` requests this share meets one of the kinds. */
  drawn: null,
  /** Requests that are let in within any second; the others get a 429. */
  quota: null,
  /** Holds every answer from this request on. */
  holdFrom: null,
  /** Restarts when so many requests have come: [{at, downtime}]. */
  restarts: [],
};

let behaviour = behaviours;
let stats = createStats();
let held = [];
let admitted = [];
const sockets = new Set();

/** Words in a question: it always meets that fault (its record fails, in a disturbed run as in any other), or the first time. */
const named = /(poison|once)-(\w+)/;

function faultFor(name, nth, text) {
  const [, when, which] = named.exec(text) ?? [];
  if (when === 'poison' || (when === 'once' && nth === 1 && behaviour.named)) return which;
  if (behaviour.quota !== null) {
    const now = performance.now();
    admitted = admitted.filter((time) => now - time < 1000);
    if (admitted.length >= behaviour.quota) return 'limited_second';
    admitted.push(now);
  }
  if (nth <= behaviour.script.length) return behaviour.script[nth - 1] ?? undefined;
  const { seed = 0, share = 0, kinds = [], most = 0 } = behaviour.drawn ?? {};
  if (nth > most || draw(1e6, seed, name, nth, 'whether') >= share * 1e6) return undefined;
  return kinds[draw(kinds.length, seed, name, nth, 'which')];
}

function receive(request, response, text) {
  const body = JSON.parse(text);
  const counts = stats;
  const name = nameOf(body);
  const nth = counts.receive(name);
  const kind = faultFor(name, nth, text);
  const answer = completionOf(body, name, nth);
  const exchange = {
    response,
    socket: request.socket,
    answer,
    events: eventsOf(answer),
    stream: body.stream === true,
    key: request.headers.authorization ?? '',
    lose: () => (counts.totals.unseen += 1),
  };
  response.once('finish', () => {
    if (isGood(kind)) counts.answered(name);
    counts.changed();
  });
  response.once('close', () => {
    counts.totals.inFlight -= 1;
  });
  if (kind !== undefined) counts.fault(kind);
  if (kind === undefined || faults[kind].billed) counts.bill(answer.usage);
  const enact = kind === undefined ? answerWell : faults[kind].enact;
  schedule(() => enact(exchange), name);
  const restart = behaviour.restarts.find(({ at }) => at === counts.totals.received);
  if (restart !== undefined) setTimeout(cutAndReturn, 0, restart.downtime);
  counts.changed();
}

function schedule(enact, name) {
  const { holdFrom, latency } = behaviour;
  if (holdFrom !== null && stats.totals.received >= holdFrom) {
    held.push(enact);
    stats.totals.held += 1;
    return;
  }
  const [from, to] = latency;
  const delay = from + (to > from ? draw(to - from, name, 'latency') : 0);
  if (delay === 0) enact();
  else setTimeout(() => enact(), delay);
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => receive(request, response, Buffer.concat(chunks).toString()));
});
server.keepAliveTimeout = 60_000;
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  socket.on('error', () => {});
});

/** Every connection is cut; one that is between two requests may have the next one on its way. */
function cutAndReturn(downtime) {
  const { port } = server.address();
  stats.totals.unseen += Math.max(0, sockets.size - stats.totals.inFlight);
  server.close(() => {
    setTimeout(() => {
      server.listen(port, '127.0.0.1', () => {
        stats.totals.restarts += 1;
        stats.changed();
      });
    }, downtime);
  });
  for (const socket of sockets) socket.resetAndDestroy();
}

function control({ reset, ...changes }) {
  behaviour = { ...behaviours, ...changes };
  if (reset !== true) return;
  stats = createStats();
  held = [];
  admitted = [];
}

function release() {
  behaviour = { ...behaviour, holdFrom: null };
  for (const enact of held.splice(0)) enact();
}

async function obey(request, text) {
  const { pathname, searchParams } = new URL(request.url, 'http://control');
  if (pathname === '/control') control(JSON.parse(text));
  else if (pathname === '/release') release();
  else if (pathname === '/restart') cutAndReturn(Number(searchParams.get('downtime') ?? 0));
  else if (pathname === '/wait') {
    const [[total, count]] = [...searchParams];
    const reached = stats.reached(total, Number(count));
    stats.changed();
    await reached;
  }
  return stats.report();
}

const controller = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    void obey(request, Buffer.concat(chunks).toString()).then((report) =>
      response.end(JSON.stringify(report)),
    );
  });
});

function listen(one) {
  return new Promise((resolve) => {
    one.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${one.address().port}`));
  });
}

const [url, controlUrl] = await Promise.all([listen(server), listen(controller)]);
process.stdout.write(`${JSON.stringify({ url, control: controlUrl })}\n`);
process.stdin.resume().on('end', () => process.exit(0));
