import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { lockPathOf, type Lock } from '../../src/lockfile/lock.ts';
import { formatLock, markedPipeline, parseLock } from '../../src/lockfile/text.ts';
import { expectGolden } from '../support/golden.ts';

const golden = fileURLToPath(new URL('golden/tickets.lock', import.meta.url));
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

const lock: Lock = {
  pipeline: 'tickets.yaml',
  fingerprints: 1,
  files: { '../shared/ticket.schema.json': b, 'partials/the style: #1.hbs': a, 'tickets.yaml': a },
  models: {
    'mistralai/mistral-small-latest': {
      resolved: 'mistral-small-2603',
      price: { input: 0.15, output: 0.6, cached_input: 0.015 },
    },
    'openai/own at http://127.0.0.1:4820/v1': { resolved: null, price: null },
  },
};

/** What is wrong with a text that stands where a lock would. */
function told(text: string): string {
  const read = parseLock('/p/tickets.lock', text, '`pipe lock tickets.yaml`');
  if (read.ok) return '';
  return formatDiagnostics(read.error, { format: 'text', color: false, cwd: '/p' });
}

describe('the text of a lock', () => {
  it('has a pin a line, in a stable order, and says what it is', () => {
    const text = formatLock(lock);
    expectGolden(golden, text);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('is read as it was written', () => {
    const read = parseLock('/p/tickets.lock', formatLock(lock), '');
    expect(read).toMatchObject({ ok: true, value: { lock } });
    const crlf = parseLock('/p/tickets.lock', formatLock(lock).replaceAll('\n', '\r\n'), '');
    expect(crlf).toMatchObject({ ok: true, value: { lock } });
  });

  it('tells whose it is by its first line, in the midst of a conflict too', () => {
    expect(markedPipeline(formatLock({ ...lock, pipeline: 'a: b.yaml' }))).toBe('a: b.yaml');
    expect(markedPipeline(`<<<<<<< HEAD\n${formatLock(lock)}`)).toBe('tickets.yaml');
    expect(markedPipeline('[[package]]\n')).toBeUndefined();
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['nothing', () => '', /tickets\.lock:1:1 .*the file is empty/],
    ['a list', () => '- 1\n', /:1:1 .*it is no map {2}\[invalid-lock\]/],
    ['another program', () => '[[package]]\nname = "x"\n', /\[[\w-]+\]/],
    [
      'a conflict',
      (text) => text.replace(/^files:\n/m, '$&<<<<<<< HEAD\n'),
      /:7 {2}error {2}the lock has a merge conflict/,
    ],
    [
      'a newer form',
      (text) => text.replace('version: 1', 'version: 2'),
      /:3:10 .*of a newer version of pipe {2}\[newer-lock\]/,
    ],
    ['no form', (text) => text.replace('version: 1', 'version: one'), /`version` is not 1/],
    ['an unknown key', (text) => `${text}extra: 1\n`, /it has no `extra`/],
    ['a pin of an unknown kind', (text) => text.replace('resolved:', 'solved:'), /it has no `solved`/],
    ['a missing key', (text) => text.replace(/^fingerprints.*\n/m, ''), /`fingerprints` is no number/],
    [
      'files that are none',
      (text) => text.replace(/^files:\n(?: .*\n)+/m, 'files: 7\n'),
      /`files` is no map/,
    ],
    ['a cut hash', (text) => text.replace(a, 'aaaa'), /this is no sha256/],
    [
      'a model that is none',
      (text) => text.replace(/^models:\n(?: .*\n)+/m, 'models: {x: 7}\n'),
      /this is no model/,
    ],
    [
      'a resolved model that is none',
      (text) => text.replace('mistral-small-2603', '2603'),
      /this is no name of a model/,
    ],
    ['a price that is none', (text) => text.replace('input: 0.15', 'input: cheap'), /this is no price/],
    [
      'a pin twice',
      (text) => text.replace('fingerprints: 1', 'fingerprints: 1\nfingerprints: 1'),
      /\[duplicate-key\]/,
    ],
  ])('is refused where it is %s', (_, edit, words) => {
    expect(told(edit(formatLock(lock)))).toMatch(words);
  });
});

describe('the place of a lock', () => {
  it.each([
    ['/p/translate.yaml', '/p/translate.lock'],
    ['/p/translate.YML', '/p/translate.lock'],
    ['/p/translate.v2.json', '/p/translate.v2.lock'],
    ['/p/translate', '/p/translate.lock'],
    ['/p/translate.lock', '/p/translate.lock.lock'],
  ])('is beside the pipeline: %s', (pipeline, path) => {
    expect(lockPathOf(pipeline)).toBe(path);
  });
});
