import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadPipeline, recordsOf } from '../../src/index.ts';
import type { JsonObject } from '../../src/json/json.ts';
import type { StepType } from '../../src/steps/step.ts';
import { toolsStep } from '../../src/steps/tools.ts';
import { success } from '../../src/result.ts';
import { drive } from '../run/support/drive.ts';
import { fakeKind, kindsOf } from '../steps/tools-support.ts';
import type { FakeCompletion, FakeServer } from '../support/fake-server.ts';
import { expectGolden } from '../support/golden.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openRig } from './rig.ts';
import { runStep } from './run-step.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['state'],
  properties: { state: { enum: ['sent', 'lost'] } },
};

const tools = toolsStep(
  kindsOf(fakeKind('fake', { find: () => success({ state: 'sent', since: '2026-08-01' }) })),
);
const find = {
  fake: 'find',
  description: 'Finds an order.',
  parameters: { type: 'object', required: ['order'], properties: { order: { type: 'string' } } },
};
const withTools = (other: JsonObject = {}): JsonObject => ({
  system: 'You answer customers.',
  prompt: 'Where is my order A-7?',
  tools: { find },
  ...other,
});
const callsFind: FakeCompletion = {
  tool_calls: [{ id: 'D681PevKs', name: 'find', arguments: '{"order": "A-7"}' }],
};

interface Exchange {
  readonly step: string | StepType;
  readonly spec: JsonObject;
  readonly parameters?: JsonObject;
  readonly stream?: boolean;
  /** What the server says, in turn. */
  readonly answers: readonly (string | FakeCompletion)[];
}

/** How a step ended, and every request of it as the server got it, a request a line. */
async function exchange({ step, spec, answers, parameters = {}, stream = false }: Exchange) {
  const rig = await openRig({ settings: { parameters } });
  const left = [...answers];
  rig.server.answer = (call) => {
    const answer = left.shift();
    if (answer === undefined) call.fail(400);
    else if (stream) call.replyStream(answer);
    else call.reply(answer);
  };
  const result = await runStep(rig, step, spec, { stream });
  return { ok: result.ok, unsaid: left, bytes: received(rig.server) };
}

function received(server: FakeServer): string {
  return server.calls.map(({ rawBody }) => `${rawBody}\n`).join('');
}

function expectBytes(name: string, bytes: string): void {
  expectGolden(fileURLToPath(new URL(`golden/wire/step-${name}.jsonl`, import.meta.url)), bytes);
}

// What each part of a request looks like is in wire.test.ts: these are whole exchanges, as steps have them.
describe('the bytes of a step’s requests', () => {
  it.each<[string, Exchange]>([
    [
      'tools-then-schema',
      {
        step: tools,
        spec: withTools({ schema, strict: true, tool_choice: 'any', parallel_tool_calls: false }),
        answers: [callsFind, 'It was sent.', '{"state":"sent"}'],
      },
    ],
    [
      'tools-then-schema-repaired',
      {
        step: tools,
        spec: withTools({ schema, repair: 1 }),
        answers: [callsFind, 'It was sent.', '{"status":"sent"}', '{"state":"sent"}'],
      },
    ],
    ['tools-stream', { step: tools, spec: withTools(), stream: true, answers: [callsFind, 'It was sent.'] }],
    [
      'tools-after-thinking',
      {
        step: tools,
        spec: withTools(),
        parameters: { reasoning_effort: 'high' },
        answers: [
          {
            ...callsFind,
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'I must look.' }] },
              { type: 'text', text: 'Let me look.' },
            ],
          },
          'It was sent.',
        ],
      },
    ],
    [
      'json_schema-repaired',
      {
        step: 'structured',
        spec: { prompt: 'Where is my order A-7?', schema, repair: 1 },
        answers: ['{"state":"gone"}', '{"state":"lost"}'],
      },
    ],
    [
      'json_schema-repaired-after-thinking',
      {
        step: 'structured',
        spec: { prompt: 'Where is my order A-7?', schema, repair: 1 },
        parameters: { reasoning_effort: 'high' },
        answers: [
          {
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'Gone?' }] },
              { type: 'text', text: '{"state":"gone"}' },
            ],
          },
          '{"state":"lost"}',
        ],
      },
    ],
    [
      'function_calling-repaired',
      {
        step: 'structured',
        spec: { prompt: 'Where is my order A-7?', schema, method: 'function_calling', repair: 2 },
        answers: [
          'It is lost.',
          { tool_calls: [{ id: 'D681PevKs', name: 'ticket', arguments: '{"state":"gone"}' }] },
          { tool_calls: [{ id: 'D681PevKt', name: 'ticket', arguments: '{"state":"lost"}' }] },
        ],
      },
    ],
    [
      'chat-stream',
      {
        step: 'chat',
        spec: { prompt: 'Where is my order A-7?' },
        parameters: { reasoning_effort: 'none', temperature: 0 },
        stream: true,
        answers: ['It was sent.'],
      },
    ],
  ])('are held whole: %s', async (name, all) => {
    const { ok, unsaid, bytes } = await exchange(all);
    expect({ ok, unsaid }).toEqual({ ok: true, unsaid: [] });
    expectBytes(name, bytes);
  });

  it('are held whole: images, a file by a data URL, a URL as it is', async () => {
    const { server } = await openRig();
    server.answer = (call) => call.reply('A cat.');
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'cat.png'), Buffer.from('89504e470d0a1a0a0000000d', 'hex'));
    const file = join(folder, 'look.yaml');
    writeFileSync(
      file,
      `version: 1
name: look
model: {name: mistral-small-latest, base_url: '${server.url}'}
steps:
  look:
    type: chat
    messages:
      - role: user
        content:
          - {type: text, text: What is it?}
          - {type: image_url, image_url: '{{input.photo}}'}
          - {type: image_url, image_url: '{{input.other}}'}
`,
    );
    const { plan, diagnostics } = await loadPipeline(file);
    expect(diagnostics).toEqual([]);
    if (plan === undefined) throw new Error('the pipeline is sound');
    const record = { photo: 'cat.png', other: 'https://a.example/cat.png?b=c' };
    const { finished } = drive(plan, recordsOf([record]), { files: folder });
    expect(await finished).toMatchObject({ counts: { succeeded: 1 } });
    expectBytes('images', received(server));
  });
});
