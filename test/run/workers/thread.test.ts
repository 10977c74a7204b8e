import { describe, expect, it, onTestFinished } from 'vitest';
import { threadsOf } from '../../../src/run/workers/thread.ts';

/** Starts a thread that runs this code in place of ours. */
function startThread(
  code: string,
  env: { readonly [name: string]: string } = {},
  nodeOptions: readonly string[] = [],
) {
  const start = threadsOf({ env, nodeOptions }, new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const heard: unknown[] = [];
  const died: unknown[] = [];
  let ring = () => {};
  const next = () => new Promise<void>((resolve) => (ring = resolve));
  const thread = start({
    heard(batch) {
      heard.push(...batch);
      ring();
    },
    died(error) {
      died.push(error);
      ring();
    },
  });
  onTestFinished(() => thread.end());
  return { thread, heard, died, next };
}

const answering = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', (batch) => parentPort.postMessage(batch.map((asked) => ({ type: 'heard', asked }))));
`;

describe('a thread', () => {
  it('hears and is heard', async () => {
    const { thread, heard, next } = startThread(answering);
    const asked = { type: 'abort', signal: 3 } as const;
    thread.post([asked, asked]);
    await next();
    expect(heard).toEqual([
      { type: 'heard', asked },
      { type: 'heard', asked },
    ]);
  });

  it('gets nothing of the environment but what Node reads to trust a server', async () => {
    const env = { MISTRAL_API_KEY: 'secret', LANGSMITH_TRACING: 'true', NODE_OPTIONS: '--import=./x.mjs' };
    const telling = `
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage([{ ...process.env }]);
    `;
    const without = startThread(telling, env);
    await without.next();
    expect(without.heard).toEqual([{}]);
    const trusting = startThread(telling, { ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    await trusting.next();
    expect(trusting.heard).toEqual([{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }]);
  });

  it('connects as Node was told to, and has nothing of the process without being told', async () => {
    const telling = `
      import { getDefaultResultOrder } from 'node:dns';
      import { maxHeaderSize } from 'node:http';
      import { getDefaultAutoSelectFamily } from 'node:net';
      import { DEFAULT_MIN_VERSION } from 'node:tls';
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage([DEFAULT_MIN_VERSION, getDefaultResultOrder(), getDefaultAutoSelectFamily(), maxHeaderSize]);
    `;
    const told = startThread(telling, {}, [
      '--tls-min-v1.3',
      '--dns-result-order=ipv4first',
      '--no-network-family-autoselection',
      '--max-http-header-size=65536',
    ]);
    await told.next();
    expect(told.heard).toEqual(['TLSv1.3', 'ipv4first', false, 65_536]);
    const untold = startThread(telling);
    await untold.next();
    expect(untold.heard).toEqual(['TLSv1.2', 'verbatim', true, 16_384]);
  });

  it('starts where Node has an option for the whole process only', async () => {
    const telling = `
      import { DEFAULT_MIN_VERSION } from 'node:tls';
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage([DEFAULT_MIN_VERSION]);
    `;
    const { heard, next } = startThread(telling, {}, ['--use-system-ca', '--tls-min-v1.3']);
    await next();
    expect(heard).toEqual(['TLSv1.3']);
    expect(() => startThread(telling, {}, ['--use-bundled-ca'])).toThrow('--use-bundled-ca');
  });

  it.each([
    ['an error that nothing catches', "throw new Error('a bug')", 'a bug'],
    [
      'a rejection that nothing catches',
      "await Promise.resolve(); void Promise.reject(new Error('late'))",
      'late',
    ],
    ['its own exit', 'process.exit(3)', 'a worker thread ended by itself, with exit code 3'],
    ['nothing left to do', '', 'a worker thread ended by itself, with exit code 0'],
    ['code that is none', 'import {', 'Unexpected'],
  ])('dies once of %s', async (_what, code, message) => {
    const { thread, died, next } = startThread(code);
    await next();
    await thread.end();
    expect(died).toMatchObject([{ message: expect.stringContaining(message) }]);
  });

  it('is ended whatever it does, and has not died', async () => {
    const { thread, died, next } = startThread(`
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage([]);
      for (;;);
    `);
    await next();
    await thread.end();
    expect(died).toEqual([]);
  });
});
