import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../torture/random.ts';
import { drawRows, plainRows, type Row, type Shape } from '../torture/workload.ts';
import { setStage, type Stage } from './stage.ts';

const resume = ['resume', 'run'];

/** Runs until the server has received so many requests more, then kills; false where the run was through before. */
async function killedAfter(stage: Stage, requests: number, args?: readonly string[]): Promise<boolean> {
  const { received } = await stage.server.stats();
  const session = stage.start(args);
  const nobody = () => undefined;
  void stage.server.reached('received', received + requests).then(() => session.kill('SIGKILL'), nobody);
  return (await session.ended).signal === 'SIGKILL';
}

async function finish(stage: Stage): Promise<void> {
  const { code, stderr } = await stage.start(resume).ended;
  expect([0, 1], stderr).toContain(code);
}

describe('a run that is killed', () => {
  it.each<readonly [seed: number, shape: Shape]>([
    [2, 'chain'],
    [3, 'fork'],
  ])('again and again (seed %i, a %s) ends as one that was left alone', async (seed, shape) => {
    const random = createRandom(seed);
    const rows = drawRows(10, random);
    const drawn = { seed, share: 0.1, kinds: ['s500', 'limited_now', 'reset_inside', 'cut'], most: 2 };
    // What the cache keeps would make up for what the journal had lost.
    const settings = `retry: {attempts: 8, max_delay: 50ms}\ncache: false\n`;
    const stage = await setStage({ shape, rows, settings, behaviour: { drawn, latency: [0, 15] } });
    let kills = 0;
    for (const args of [undefined, resume]) {
      if (await killedAfter(stage, random.whole(3, 12), args)) kills += 1;
    }
    expect(kills).toBeGreaterThan(0);
    await finish(stage);
    expect(await stage.violations(kills)).toEqual([]);
  });

  it('pays again for what was in flight, and for nothing else', async () => {
    const stage = await setStage({ shape: 'chain', rows: plainRows(10), behaviour: { holdFrom: 12 } });
    const session = stage.start();
    await stage.server.reached('held', 4);
    session.kill('SIGKILL');
    await session.ended;
    const { received } = await stage.server.stats();
    await stage.server.release();
    await finish(stage);
    const { questions } = await stage.server.stats();
    const again = Object.values(questions).reduce((sum, question) => sum + question.received - 1, 0);
    expect(again).toBe(4);
    expect(received).toBe(15);
    expect(await stage.violations(1)).toEqual([]);
  });

  it('with all calls made makes none when it goes on', async () => {
    const stage = await setStage();
    expect((await stage.start().ended).code).toBe(0);
    const { received } = await stage.server.stats();
    await finish(stage);
    expect((await stage.server.stats()).received).toBe(received);
    expect(await stage.violations()).toEqual([]);
  });

  it('inside its last line drops that line alone', async () => {
    const stage = await setStage();
    expect(await killedAfter(stage, 8)).toBe(true);
    const journal = join(stage.run, 'journal.jsonl');
    const { length } = readFileSync(journal);
    truncateSync(journal, length - 9);
    await finish(stage);
    expect(await stage.violations(2)).toEqual([]);
  });
});

it('a journal that is damaged elsewhere than at its end is refused, and nothing is asked', async () => {
  const stage = await setStage({ behaviour: { holdFrom: 8 } });
  const session = stage.start();
  await stage.server.reached('held', 4);
  session.kill('SIGKILL');
  await session.ended;
  const { received } = await stage.server.stats();
  const journal = join(stage.run, 'journal.jsonl');
  writeFileSync(journal, readFileSync(journal, 'utf8').replace('"ok":true', '"ok":trve'));
  const { code, stderr } = await stage.start(resume).ended;
  expect(code, stderr).toBe(2);
  expect(stderr).toContain('journal');
  expect((await stage.server.stats()).received).toBe(received);
});

it('a clock that jumps neither holds a run up nor changes it', async () => {
  const faults = ['once-limited_second', 'once-limited', 'once-s503_soon'].map((text): Row => {
    return { id: text, text, lang: 'de' };
  });
  const rows = [...faults, ...plainRows(5)];
  const stage = await setStage({ rows, behaviour: { named: true, latency: [0, 20] } });
  const clock = new URL('../torture/clock.mjs', import.meta.url).href;
  const { code, stderr } = await stage.start(undefined, {
    node: ['--import', clock],
    env: { TORTURE_CLOCK: '4' },
  }).ended;
  expect(code, stderr).toBe(0);
  expect(await stage.violations()).toEqual([]);
});
