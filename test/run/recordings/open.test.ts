import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Diagnostic } from '../../../src/diagnostic/diagnostic.ts';
import { answerLine, toolLine } from '../../../src/run/recordings/lines.ts';
import { openRecordings } from '../../../src/run/recordings/open.ts';
import { openRecorder } from '../../../src/run/recordings/recorder.ts';
import { success } from '../../../src/result.ts';
import { zeroUsage } from '../../../src/usage/add.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const fingerprintOf = (number: number) => String(number).padStart(32, '0');

/** A line of an answer, as pipe writes it. */
function line(number: number, text = `answer ${number}`): string {
  const completion = {
    text,
    thinking: '',
    refusal: null,
    tool_calls: [],
    finish_reason: 'stop',
    model: 'small-2603',
    request_id: null,
  };
  const entry = { fingerprint: fingerprintOf(number), model: 'small', usage: zeroUsage, completion };
  const messages = [{ role: 'user', content: `question ${number}` }] as const;
  const question = { provider: 'mistralai', model: 'small', parameters: {}, messages };
  return answerLine({ step: 'one', simulated: false, question, entry });
}

const changed = (change: (value: Record<string, unknown>) => void): string => {
  const value = JSON.parse(line(1)) as Record<string, unknown>;
  change(value);
  return JSON.stringify(value);
};

async function fileOf(text: string | Buffer): Promise<string> {
  const path = join(temporaryFolder(), 'calls.recording.jsonl');
  await writeFile(path, text);
  return path;
}

async function mistakes(...paths: readonly string[]): Promise<readonly Diagnostic[]> {
  const opened = await openRecordings(paths);
  return opened.ok ? [] : opened.error;
}

const lineOf = ({ place }: Diagnostic) => (place !== undefined && 'line' in place ? place.line : undefined);

describe('a line that is none of a recording', () => {
  it.each([
    ['a torn line', line(1).slice(0, -40), 'no sound JSON'],
    ['a text that is no JSON', 'hello', 'no sound JSON'],
    ['a list', '[1]', 'no JSON object'],
    ['a null', 'null', 'no JSON object'],
    ['an empty object', '{}', 'it has no `type`'],
    ['another type', changed((value) => (value['type'] = 'call')), 'its `type` is "call"'],
    ['no step', changed((value) => delete value['step']), '`step`'],
    [
      'a fingerprint of another form',
      changed((value) => (value['fingerprint'] = '../../x')),
      '`fingerprint`',
    ],
    ['a provider of a wrong type', changed((value) => (value['provider'] = 1)), '`provider`'],
    ['parameters of a wrong type', changed((value) => (value['parameters'] = [])), '`parameters`'],
    ['messages of a wrong type', changed((value) => (value['messages'] = [{ role: 1 }])), '`messages`'],
    ['tools of a wrong type', changed((value) => (value['tools'] = [{}])), '`tools`'],
    [
      'a usage with a text in it',
      changed((value) => (value['usage'] = { ...zeroUsage, requests: 'a' })),
      '`usage`',
    ],
    ['no completion', changed((value) => delete value['completion']), '`completion`'],
    ['a mark of a wrong type', changed((value) => (value['simulated'] = 'yes')), '`simulated`'],
    [
      'a tool without a result',
      `{"type":"tool","step":"a","fingerprint":"${fingerprintOf(1)}","name":"t","arguments":{}}`,
      'neither a `result` nor an `error`',
    ],
    [
      'a number with more digits than can be kept',
      line(1).replace('"requests":0', '"requests":1.00000000000000000001'),
      'no sound JSON',
    ],
    ['deep nesting', `{"type":"answer","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'no sound JSON'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'not valid UTF-8'],
  ])('is told with its line: %s', async (_, bad, words) => {
    const path = await fileOf(
      Buffer.concat([Buffer.from(`${line(2)}\n`), Buffer.from(bad), Buffer.from('\n')]),
    );
    const [first, ...others] = await mistakes(path);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ severity: 'error', code: 'broken-recording', place: { path, line: 2 } });
    expect(first?.message).toContain(words);
    expect(first?.hint).toBeDefined();
  });

  it('is told once for each conflict that a merge has left, with what has to be done', async () => {
    const one = ['<<<<<<< HEAD', line(2), '||||||| base', '=======', line(3), '>>>>>>> theirs'];
    const found = await mistakes(await fileOf([line(1), ...one, line(4), ...one].join('\n')));
    expect(found.map(lineOf)).toEqual([2, 9]);
    expect(found[0]).toMatchObject({
      message: 'a merge conflict is not resolved here',
      hint: expect.stringContaining('keep the entries of both sides'),
    });
    expect((await mistakes(await fileOf(`${line(1)}\n=======\n${line(2)}\n`))).map(lineOf)).toEqual([2]);
  });

  it('is told with others, but not with thousands', async () => {
    expect(await mistakes(await fileOf(`${line(1)}\n${'x\n'.repeat(5000)}`))).toHaveLength(10);
  });

  it('is refused where it is recorded in, too', async () => {
    const path = await fileOf(`${line(1)}\n<<<<<<< HEAD\n`);
    expect(await openRecorder(path)).toMatchObject({ ok: false, error: [{ place: { line: 2 } }] });
  });
});

describe('a file', () => {
  it('may have blank lines, Windows line ends, a byte order mark and no last newline', async () => {
    const path = await fileOf(`\uFEFF${line(1)}\r\n\r\n${line(2)}`);
    const opened = await openRecordings([path]);
    expect(opened.ok && opened.value.recordings.entries.map((entry) => entry.line)).toEqual([1, 3]);
    expect(opened.ok && opened.value.recordings.entries[0]?.text).toBe(line(1));
  });

  it('may hold a line of megabytes', async () => {
    const opened = await openRecordings([await fileOf(`${line(1, 'x'.repeat(5_000_000))}\n`)]);
    const found = opened.ok ? opened.value.recordings.answer(fingerprintOf(1)) : undefined;
    expect(found?.entry.completion.text).toHaveLength(5_000_000);
  });

  it('may hold half a character that a model wrote', async () => {
    const opened = await openRecordings([await fileOf(`${line(1, 'half \uD83D')}\n`)]);
    const found = opened.ok ? opened.value.recordings.answer(fingerprintOf(1)) : undefined;
    expect(found?.entry.completion.text).toBe('half \uD83D');
  });

  it('keeps results of tools in the order of their names', async () => {
    const outcome = success({ b: 1, a: { d: 2, c: 3 } });
    const tool = { step: 'one', fingerprint: fingerprintOf(7), name: 't', arguments: {}, outcome };
    const opened = await openRecordings([await fileOf(`${toolLine(tool)}\n`)]);
    const found = opened.ok ? opened.value.recordings.tool(fingerprintOf(7)) : undefined;
    expect(JSON.stringify(found?.outcome)).toBe(JSON.stringify(outcome));
    expect(opened.ok && opened.value.recordings.answer(fingerprintOf(7))).toBeUndefined();
  });

  it.each([
    ['that is not there', async () => join(temporaryFolder(), 'none.jsonl'), 'missing-file'],
    ['that is empty', () => fileOf(''), 'no-recording'],
    ['of blank lines', () => fileOf('\n \n'), 'no-recording'],
  ])('is refused %s', async (_, make, code) => {
    expect(await mistakes(await make())).toMatchObject([{ code }]);
  });

  it('that is not there, or is empty, can be recorded in', async () => {
    for (const path of [await fileOf(''), join(temporaryFolder(), 'new.jsonl')]) {
      const opened = await openRecorder(path);
      expect(opened.ok && (await opened.value.recorder.finish({ prune: true }))).toMatchObject({
        value: { added: 0, kept: 0 },
      });
    }
  });

  it('cannot be recorded in where it is a folder, or its folder is not there', async () => {
    const folder = temporaryFolder();
    expect(await openRecorder(folder)).toMatchObject({ error: [{ code: 'recording-unwritable' }] });
    const opened = await openRecorder('deep/down/x.jsonl', { cwd: folder });
    expect(opened).toMatchObject({ error: [{ hint: 'make it first' }] });
  });
});

describe('several files', () => {
  it('answer in their order, and the first wins with a warning', async () => {
    const [one, two] = [await fileOf(`${line(1)}\n`), await fileOf(`${line(2)}\n${line(1, 'other')}\n`)];
    const opened = await openRecordings([one, two, one]);
    if (!opened.ok) throw new Error('not opened');
    const { recordings, diagnostics } = opened.value;
    expect(recordings.files).toEqual([one, two]);
    expect(recordings.entries).toHaveLength(2);
    expect(recordings.answer(fingerprintOf(1))?.entry.completion.text).toBe('answer 1');
    expect(diagnostics).toMatchObject([
      { severity: 'warning', code: 'two-answers', place: { path: two, line: 2 } },
    ]);
    expect(diagnostics[0]?.message).toContain(`${one}:1`);
  });

  it('that say the same say it once, whatever each has cost and whichever request it was', async () => {
    const dearer = line(1)
      .replace('"total_tokens":0', '"total_tokens":9')
      .replace('"request_id":null', '"request_id":"abc"');
    expect(dearer).toContain('abc');
    const opened = await openRecordings([await fileOf(`${line(1)}\n${dearer}\n`)]);
    expect(opened.ok && [opened.value.recordings.size, opened.value.diagnostics]).toEqual([1, []]);
  });

  it('cannot be recorded in behind a link that leads to no folder, beneath a file, or to itself', async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, 'file'), 'x');
    for (const [name, target, told] of [
      ['nowhere.jsonl', 'gone/r.jsonl', 'does not exist'],
      ['beneath.jsonl', 'file/r.jsonl', 'does not exist'],
      ['circle.jsonl', 'circle.jsonl', 'is a link that leads in a circle'],
    ] as const) {
      await symlink(target, join(folder, name));
      const opened = await openRecorder(join(folder, name));
      expect(opened).toMatchObject({ error: [{ code: 'recording-unwritable' }] });
      expect(opened.ok ? '' : opened.error[0]?.message).toContain(told);
    }
    await symlink('fresh.jsonl', join(folder, 'sound.jsonl'));
    expect(await openRecorder(join(folder, 'sound.jsonl'))).toMatchObject({ ok: true });
  });

  it('of a folder are read by their names, other JSONL beside them is passed over', async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, 'b.jsonl'), `${line(2)}\n`);
    await writeFile(join(folder, 'a.jsonl'), `${line(1)}\n`);
    await writeFile(join(folder, 'rows.jsonl'), '{"id":"1"}\nnot JSON\n');
    await writeFile(join(folder, 'notes.txt'), 'hello');
    await mkdir(join(folder, 'c.jsonl'));
    const opened = await openRecordings([folder]);
    expect(opened.ok && opened.value.recordings.files).toEqual([
      join(folder, 'a.jsonl'),
      join(folder, 'b.jsonl'),
    ]);
  });

  it('of a folder that cannot be read are told with the reason', async () => {
    const folder = temporaryFolder();
    await chmod(folder, 0o000);
    onTestFinished(() => chmod(folder, 0o700));
    const isRoot = await readdir(folder).then(
      () => true,
      () => false,
    );
    const [mistake] = await mistakes(folder);
    expect(mistake?.message).toMatch(isRoot ? /there is no recording/ : /cannot be read: permission/);
  });

  it('of a folder are refused where one of them is broken, and where there is none', async () => {
    const folder = temporaryFolder();
    expect(await mistakes(folder)).toMatchObject([{ code: 'no-recording' }]);
    await writeFile(join(folder, 'a.jsonl'), `<<<<<<< HEAD\n${line(1)}\n`);
    expect((await mistakes(folder)).map(lineOf)).toEqual([1]);
  });
});

describe('what is recorded', () => {
  it('is known to be unused until it is used', async () => {
    const opened = await openRecordings([await fileOf(`${line(1)}\n${line(2)}\n`)]);
    if (!opened.ok) throw new Error('not opened');
    const { recordings } = opened.value;
    recordings.answer(fingerprintOf(1));
    expect(recordings.unused()).toHaveLength(2);
    recordings.use(fingerprintOf(1));
    expect(recordings.unused().map((entry) => entry.line)).toEqual([2]);
  });
});
