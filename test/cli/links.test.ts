import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linksOf } from '../../src/cli/links.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function folder() {
  const cwd = realpathSync(temporaryFolder());
  return (name: string) => join(cwd, name);
}

it('are all that a path goes through, each once, as Kubernetes mounts them', async () => {
  const path = folder();
  mkdirSync(path('v1/prompts'), { recursive: true });
  symlinkSync('v1', path('..data'));
  symlinkSync('..data/p.yaml', path('p.yaml'));
  symlinkSync(path('..data/prompts'), path('v1/also'));
  expect(await linksOf([path('p.yaml'), `${path('..data')}/also/../prompts/a.hbs`])).toEqual([
    path('p.yaml'),
    path('..data'),
    path('v1/also'),
  ]);
});

it('are none of a path without, of one that is not there, and end where they go round', async () => {
  const path = folder();
  mkdirSync(path('a'));
  symlinkSync('loop', path('loop'));
  expect(await linksOf([path('a'), path('absent/b'), path('loop/c')])).toEqual([path('loop')]);
});
