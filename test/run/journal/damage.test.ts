import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineStart, seal } from '../../../src/run/checked-line.ts';
import { nodeFileSystem } from '../../../src/run/file-system.ts';
import { readHistory } from '../../../src/run/journal/history.ts';
import { headerLine } from '../../../src/run/journal/lines.ts';
import { answer } from '../support/fake-models.ts';
import {
  call,
  checkedLine,
  diskWith,
  failedRecord,
  historyOf,
  journalOf,
  path,
  read,
  record,
  reserve,
  resumed,
  settle,
  tool,
  version,
} from './journals.ts';

const header = headerLine(version);
const lines = [
  reserve('a', 1),
  call('a', 'f1', { outcome: answer('Où est\nmon "colis" ?') }),
  tool('a', 'f2'),
  record('a', 0),
  resumed(),
  call('b ✓', 'f3'),
  failedRecord('b ✓', 1, 'cut_answer'),
  record('c', 2, 'skipped'),
];
const journal = journalOf(...lines);

/** Where each line of the journal ends, its newline included. */
const ends = [...journal.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);

async function faultOf(
  bytes: Buffer,
): Promise<{ readonly code: string; readonly message: string } | undefined> {
  const history = await read(bytes);
  return history.ok ? undefined : history.error;
}

describe('a record beyond what a run can have come to', () => {
  it.each([1_000_002, 2 ** 32, Number.MAX_SAFE_INTEGER])(
    'is damage, whatever its checksum says: %i',
    async (sequence) => {
      expect(await faultOf(journalOf(record('a', 0), record('b', sequence)))).toMatchObject({
        code: 'journal_damaged',
        message: expect.stringContaining('line 3, at byte') as string,
      });
    },
  );

  it('is not one that ended before the many that were in flight with it', async () => {
    expect((await historyOf(journalOf(record('a', 50_000)))).index.size).toBe(50_001);
  });

  it('is not one that comes after as many as have ended, and those that may be in flight', async () => {
    const history = await historyOf(journalOf(record('a', 0), record('b', 1_000_001)));
    expect(history.isAt(1_000_001, 'b')).toBe(true);
  });
});

describe('a journal that was cut off', () => {
  it('is sound up to its last whole line, wherever that was', async () => {
    for (let length = header.length; length <= journal.length; length += 1) {
      const history = await historyOf(journal.subarray(0, length));
      expect(history.length).toBe(ends.findLast((end) => end <= length));
      expect(history.sessions).toBe([ends[0] ?? 0, ends[5] ?? 0].filter((end) => end <= length).length);
    }
  });

  it('is so where the disk has left zeros in place of the last line', async () => {
    for (const zeros of [1, 4096, 3_000_000]) {
      expect((await historyOf(Buffer.concat([journal, Buffer.alloc(zeros)]))).length).toBe(journal.length);
    }
  });

  it('is read whatever the blocks are that its lines come in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 700_000 }), { maxLength: 8 }),
        fc.nat({ max: 200 }),
        async (sizes, torn) => {
          const long = sizes.map((size, at) => call(`k${at}`, 'f', { outcome: answer('x'.repeat(size)) }));
          const whole = journalOf(...long);
          const history = await historyOf(Buffer.concat([whole, Buffer.from('{'.repeat(torn))]));
          expect(history.length).toBe(whole.length);
          expect(history.usage.records).toBe(sizes.length);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a journal that is damaged', () => {
  it('is found out by any byte that was changed before its last newline', async () => {
    const changed = Buffer.from(journal);
    for (let at = 0; at < journal.length - 1; at += 1) {
      const byte = journal[at] ?? 0;
      for (const other of [byte ^ 1, byte ^ 0x20, 0, 0x0a].filter((value) => value !== byte)) {
        changed[at] = other;
        const fault = await faultOf(changed);
        expect(fault?.code, `byte ${at} as ${other}`).toBe('journal_damaged');
      }
      changed[at] = byte;
    }
  });

  it('is told of with its line, its place and the remedy', async () => {
    const changed = Buffer.from(journal);
    const at = (ends[2] ?? 0) + 60;
    changed[at] = 0x21;
    expect(await faultOf(changed)).toEqual({
      kind: 'input',
      code: 'journal_damaged',
      message: `the journal ${path} is damaged: line 4, at byte ${ends[2]}, is not as it was written; restore the file from a copy, or begin a new run`,
    });
  });

  const unchecked = Buffer.from(
    '{"type":"record","outcome":"succeeded","sequence":0,"line":1,"index":0,"key":"z","output":1}\n',
  );

  it.each<[string, Buffer, number, string]>([
    ['a line that no log has written', Buffer.concat([journal, unchecked]), 10, 'is not as it was written'],
    ['an empty line', Buffer.concat([journal, Buffer.from('\n')]), 10, 'is not as it was written'],
    ['an empty first line', Buffer.concat([Buffer.from('\n'), journal]), 1, 'is not as it was written'],
    [
      'zeros in the middle',
      Buffer.concat([journal, Buffer.alloc(512), checkedLine(record('d', 3))]),
      10,
      'is not as it was written',
    ],
    [
      'line ends of another system',
      Buffer.from(journal.toString().replaceAll('\n', '\r\n')),
      1,
      'is not as it was written',
    ],
    [
      'a mark of the byte order',
      Buffer.concat([Buffer.from('\ufeff'), journal]),
      1,
      'is not as it was written',
    ],
    ['a text that is no journal', Buffer.from('id,text\n1,Bonjour\n'), 1, 'is not as it was written'],
    ['no header', journal.subarray(header.length), 1, 'is not the header that a journal begins with'],
    ['a journal behind another', Buffer.concat([journal, journal]), 10, 'is the header of a second journal'],
    [
      'two journals in one',
      Buffer.concat([header, header, ...lines.flatMap((line) => [checkedLine(line), checkedLine(line)])]),
      2,
      'is the header of a second journal',
    ],
    [
      'a line that is no JSON',
      Buffer.concat([journal, checkedLine('"type":"call","key":')]),
      10,
      'is no line of a journal',
    ],
    [
      'a line without a type',
      Buffer.concat([journal, checkedLine('"key":"a"')]),
      10,
      'is no line of a journal',
    ],
  ])('by %s', async (_, bytes, line, what) => {
    const fault = await faultOf(bytes);
    expect(fault?.code).toBe('journal_damaged');
    expect(fault?.message).toContain(`line ${line}, at byte `);
    expect(fault?.message).toContain(`, ${what}; `);
  });

  const without = (members: string, name: string): string => {
    const { [name]: _, ...rest } = JSON.parse(`{${members}}`) as Record<string, unknown>;
    return JSON.stringify(rest).slice(1, -1);
  };

  it.each([
    ...['key', 'step', 'call', 'ok', 'model', 'usage'].map((name) => [call('a', 'f1'), name] as const),
    ...['key', 'step', 'ok'].map((name) => [tool('a', 'f1'), name] as const),
    ...['key', 'step', 'call', 'request', 'usd', 'tokens'].map((name) => [reserve('a', 1), name] as const),
    ...['key', 'step', 'call', 'model', 'usage'].map((name) => [settle('a'), name] as const),
    ...['outcome', 'sequence', 'key'].map((name) => [record('a', 0), name] as const),
    ...['step', 'error'].map((name) => [failedRecord('a', 0, 'x'), name] as const),
    [resumed(), 'force'] as const,
  ])('by a line with a member left out: %s without %s', async (members, name) => {
    const fault = await faultOf(journalOf(without(members, name)));
    expect(fault?.message).toContain('line 2, at byte ');
    expect(fault?.message).toContain('is no line of a journal');
  });
});

describe('a journal without its header', () => {
  it.each([
    ['emptied', Buffer.alloc(0)],
    ['made zeros', Buffer.alloc(4096)],
    ['cut within it', header.subarray(0, -1)],
  ])('is damaged, not new: %s', async (_how, bytes) => {
    expect(await faultOf(bytes)).toEqual({
      kind: 'input',
      code: 'journal_damaged',
      message: `the journal ${path} is damaged: the header that it begins with is gone; restore the file from a copy, or begin a new run`,
    });
  });
});

describe('a journal that cannot be read', () => {
  it('is told of by its format where a newer pipe wrote it', async () => {
    const newer = Buffer.from(`${lineStart}"type":"run","format":2,"sums":"other"}\n`);
    seal(newer.subarray(0, -1));
    expect(await faultOf(Buffer.concat([newer, Buffer.from('in words that are not known here\n')]))).toEqual({
      kind: 'input',
      code: 'journal_newer',
      message: `the journal ${path} is of format 2, which a newer pipe has written; go on with that version, or begin a new run`,
    });
  });

  it('is told of where it is gone', async () => {
    expect(await readHistory(nodeFileSystem, '/nowhere/journal.jsonl')).toEqual({
      ok: false,
      error: {
        kind: 'input',
        code: 'journal_damaged',
        message:
          'the journal /nowhere/journal.jsonl is gone; restore the file from a copy, or begin a new run',
      },
    });
  });

  it('is told of where the disk fails', async () => {
    const refusal = Object.assign(new Error('refused by the test'), { code: 'EIO' });
    const fileSystem = {
      ...diskWith(journal),
      openToRead: async () => ({ read: () => Promise.reject(refusal), close: async () => {} }),
    };
    expect(await readHistory(fileSystem, path)).toEqual({
      ok: false,
      error: {
        kind: 'local',
        code: 'run_folder_failed',
        message: `the journal ${path} could not be read: the disk failed (EIO)`,
      },
    });
  });

  it('is no reason for what only a mistake of ours can throw', async () => {
    const mistake = new TypeError('it is undefined');
    const fileSystem = {
      ...diskWith(journal),
      openToRead: async () => ({ read: () => Promise.reject(mistake), close: async () => {} }),
    };
    await expect(readHistory(fileSystem, path)).rejects.toBe(mistake);
  });
});
