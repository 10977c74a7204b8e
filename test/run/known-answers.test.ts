import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnswerCache } from '../../src/run/cache/cache.ts';
import { holdRun } from '../../src/run/earlier-run.ts';
import type { Entry } from '../../src/run/entry.ts';
import { createRunFolder, type RunFolder } from '../../src/run/folder.ts';
import { drive } from './support/drive.ts';
import { answer, failed, instantModels, used } from './support/fake-models.ts';
import { plan, recordsOf, step } from './support/plans.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const chain = plan([step('one'), step('two', { after: ['one'] })]);
const meta = {
  plan: chain,
  input: { path: '/rows.jsonl', sha256: 'a'.repeat(64), format: 'jsonl' },
  simulated: false,
};

/** A run whose first step has an answer, which its second one failed after. */
async function failedRun(cache?: AnswerCache): Promise<string> {
  const folder = await createRunFolder(join(temporaryFolder(), 'run'), meta);
  if (!folder.ok) throw new Error(folder.error.message);
  const openModel = instantModels((prompt) => (prompt.startsWith('two') ? failed() : answer('first')));
  await drive(chain, recordsOf(1), { openModel, folder: folder.value, ...(cache && { cache }) }).finished;
  return folder.value.path;
}

async function resumed(path: string): Promise<RunFolder> {
  const run = await holdRun(path);
  if (!run.ok || run.value === undefined) throw new Error('nothing was begun there');
  const folder = await run.value.resume(meta, { force: false });
  if (!folder.ok) throw new Error(folder.error.message);
  return folder.value;
}

/** A cache that has this answer, to the first question alone, or none. */
function fakeCache(text?: string) {
  const put: Entry[] = [];
  let asked = 0;
  const cache: AnswerCache = {
    find(fingerprint) {
      asked += 1;
      const outcome = answer(text ?? '');
      if (text === undefined || asked > 1 || !outcome.ok) return undefined;
      return Promise.resolve({ fingerprint, model: 'small', usage: used, completion: outcome.completion });
    },
    put: (entry) => put.push(entry),
    close: async () => {},
  };
  return { cache, put };
}

const openModel = instantModels(() => answer('second'));

describe('an answer that an earlier session was given', () => {
  it('is kept for other runs when its step succeeds', async () => {
    const folder = await resumed(await failedRun());
    const { cache, put } = fakeCache();
    expect((await drive(chain, recordsOf(1), { openModel, folder, cache }).finished).counts.succeeded).toBe(
      1,
    );
    expect(put.map(({ completion, usage }) => [completion.text, usage.requests])).toEqual([
      ['first', 1],
      ['second', 1],
    ]);
  });

  it('is not put where it came from, with a usage that was none', async () => {
    const folder = await resumed(await failedRun(fakeCache('first').cache));
    const { cache, put } = fakeCache();
    await drive(chain, recordsOf(1), { openModel, folder, cache }).finished;
    expect(put.map(({ completion }) => completion.text)).toEqual(['second']);
  });
});
