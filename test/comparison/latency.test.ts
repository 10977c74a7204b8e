import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRunSide } from '../../src/comparison/run-side.ts';
import { latencyOf } from '../../src/comparison/latency.ts';
import { createJournal } from '../../src/run/journal/journal.ts';
import { nodeFileSystem } from '../../src/run/file-system.ts';
import { createRecordIndex } from '../../src/run/journal/record-index.ts';
import type { Fingerprint } from '../../src/run/fingerprint.ts';
import { answer, failed } from '../run/support/fake-models.ts';
import { newRunFolder } from '../run/support/run-folders.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { zeroUsage } from '../../src/usage/add.ts';

it('is that of answered requests alone, in milliseconds', async () => {
  const { path } = await newRunFolder();
  const file = join(path, 'journal.jsonl');
  const { bytes } = await nodeFileSystem.look(file);
  const journal = createJournal(await nodeFileSystem.openToAppend(file), bytes, createRecordIndex(), {
    recorded: () => {},
    failed: expect.unreachable,
    drained: () => {},
  });
  const call = {
    index: 0,
    key: 'a',
    step: 'one',
    call: 1,
    fingerprint: 'f' as Fingerprint,
    model: 'small',
    at: 0,
    limited: 0,
  };
  for (let duration = 1; duration <= 100; duration += 1)
    journal.call({ ...call, outcome: answer('x'), duration });
  journal.call({ ...call, outcome: failed(), duration: 5000 });
  const cached = { ...answer('x'), usage: { ...zeroUsage, cached_requests: 1 } };
  journal.call({ ...call, outcome: cached, duration: 0 });
  await journal.close();
  // A torn line is as good as none.
  appendFileSync(file, '{"crc":"00000000","type":"call"');
  expect(await latencyOf(path)).toEqual({ count: 100, p50: 50, p95: 95, max: 100 });
  expect(await latencyOf(temporaryFolder())).toBeUndefined();
  // A run that is on has no results yet.
  expect(await openRunSide(path, 'r')).toMatchObject({ ok: false, error: { code: 'no-results' } });
});
