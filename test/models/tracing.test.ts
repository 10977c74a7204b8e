import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { key, openRig } from './rig.ts';

/** A stand-in for LangSmith: takes whatever is posted. */
const traced: { path: string; text: string }[] = [];
const langSmith = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const bytes = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    traced.push({ path: request.url ?? '', text: text.toString('latin1') });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"batch_ingest_config":{"use_multipart_endpoint":true}}');
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => langSmith.listen(0, '127.0.0.1', resolve));
  process.env['LANGSMITH_TRACING'] = 'true';
  process.env['LANGSMITH_ENDPOINT'] = `http://127.0.0.1:${(langSmith.address() as AddressInfo).port}`;
  process.env['LANGSMITH_API_KEY'] = 'langsmith-key';
  process.env['MISTRAL_API_KEY'] = key;
});

afterAll(async () => {
  for (const name of ['LANGSMITH_TRACING', 'LANGSMITH_ENDPOINT', 'LANGSMITH_API_KEY', 'MISTRAL_API_KEY'])
    delete process.env[name];
  langSmith.closeAllConnections();
  await new Promise((resolve) => langSmith.close(resolve));
});

/** Twice, since the queue of callbacks hands over to the client's batches. */
async function flushed(): Promise<void> {
  await awaitAllCallbacks();
  await awaitAllCallbacks();
}

describe('a traced call', () => {
  it('is told to LangSmith with its step, record, parameters and usage, and without the key', async () => {
    const { server, ask } = await openRig({
      settings: { parameters: { temperature: 0, max_tokens: 800 } },
    });
    server.answer = (call) => call.reply('Ich liebe Programmieren.');
    expect(await ask({ messages: [{ role: 'user', content: 'I love programming.' }] })).toMatchObject({
      ok: true,
    });
    server.answer = (call) => call.fail(422, { body: { detail: `Not with ${key}` } });
    expect((await ask()).ok).toBe(false);
    server.answer = (call) =>
      call.reply({
        id: key,
        model: key,
        content: [
          { type: 'thinking', thinking: `I was sent ${key}` },
          { type: 'text', text: `You said ${key}` },
        ],
        finish_reason: key,
        tool_calls: [{ id: key, name: key, arguments: { a: key } }],
      });
    expect((await ask()).ok).toBe(true);
    await flushed();

    const told = traced.map(({ text }) => text).join('\n');
    expect(told).toContain('I love programming.');
    expect(told).toContain('Ich liebe Programmieren.');
    expect(told).toContain('"name":"translate"');
    expect(told).toContain('"record":"r1"');
    expect(told).toContain('"max_tokens":800');
    expect(told).toContain('"total_tokens":20');
    expect(told).toContain('Not with [redacted]');
    expect(told).toContain('You said [redacted]');
    expect(told).not.toContain(key);
  });

  it('tells when the first token of a stream came', async () => {
    const before = traced.length;
    const { server, stream } = await openRig();
    server.answer = (call) => call.replyStream('Guten Tag.');
    expect(await stream().outcome).toMatchObject({ ok: true, completion: { text: 'Guten Tag.' } });
    await flushed();
    const told = traced
      .slice(before)
      .map(({ text }) => text)
      .join('\n');
    expect(told.match(/"name":"new_token"/g)).toHaveLength(2);
    expect(told).toContain('"stream":true');
    expect(told).toContain('Guten Tag.');
    expect(told).toContain('"total_tokens":20');
  });
});
