import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ContentPart, ModelRequest } from '../../src/models/contract.ts';
import { createImages } from '../../src/run/images.ts';
import { drive } from './support/drive.ts';
import { fakeModels } from './support/fake-models.ts';
import { plan, record, step } from './support/plans.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const images = {
  png: Buffer.from('89504e470d0a1a0a0000000d', 'hex'),
  jpeg: Buffer.from('ffd8ffe000104a4649460001', 'hex'),
  gif: Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1'),
  webp: Buffer.from('RIFF\x24\x00\x00\x00WEBPVP8 ', 'latin1'),
};

function showing(...urls: readonly string[]): ModelRequest {
  const parts: readonly ContentPart[] = urls.map((image_url) => ({ type: 'image_url', image_url }));
  return {
    messages: [
      { role: 'system', content: 'Look.' },
      { role: 'user', content: [{ type: 'text', text: 'What is it?' }, ...parts] },
    ],
  };
}

/** A folder `photos` with images in it and a secret beside it. */
async function photos(): Promise<string> {
  const root = temporaryFolder();
  const folder = join(root, 'photos');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  for (const [type, bytes] of Object.entries(images)) writeFileSync(join(folder, `cat.${type}`), bytes);
  writeFileSync(join(folder, 'deep', 'dog.png'), images.png);
  writeFileSync(join(root, 'secret.png'), images.png);
  return folder;
}

async function refusal(folder: string | undefined, name: string): Promise<string> {
  const embedded = await createImages(folder).embed(showing(name));
  if (embedded.ok) throw new Error(`${name} was taken`);
  expect(embedded.error).toMatchObject({ code: 'refused_image', status: null, attempts: 0, scope: 'record' });
  const checked = await createImages(folder, 'check').embed(showing(name));
  expect(checked).toEqual(embedded);
  return embedded.error.message;
}

describe('an image of a record', () => {
  it.each(Object.entries(images))('is read and sniffed: %s', async (type, bytes) => {
    const folder = await photos();
    const embedded = await createImages(folder).embed(showing(`cat.${type}`));
    expect(embedded).toEqual({
      ok: true,
      value: showing(`data:image/${type};base64,${bytes.toString('base64')}`),
    });
  });

  it.each(['./cat.png', 'deep/dog.png', 'deep/../cat.png'])(
    'may lie anywhere in the folder: %s',
    async (name) => {
      const embedded = await createImages(await photos()).embed(showing(name));
      expect(embedded).toMatchObject({ ok: true });
    },
  );

  it('may be a link to another in the folder', async () => {
    const folder = await photos();
    symlinkSync('cat.png', join(folder, 'link.gif'));
    const embedded = await createImages(folder).embed(showing('link.gif'));
    expect(embedded).toEqual({
      ok: true,
      value: showing(`data:image/png;base64,${images.png.toString('base64')}`),
    });
  });

  it('may be in a folder that is reached by a link itself', async () => {
    const folder = await photos();
    const link = join(folder, '..', 'link');
    symlinkSync('photos', link);
    expect(await createImages(link).embed(showing('cat.png'))).toMatchObject({ ok: true });
  });

  it('is read no further than its first bytes for a check', async () => {
    const folder = await photos();
    truncateSync(join(folder, 'cat.png'), 9 * 1024 * 1024);
    const url = 'https://example.com/a.png';
    expect(await createImages(folder, 'check').embed(showing('cat.png', url))).toEqual({
      ok: true,
      value: showing(`data:image/png;base64,${images.png.toString('base64')}`, url),
    });
  });

  it.each(['https://example.com/a.png', 'http://example.com/a?b=c', 'data:image/png;base64,iVBORw0KGgo='])(
    'is sent as it is where it is no path: %s',
    async (url) => {
      const source = createImages(undefined);
      expect(await source.embed(showing(url))).toEqual({ ok: true, value: showing(url) });
      expect(source.used).toBe(false);
    },
  );

  it('is sent as a data URL of as many bytes as an image may have, and of no more', async () => {
    const url = (bytes: number) => `data:image/png;base64,${Buffer.alloc(bytes).toString('base64')}`;
    expect(await createImages(undefined).embed(showing(url(10_485_760)))).toMatchObject({ ok: true });
    expect(await refusal(undefined, url(10_485_761))).toContain('holds 10,485,761 bytes');
  });

  it('leaves a request without one alone', async () => {
    const request: ModelRequest = { messages: [{ role: 'user', content: 'cat.png' }] };
    const embedded = await createImages(undefined).embed(request);
    expect(embedded.ok && embedded.value).toBe(request);
  });
});

describe('an image is refused', () => {
  it.each([
    ['/etc/hostname', 'is an absolute path'],
    ['C:\\photos\\cat.png', 'is an absolute path'],
    ['\\\\server\\cat.png', 'is an absolute path'],
    ['file:///etc/hostname', 'is the URL of a file'],
    ['FILE:cat.png', 'is the URL of a file'],
    ['s3://bucket/cat.png', 'is no address of an image'],
    ['../secret.png', 'leads out of the folder'],
    ['deep/../../secret.png', 'leads out of the folder'],
    ['..', 'leads out of the folder'],
    ['.', 'is a folder'],
    ['deep', 'is a folder'],
    ['cat.png\0.txt', 'holds a NUL'],
    ['cta.png', 'there is no file `cta.png`; did you mean `cat.png`?'],
    ['depe/dog.png', 'its folder does not exist; did you mean the folder `deep`?'],
    ['zebra.bmp', '`--files DIR` names another folder'],
    ['cat.png/dog.png', 'there is no file `cat.png/dog.png`'],
    ['x'.repeat(5000), 'cannot be read: its name is too long (ENAMETOOLONG)'],
    ['https://', 'is no URL'],
    ['data:image/svg+xml,<svg/>', 'is no data URL of an image'],
    ['data:text/html;base64,PGh0bWw+', 'is no data URL of an image'],
    ['data:image/png;base64,', 'is no data URL of an image'],
    ['data:image/png;base64,iVB ORw', 'is no data URL of an image'],
    ['data:image/png;base64,iVB=ORw=', 'is no data URL of an image'],
    ['data:image/png;base64,===', 'is no data URL of an image'],
    [`data:image/png;base64,${'A'.repeat(13_000_000)}?`, 'is no data URL of an image'],
    [`data:image/png;a=${'A'.repeat(13_000_000)};base64,iVBORw==`, 'is no data URL of an image'],
    [`data:image/png${';a=b'.repeat(5_000_000)};base64,iVBORw==`, 'is no data URL of an image'],
    [`data:image/png;base64,${'A'.repeat(14_000_000)}`, '10,500,000 bytes'],
  ])('by its name: %.40s', async (name, words) => {
    const message = await refusal(await photos(), name);
    expect(message).toContain(words);
    expect(message.length).toBeLessThan(600);
  });

  it.each([
    ['empty.png', '', 'is empty'],
    ['page.png', '<!doctype html><html></html>', 'is no PNG, JPEG, GIF or WebP image'],
    ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'is no PNG, JPEG, GIF or WebP image'],
    ['sound.webp', 'RIFF\x24\x00\x00\x00WAVEfmt ', 'is no PNG, JPEG, GIF or WebP image'],
    ['short.png', '\x89PN', 'is no PNG, JPEG, GIF or WebP image'],
  ])('by what it holds: %s', async (name, text, words) => {
    const folder = await photos();
    writeFileSync(join(folder, name), text, 'latin1');
    expect(await refusal(folder, name)).toContain(`\`${name}\` ${words}`);
  });

  it('when it is too large, with its size, and it is not read', async () => {
    const folder = await photos();
    truncateSync(join(folder, 'cat.png'), 40 * 1024 ** 3);
    expect(await refusal(folder, 'cat.png')).toBe(
      '`cat.png` has 42,949,672,960 bytes, and an image may have 10,485,760 (10 MB) at most: make it smaller',
    );
  });

  it.each([
    ['to a file', 'escape.png', '../secret.png'],
    ['to a folder', 'escape/secret.png', '..'],
    ['to the root', 'escape/etc/hostname', '/'],
    ['to nothing, through a folder outside', 'escape/secre.png', '..'],
  ])(
    'when a link leads out of the folder %s, and tells nothing of what is there',
    async (_, name, target) => {
      const folder = await photos();
      symlinkSync(target, join(folder, name.split('/')[0] ?? ''));
      const message = await refusal(folder, name);
      expect(message).toContain(`\`${name}\` leads out of the folder`);
      expect(message).not.toContain('`secret.png`');
    },
  );

  it('when it is a link that leads nowhere, or to itself', async () => {
    const folder = await photos();
    symlinkSync('gone.png', join(folder, 'lost.png'));
    symlinkSync('loop.png', join(folder, 'loop.png'));
    expect(await refusal(folder, 'lost.png')).toContain('`lost.png` is a link that leads nowhere');
    expect(await refusal(folder, 'loop.png')).toBe(
      '`loop.png` cannot be read: its links lead in a circle (ELOOP)',
    );
  });

  it('when it is a pipe, without waiting for a writer', async () => {
    const folder = await photos();
    execFileSync('mkfifo', [join(folder, 'pipe.png')]);
    expect(await refusal(folder, 'pipe.png')).toContain('is no file but a pipe, a socket or a device');
  });

  it('when there is no folder to look in, or it is gone', async () => {
    expect(await refusal(undefined, 'cat.png')).toBe(
      '`cat.png` is the path of a file, and there is no folder to look for it in: name one by `--files DIR`',
    );
    expect(await refusal(join(await photos(), 'gone'), 'cat.png')).toContain('does not exist');
  });
});

describe('a run that shows images', () => {
  const look = step('look', {
    program: {
      output: { type: 'string' },
      render: (scope) => ({ ok: true, value: showing((scope['input'] as { photo: string }).photo) }),
      async execute(scope, services) {
        const outcome = await services.call(showing((scope['input'] as { photo: string }).photo));
        if (!outcome.ok) return { ok: false, error: outcome.error };
        const { text, finish_reason } = outcome.completion;
        return {
          ok: true,
          value: { output: text, tool_calls: [], finish_reason, usage: outcome.usage },
        };
      },
    },
  });

  it('sends them, fails the record of one that cannot be sent, and pays nothing for that', async () => {
    const files = await photos();
    const models = fakeModels();
    const items = [record(0, { photo: '../secret.png' }), record(1, { photo: 'cat.png' })];
    const run = drive(plan([look]), items, { openModel: models.openModel, files });
    const call = await models.nextCall();
    expect(call.request).toEqual(showing(`data:image/png;base64,${images.png.toString('base64')}`));
    call.reply('a cat');
    const finished = await run.finished;
    expect(finished).toMatchObject({
      counts: { succeeded: 1, failed: 1 },
      usage: { total: { requests: 1, records: 1 } },
      files,
    });
    expect(run.of('record_finished')).toContainEqual(
      expect.objectContaining({
        outcome: 'failed',
        step: 'look',
        error: expect.objectContaining({ code: 'refused_image', attempts: 0 }),
      }),
    );
    expect(run.of('call_finished')).toHaveLength(1);
  });

  it('tells of no folder where no file was named', async () => {
    const models = fakeModels();
    const items = [record(0, { photo: 'https://example.com/cat.png' })];
    const run = drive(plan([look]), items, { openModel: models.openModel, files: '.' });
    (await models.nextCall()).reply();
    expect(await run.finished).not.toHaveProperty('files');
  });
});
