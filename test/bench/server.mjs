// A bare server that answers every chat completion alike: what it costs is the same for each contender. Runs in a
// process of its own; prints its URL, then answers until its stdin closes.
import { createServer } from 'node:http';

const latency = Number(process.argv[2] ?? 0);

const body = JSON.stringify({
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
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (latency === 0) response.writeHead(200, headers).end(body);
    else setTimeout(() => response.writeHead(200, headers).end(body), latency);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
