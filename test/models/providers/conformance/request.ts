import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Gate, RequestSize } from '../../../../src/models/contract.ts';
import { success } from '../../../../src/result.ts';
import { expectGolden } from '../../../support/golden.ts';
import { key, question } from '../../rig.ts';
import type { FakeWire } from '../fakes/fake-wire.ts';
import { add, requests } from '../requests.ts';
import { benchFor } from './bench.ts';

/** What a provider is sent. */
export function describeRequests(wire: FakeWire): void {
  const { open, answering, replyStream } = benchFor(wire);

  describe(`the request of ${wire.provider.provider}`, () => {
    it('is what `body` says, byte by byte, and goes where `url` says', async () => {
      let golden = '';
      for (const [name, request] of Object.entries(requests)) {
        const { server, ask, client } = await answering({ text: 'Hello.' });
        await ask(request);
        await client.close();
        const [call] = server.calls;
        const settings = { ...wire.settings, parameters: {}, timeout: 1, idle_timeout: 1 };
        expect(call?.rawBody, name).toBe(JSON.stringify(wire.provider.body(settings, request)));
        expect(call?.path).toBe(wire.path(false));
        expect(wire.provider.url({ ...settings, base_url: server.url })).toBe(
          `${server.url}${wire.path(false)}`,
        );
        golden += `# ${name}\n${call?.rawBody}\n`;
      }
      expectGolden(goldenPath(wire, 'requests'), golden);
    });

    it('holds each parameter as it is set, and nothing else', async () => {
      const { parameters } = wire.provider;
      if (Object.keys(wire.parameters).length === 0) return;
      expect(Object.keys(wire.parameters).sort()).toEqual(Object.keys(parameters).sort());
      let golden = '';
      for (const [name, values] of Object.entries(wire.parameters)) {
        for (const value of values) {
          const settings = { parameters: { [name]: value } };
          const { server, ask, client } = await answering({ text: 'Hello.' }, { settings });
          const request = name === 'parallel_tool_calls' ? { tools: [add] } : {};
          await ask(request);
          await client.close();
          golden += `# ${name}\n${server.calls[0]?.rawBody}\n`;
        }
      }
      expectGolden(goldenPath(wire, 'parameters'), golden);
    });

    it('is let out by its size without the bytes of its images', async () => {
      const sizes: RequestSize[] = [];
      const admit: Gate['admit'] = (size) => {
        sizes.push(size);
        return success({ settle: () => 'used' });
      };
      const asking = async (base64: string) => {
        const { server, ask, client } = await answering({ text: 'Hello.' }, { gate: { admit } });
        const image_url = `data:image/png;base64,${base64}`;
        const content = [
          { type: 'text' as const, text: 'What is this?' },
          { type: 'image_url' as const, image_url },
        ];
        await ask({ messages: [{ role: 'user', content }] });
        await client.close();
        return server.calls[0]?.rawBody ?? '';
      };
      const body = await asking('iVBORw0KGgo=');
      expect(body).toContain('iVBORw0KGgo=');
      expect(sizes).toEqual([{ bytes: Buffer.byteLength(body) - 'iVBORw0KGgo='.length, images: 1 }]);
      await asking('iVBORw0KGgo='.repeat(10_000));
      expect(sizes[1]).toEqual(sizes[0]);
    });

    it('asks for a stream as `body` says', async () => {
      const { server, stream } = await open();
      server.answer = (call) => replyStream(call, wire.events({ text: 'Hello.' }));
      await stream().outcome;
      const [call] = server.calls;
      const settings = { ...wire.settings, parameters: {}, timeout: 1, idle_timeout: 1 };
      expect(call?.rawBody).toBe(JSON.stringify(wire.provider.body(settings, question, true)));
      expect(call?.path).toBe(wire.path(true));
      expectGolden(goldenPath(wire, 'stream'), `${call?.rawBody}\n`);
    });

    it('changes nothing that it is given, and is the same each time', () => {
      const settings = Object.freeze({ ...wire.settings, parameters: {}, timeout: 1, idle_timeout: 1 });
      for (const request of Object.values(requests)) {
        const before = JSON.stringify(request);
        const first = wire.provider.body(settings, request);
        expect(wire.provider.body(settings, request)).toEqual(first);
        expect(JSON.stringify(request)).toBe(before);
      }
    });

    it('has the key in its header, and there alone', async () => {
      const { server, ask } = await answering({ text: 'Hello.' });
      await ask();
      const [call] = server.calls;
      const [name, value] = wire.keyHeader(key);
      expect(call?.headers[name]).toBe(value);
      const { [name]: _, ...others } = call?.headers ?? {};
      expect(JSON.stringify([others, call?.path, call?.rawBody])).not.toContain(key);
      expect(call?.headers['user-agent']).toMatch(/^prompt-pipe\/\d/);
    });

    it('has no key where there is none, nor anything that stands for one', async () => {
      const { server, ask } = await answering({ text: 'Hello.' }, { services: { api_key: undefined } });
      expect(await ask()).toMatchObject({ ok: true });
      expect(server.calls[0]?.headers).not.toHaveProperty(wire.keyHeader(key)[0]);
      expect(JSON.stringify(server.calls[0]?.headers)).not.toContain('held-by');
    });
  });
}

function goldenPath({ provider }: FakeWire, name: string): string {
  return fileURLToPath(new URL(`../golden/${provider.provider}/${name}.txt`, import.meta.url));
}
