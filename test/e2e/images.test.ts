import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeServer, type FakeServer } from '../support/fake-server.ts';
import { pipeHere as pipe } from '../support/pipe-here.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const dataUrl = `data:image/png;base64,${png.toString('base64')}`;

async function fakeServer(): Promise<FakeServer> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  return server;
}

/** `data/rows.csv` with two rows; the image of the first is at `data/photos/cat.png`. */
function project(base_url = 'http://127.0.0.1:9'): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data/photos'), { recursive: true });
  writeFileSync(join(folder, 'data/photos/cat.png'), png);
  writeFileSync(join(folder, 'data/rows.csv'), 'photo\nphotos/cat.png\nphotos/cta.png\n');
  writeFileSync(
    join(folder, 'p.yaml'),
    `version: 1
model: {name: small, base_url: "${base_url}"}
steps:
  caption:
    type: chat
    messages:
      - role: user
        content: [{type: text, text: What is it?}, {type: image_url, image_url: "{{input.photo}}"}]
`,
  );
  return folder;
}

describe('images of records', () => {
  it('are sent from the folder of the input, and what is missing fails its record alone', async () => {
    const server = await fakeServer();
    const folder = project(server.url);
    server.answer = (call) => call.reply('A cat.');
    const { stderr, exitCode } = await pipe(
      ['run', 'p.yaml', '--input', 'data/rows.csv', '--run-dir', 'out'],
      { cwd: folder },
    );
    expect(exitCode).toBe(1);
    expect(server.calls.map(({ body }) => body['messages'])).toEqual([
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: dataUrl },
          ],
        },
      ],
    ]);
    expect(JSON.parse(readFileSync(join(folder, 'out/errors.jsonl'), 'utf8'))).toMatchObject({
      line: 3,
      error: {
        code: 'refused_image',
        message: 'there is no file `photos/cta.png`; did you mean `photos/cat.png`?',
        attempts: 0,
      },
    });
    // The records that failed are to be found again, though their input lies elsewhere.
    expect(stderr).toMatch(/pipe resume out\n/);
    const again = await pipe(
      ['run', 'p.yaml', '--files', 'data', '--input-format', 'errors', '--input', 'out/errors.jsonl'],
      { cwd: folder },
    );
    expect(again.stderr).toContain('did you mean `photos/cat.png`?');
  });

  it('are sent from the folder of --files', async () => {
    const server = await fakeServer();
    const folder = project(server.url);
    server.answer = (call) => call.reply('A cat.');
    const { stderr, exitCode } = await pipe(['run', 'p.yaml', '--input', '-', '--files', 'data/photos'], {
      cwd: folder,
      input: '{"photo": "cat.png"}\n',
    });
    expect(exitCode, stderr).toBe(0);
    expect(server.calls[0]?.rawBody).toContain(dataUrl);
  });

  it('cannot be found for records from stdin without --files', async () => {
    const server = await fakeServer();
    const { stderr, exitCode } = await pipe(['run', 'p.yaml', '--input', '-'], {
      cwd: project(server.url),
      input: '{"photo": "cat.png"}\n',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('name one by `--files DIR`');
    expect(server.calls).toHaveLength(0);
  });

  it.each(['run', 'check', 'render'])('are refused a folder that is none: %s', async (command) => {
    const folder = project();
    for (const [files, why] of [
      ['gone', 'does not exist'],
      ['p.yaml', 'is no folder'],
    ] as const) {
      const { stderr, exitCode } = await pipe(
        [command, 'p.yaml', '--input', 'data/rows.csv', '--files', files],
        { cwd: folder },
      );
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`the folder of \`--files\`, \`${files}\`, ${why}`);
    }
  });

  it('are looked for by a check', async () => {
    const { stderr, exitCode } = await pipe(['check', 'p.yaml', '--input', 'data/rows.csv'], {
      cwd: project(),
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/rows\.csv:3/);
    expect(stderr).toContain('there is no file `photos/cta.png`; did you mean `photos/cat.png`?');
    expect(stderr).not.toMatch(/rows\.csv:2/);
  });

  it('are shown short to people, and exact to programs', async () => {
    const folder = project();
    const large = Buffer.concat([png, Buffer.alloc(9000)]);
    writeFileSync(join(folder, 'data/photos/cat.png'), large);
    const url = `data:image/png;base64,${large.toString('base64')}`;
    const render = (...flags: readonly string[]) =>
      pipe(['render', 'p.yaml', '--input', 'data/rows.csv', '--limit', '1', ...flags], { cwd: folder });
    const text = (await render()).stdout;
    expect(text).toContain(
      `data:image/png;base64,iVBORw0K… (${url.length.toLocaleString('en-US')} characters)`,
    );
    expect(text.length).toBeLessThan(500);
    const json = JSON.parse((await render('--format', 'json')).stdout) as object;
    expect(json).toMatchObject({ body: { messages: [{ content: [{}, { image_url: url }] }] } });
  });
});
