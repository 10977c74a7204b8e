import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeServer } from '../support/fake-server.ts';
import { expectGolden } from '../support/golden.ts';
import { typed } from '../support/in-process.ts';
import { project } from '../testing/support.ts';
import { oneTerminal } from './one-terminal.ts';

const golden = (name: string) => fileURLToPath(new URL(`golden/try/${name}`, import.meta.url));

const twoSteps = (url: string) => `version: 1
model: {name: small, base_url: "${url}"}
partials: ./prompts
steps:
  topic: {type: chat, prompt: "Name the topic of: {{input.text}}"}
  reply: {type: chat, prompt: "{{> reply}}"}
output: {reply: "{{steps.reply.output}}", topic: "{{upper steps.topic.output}}"}
`;

function folderOf(url: string): string {
  return project({
    'p.yaml': twoSteps(url),
    'prompts/reply.hbs': 'Write a reply\nto this ticket: {{input.text}}\n',
    'rows.jsonl': '{"text":"Where is it?"}\n',
  });
}

/** A project whose edits are made one after the other, each when the round before it is through. */
async function watched(command: 'try' | 'render', edits: readonly ((folder: string) => void)[]) {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  server.answer = (call) => {
    const asked = JSON.stringify(call.body['messages']);
    if (asked.includes('Name the topic')) call.replyStream('parcels');
    else
      call.replyStream(
        `Dear customer,\n\nyour parcel is ${asked.includes('short') ? '' : 'certainly '}on its way.`,
      );
  };
  const folder = folderOf(server.url);
  const screen = oneTerminal();
  const args = [command, join(folder, 'p.yaml'), '--input', join(folder, 'rows.jsonl'), '--watch'];
  const running = typed(folder, args, screen.others);
  for (const [round, edit] of edits.entries()) {
    await screen.shows('waiting for a change', round);
    edit(folder);
  }
  await screen.shows('waiting for a change', edits.length);
  process.emit('SIGINT');
  expect((await running).exitCode).toBe(130);
  return {
    calls: server.calls.length,
    seen: screen
      .seen()
      .replaceAll(`${folder}/`, '')
      .replaceAll(/127\.0\.0\.1:\d+/g, '<server>')
      .replaceAll(/\b\d+(\.\d+)? m?s\b/g, '<time>'),
  };
}

const reply = (folder: string) => join(folder, 'prompts/reply.hbs');
const shorter = 'Write a short reply\nto this ticket: {{input.text}}\n';

const edits = [
  (folder: string) => writeFileSync(reply(folder), shorter),
  (folder: string) => writeFileSync(reply(folder), '{{#if input.text}}never closed'),
  (folder: string) => {
    writeFileSync(`${reply(folder)}~`, 'Write a reply\nto this ticket: {{input.text}}\nBe kind.\n');
    renameSync(`${reply(folder)}~`, reply(folder));
  },
  (folder: string) => writeFileSync(join(folder, 'rows.jsonl'), '{"text":"Where is my parcel?"}\n'),
];

const withoutTopic = (folder: string) => {
  const path = join(folder, 'p.yaml');
  const lines = readFileSync(path, 'utf8').split('\n');
  const kept = lines.filter((line) => !line.startsWith('  topic:') && !line.startsWith('output:'));
  writeFileSync(path, kept.join('\n'));
};

describe('--watch', () => {
  it('tries again at each save: what is asked anew, by what the answer has changed, what is cached', async () => {
    const { seen, calls } = await watched('try', edits);
    expectGolden(golden('watch.txt'), seen);
    expect(calls).toBe(6);
  });

  it('renders again at each save: what has changed of the requests', async () => {
    const { seen, calls } = await watched('render', [...edits, withoutTopic]);
    expectGolden(golden('render-watch.txt'), seen);
    expect(calls).toBe(0);
  });

  it('renders on stdout nothing but requests: that none has changed is told beside them', async () => {
    const folder = folderOf('http://127.0.0.1:9');
    const screen = oneTerminal();
    const stdout = new PassThrough();
    let data = '';
    stdout.on('data', (text: Buffer) => (data += text.toString()));
    const args = [
      'render',
      join(folder, 'p.yaml'),
      '--input',
      join(folder, 'rows.jsonl'),
      '--step',
      'topic',
      '--watch',
    ];
    const running = typed(folder, args, { ...screen.others, stdout: stdout as never });
    await screen.shows('waiting for a change');
    expect(data).toContain('Name the topic of: Where is it?');
    data = '';
    writeFileSync(reply(folder), shorter);
    await screen.shows('nothing that is sent has changed\n');
    await screen.shows('waiting for a change', 1);
    process.emit('SIGINT');
    expect((await running).exitCode).toBe(130);
    expect(data).toBe('');
  });
});
