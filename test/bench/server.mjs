// The server that all contenders ask: every chat completion is answered alike, at a cost that leaves the processor to
// them. Bare sockets, since node:http takes longer over a request than some contenders do. Runs in a process of its own;
// takes its options as JSON, prints its URL, tells at /stats what it was asked, and ends when its stdin does.
import { createServer } from 'node:net';
import { createBucket, createLatency } from './server-options.mjs';

const options = JSON.parse(process.argv[2] ?? '{}');
const latencyOf = createLatency(options.latency);
const bucket = createBucket(options.per_second);

const completion = reply('200 OK', {
  id: 'cmpl-0',
  object: 'chat.completion',
  created: 1_780_000_000,
  model: 'mistral-small-2603',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'Tous les êtres humains naissent libres et égaux.',
        tool_calls: null,
      },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 32, completion_tokens: 14, total_tokens: 46 },
});
const refusal = reply('429 Too Many Requests', {
  object: 'error',
  message: 'Rate limit exceeded',
  type: 'rate_limited',
  param: null,
  code: '1300',
});

/** Milliseconds of the first request and of the last answer; 429s, and those of them after the first second. */
const stats = { requests: 0, answered: 0, refused: 0, refused_late: 0, first: 0, last: 0 };

function reply(status, body) {
  const bytes = Buffer.from(JSON.stringify(body));
  const told = options.tells ? `x-ratelimit-limit-req-minute: ${options.per_second * 60}\r\n` : '';
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n${told}\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

function answer(socket, request) {
  if (request.startsWith('GET /stats ')) {
    socket.write(reply('200 OK', stats));
    return;
  }
  const now = performance.now();
  if (stats.requests === 0) stats.first = now;
  stats.requests += 1;
  if (!bucket.take(now)) {
    stats.refused += 1;
    if (now - stats.first > 1000) stats.refused_late += 1;
    socket.write(refusal);
    return;
  }
  const latency = latencyOf(request);
  if (latency === 0) complete(socket);
  else setTimeout(complete, latency, socket);
}

function complete(socket) {
  stats.answered += 1;
  stats.last = performance.now();
  socket.write(completion);
}

const server = createServer({ noDelay: true }, (socket) => {
  let received = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    received += chunk.latin1Slice();
    for (;;) {
      const head = received.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received)?.[1] ?? 0);
      const end = head + 4 + length;
      if (received.length < end) return;
      answer(socket, received.slice(0, end));
      received = received.slice(end);
    }
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
process.stdin.resume().on('end', () => process.exit(0));
