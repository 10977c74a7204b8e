import { ChatMistralAI } from '@langchain/mistralai';
import type { ChatMistralAIInput } from '@langchain/mistralai';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { startFakeServer } from '../support/fake-server.ts';
import type { FakeServer } from '../support/fake-server.ts';
import { root } from '../support/pipe.ts';

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
