import { ChatMistralAI } from '@langchain/mistralai';
import type { ChatMistralAIInput } from '@langchain/mistralai';
import { execa } from 'execa';
import { onTestFinished, vi } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/json/json.ts';
import { startFakeServer } from '../../support/fake-server.ts';
import type { FakeCall, FakeServer } from '../../support/fake-server.ts';
import { root } from '../../support/pipe.ts';

// Why the stock class's transport, defaults and readings are not used: each hazard is shown on it, and then that a call
// of ours does not have it. Where the stock half of one fails after an upgrade, the seam may have become thinner.

/** LangChain's own class against a fake server, as a user of it would set it up. */
export async function openStock(
  fields: Partial<ChatMistralAIInput> = {},
): Promise<{ server: FakeServer; model: ChatMistralAI }> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  const model = new ChatMistralAI({ apiKey: 'test-key', serverURL: server.url, maxRetries: 0, ...fields });
  return { server, model };
}

/**
 * Runs a script in a process of its own, since what it shows may end the process. The script lives until its stdin
 * closes, which is when the test ends, unless something ends it before.
 */
export async function runApart(
  script: string,
  flags: readonly string[] = [],
): Promise<{ exitCode: number | undefined; output: string }> {
  const { exitCode, all } = await execa(
    process.execPath,
    [...flags, '--input-type=module', '--eval', `process.stdin.resume();\n${script}`],
    { cwd: root, reject: false, all: true, stdin: 'pipe', timeout: 25_000 },
  );
  return { exitCode, output: all };
}

/** Hands over each wait before a retry of the stock class, with what goes on after it, instead of waiting. */
export function holdRetries(take: (goOn: () => void, milliseconds: number) => void): void {
  const start = setTimeout;
  vi.stubGlobal(
    'setTimeout',
    (act: (...given: unknown[]) => void, milliseconds: number, ...given: unknown[]) => {
      // The connection beneath has timers too.
      if (new Error().stack?.includes('/p-retry/') !== true) return start(act, milliseconds, ...given);
      take(act, milliseconds);
      return undefined;
    },
  );
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
}

export const bodiesOf = (server: FakeServer): readonly JsonObject[] => server.calls.map(({ body }) => body);

/** An answer that is a whole stream of these events. */
export const sendEvents = (events: readonly string[]) => (call: FakeCall) =>
  call.raw({ headers: { 'content-type': 'text/event-stream' }, body: events.join('') });

/** One event of a stream. */
export function chunk(delta: JsonObject, finish_reason: JsonValue = null): JsonObject {
  return {
    id: 'cmpl-fake',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  };
}
