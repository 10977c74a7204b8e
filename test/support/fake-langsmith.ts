import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { isObject, type JsonObject } from '../../src/json/json.ts';

/** A run as LangSmith would keep it: what was posted of it, with what was patched over it. */
export interface TracedRun extends JsonObject {
  readonly id: string;
  readonly name: string;
}

export interface FakeLangSmith {
  readonly url: string;
  readonly runs: () => readonly TracedRun[];
  /** All that was posted, as it was. */
  readonly received: () => string;
  readonly run: (name: string) => TracedRun;
  readonly close: () => void;
}

/** Takes traces as LangSmith does: GET /info, and parts of runs by POST /runs/multipart. */
export async function startFakeLangSmith(): Promise<FakeLangSmith> {
  const bodies: string[] = [];
  const runs = new Map<string, JsonObject>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
      bodies.push(body);
      for (const [id, part] of partsOf(body)) runs.set(id, { ...runs.get(id), ...part });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"batch_ingest_config":{"use_multipart_endpoint":true}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const all = () => [...runs.values()] as unknown as readonly TracedRun[];
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    runs: all,
    received: () => bodies.join('\n'),
    run(name) {
      const found = all().find((one) => one.name === name);
      if (found === undefined)
        throw new Error(
          `no run ${name} among ${all()
            .map((one) => one.name)
            .join()}`,
        );
      return found;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The parts of a multipart body: a run (`post.<id>`, `patch.<id>`), or one of its fields (`post.<id>.outputs`). */
function partsOf(body: string): readonly (readonly [string, JsonObject])[] {
  const parts = body.matchAll(/name="(?:post|patch)\.([0-9a-f-]+)(?:\.(\w+))?"[^]*?\r\n\r\n([^]*?)\r\n--/g);
  return [...parts].map(([, id = '', field, text = '']) => {
    const value: unknown = JSON.parse(text);
    const part = field === undefined ? value : { [field]: value };
    return [id, isObject(part) ? part : {}];
  });
}
