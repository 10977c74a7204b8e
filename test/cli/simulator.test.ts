import { createServer, type AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { command } from './command.ts';

it('tells at its end what it was asked', async () => {
  const port = await freePort();
  const before = process.listenerCount('SIGTERM');
  const running = command(temporaryFolder(), ['simulator', '--port', String(port)]);
  await vi.waitFor(() => expect(process.listenerCount('SIGTERM')).toBeGreaterThan(before));
  const body = JSON.stringify({ model: 'mistral-small-latest', messages: [{ role: 'user', content: 'Hi' }] });
  const headers = { 'content-type': 'application/json' };
  await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: 'POST', headers, body });
  process.emit('SIGTERM');
  const { code, stderr } = await running;
  expect(code).toBe(0);
  expect(stderr).toMatch(/\n1 request, \d+ input and \d+ output tokens?\n$/u);
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
