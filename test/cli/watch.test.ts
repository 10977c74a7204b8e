import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../src/cli/terminal.ts';
import { watchRounds } from '../../src/cli/watch.ts';

/** Does these things, one a round; each must begin the next round, and after the last one Ctrl-C ends it. */
async function rounds(
  things: readonly (() => void)[],
  { during, files }: { readonly during: boolean; readonly files: readonly string[] },
) {
  const stderr = new PassThrough();
  let count = 0;
  stderr.on('data', (text: Buffer) => {
    if (!text.toString().includes('waiting for a change')) return;
    if (count > things.length) process.emit('SIGINT');
    else if (!during) things[count - 1]?.();
  });
  const code = await watchRounds({ stderr } as unknown as Terminal, () => {
    count += 1;
    if (during) things[count - 1]?.();
    return Promise.resolve(files);
  });
  return { code, count };
}

function folder() {
  const path = (name: string) => join(cwd, name);
  const cwd = mkdtempSync(join(tmpdir(), 'pipe-watch-'));
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
    expect(await rounds(things, { during, files })).toEqual({ code: 130, count: 4 });
  });
});

it('ends at Ctrl-C, and leaves no listener behind', async () => {
  const before = process.listenerCount('SIGINT');
  const { path } = folder();
  expect(await rounds([], { during: false, files: [path('a.yaml')] })).toEqual({ code: 130, count: 1 });
  expect(process.listenerCount('SIGINT')).toBe(before);
});
