import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../src/cli/terminal.ts';
import { watchRounds } from '../../src/cli/watch.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Does these things, one a round; each must begin the next round, and after the last one Ctrl-C ends it. */
async function rounds(
  things: readonly (() => void)[],
  { during, files }: { readonly during: boolean; readonly files: readonly string[] },
) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let count = 0;
  let seen = '';
  stderr.on('data', (text: Buffer) => {
    seen += text.toString();
    if (!text.toString().includes('waiting for a change')) return;
    if (count > things.length) process.emit('SIGINT');
    else if (!during) things[count - 1]?.();
  });
  const code = await watchRounds({ stdout, stderr } as unknown as Terminal, () => {
    count += 1;
    if (during) things[count - 1]?.();
    return Promise.resolve(files);
  });
  return { code, count, seen };
}

function folder() {
  const path = (name: string) => join(cwd, name);
  const cwd = temporaryFolder();
  writeFileSync(path('a.yaml'), 'one');
  return { path, save: (name: string, text: string) => () => writeFileSync(path(name), text) };
}

describe.each([
  ['while it waits', false],
  ['while a round is under way', true],
])('what is saved %s', (_when, during) => {
  it('begins a round: a change, a file that was not there, another moved into its place', async () => {
    const { path, save } = folder();
    const move = () => {
      save('a.yaml~', 'three')();
      renameSync(path('a.yaml~'), path('a.yaml'));
    };
    const things = [save('a.yaml', 'two'), save('late.yaml', 'new'), move];
    const files = [path('a.yaml'), path('late.yaml')];
    expect(await rounds(things, { during, files })).toMatchObject({ code: 130, count: 4 });
  });
});

it('ends at Ctrl-C, and leaves no listener behind', async () => {
  const before = process.listenerCount('SIGINT');
  const { path } = folder();
  const ended = await rounds([], { during: false, files: [path('a.yaml')] });
  expect(ended).toMatchObject({ code: 130, count: 1 });
  expect(process.listenerCount('SIGINT')).toBe(before);
});

it('says once what it cannot watch, and goes on with the rest', async () => {
  const { path, save } = folder();
  symlinkSync('loop.yaml', path('loop.yaml'));
  const things = [save('a.yaml', 'two'), save('a.yaml', 'three')];
  const files = [path('a.yaml'), path('loop.yaml')];
  const { code, count, seen } = await rounds(things, { during: false, files });
  expect([code, count]).toEqual([130, 3]);
  expect(seen.match(/^warning: not every change will be seen: ELOOP.*loop\.yaml'$/gmu)).toHaveLength(1);
});

it('looks at what is in a folder, not at folders in it', async () => {
  const { path, save } = folder();
  mkdirSync(path('prompts/inner'), { recursive: true });
  symlinkSync('loop', path('prompts/inner/loop'));
  const things = [save('prompts/a.hbs', 'new'), save('prompts/b.hbs', 'new')];
  const { code, count, seen } = await rounds(things, { during: false, files: [path('prompts')] });
  expect([code, count]).toEqual([130, 3]);
  expect(seen).not.toContain('warning');
});

it.each([
  ['a folder of the path', 'one', 'two', 'cur', 'cur/p.yaml'],
  ['the file itself', 'one/p.yaml', 'two/p.yaml', 'p.yaml', 'p.yaml'],
])('sees another link in the place of one: %s', async (_what, from, to, link, file) => {
  for (const during of [false, true]) {
    const { path } = folder();
    for (const name of ['one', 'two']) {
      mkdirSync(path(name));
      writeFileSync(path(`${name}/p.yaml`), name);
    }
    symlinkSync(from, path(link));
    const swap = (target: string) => () => {
      symlinkSync(target, path('new'));
      renameSync(path('new'), path(link));
    };
    const ended = await rounds([swap(to), swap(from)], { during, files: [path(file)] });
    expect(ended).toMatchObject({ code: 130, count: 3 });
  }
});

it.each(['stdout', 'stderr'] as const)('ends when nobody reads %s any more', async (name) => {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const { path } = folder();
  streams.stderr.on('data', (text: Buffer) => {
    if (text.toString().includes('waiting')) streams[name].destroy();
  });
  const round = () => Promise.resolve([path('a.yaml')]);
  expect(await watchRounds(streams as unknown as Terminal, round)).toBe(0);
});

it('fails where what it tells cannot be written', async () => {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const { path } = folder();
  const code = await watchRounds(streams as unknown as Terminal, () => {
    streams.stderr.destroy(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    return Promise.resolve([path('a.yaml')]);
  });
  expect(code).toBe(5);
});

it('tells the round of Ctrl-C, at whatever of its work it is', async () => {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  let told: AbortSignal | undefined;
  const code = await watchRounds(streams as unknown as Terminal, (interrupted) => {
    told = interrupted;
    process.emit('SIGINT');
    return Promise.resolve([]);
  });
  expect([code, told?.aborted]).toEqual([130, true]);
});
