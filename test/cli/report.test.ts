import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../../src/version.ts';
import { finishedRun, pipeReport, ticketPipeline } from '../report/finished-run.ts';
import { answer, failed } from '../run/support/fake-models.ts';
import { expectGolden } from '../support/golden.ts';
import { root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const rows = [
  { id: 't1', text: 'Où est mon colis ?' },
  { id: 't2', text: 'broken' },
  { id: 't3', text: 'Two bills' },
  { id: 't4', text: 'nothing' },
  { id: 't|5`', text: 'broken as well' },
];

/** Answers are mended, repaired, of no use, or errors. */
function reply(prompt: string) {
  if (prompt.startsWith('broken')) return failed({ code: 'server_error', message: 'busy <b>\u001b[31m' });
  if (prompt.startsWith('Classify') && prompt.includes('bills')) return answer('{"topic":"bills"}');
  if (prompt.startsWith('Classify') && prompt.includes('nothing')) return answer('no idea');
  return answer(
    prompt.startsWith('Classify') || prompt.length > 60 ? '{"topic":"billing"}' : `In English: ${prompt}`,
  );
}

const night = () => finishedRun({ pipeline: ticketPipeline, rows, reply });

/** What differs from machine to machine and from version to version. */
function steady(text: string): string {
  return text.replaceAll(/[0-9a-f]{64}/g, '<sha256>').replaceAll(`"${version}"`, '"<version>"');
}

/** What a reader sees, white space made even. */
function textsOf(html: string): string {
  const texts = html.replaceAll(/<(style|script)>[^]*?<\/\1>/g, '').replaceAll(/<[^>]*>/g, ' ');
  return texts.replaceAll(/\s+/g, ' ').trim();
}

const golden = (name: string) => join(root, 'test/cli/golden', name);

describe('pipe report', () => {
  it('prints Markdown for job summaries', async () => {
    const { cwd } = await night();
    const { exitCode, stdout, stderr } = await pipeReport(cwd, 'night', '--format', 'md');
    expect([exitCode, stderr]).toEqual([0, '']);
    expectGolden(golden('report.md'), stdout);
  });

  it('prints its figures as JSON, the usage as in usage.json', async () => {
    const { cwd, folder } = await night();
    const { exitCode, stdout, stderr } = await pipeReport(cwd, 'night', '--format', 'json');
    expect([exitCode, stderr]).toEqual([0, '']);
    expectGolden(golden('report.json'), steady(stdout));
    const { usage } = JSON.parse(stdout) as { readonly usage: unknown };
    expect(usage).toEqual(JSON.parse(readFileSync(join(folder, 'usage.json'), 'utf8')));
  });

  it('writes a page into the folder, readable by its owner alone, with what was asked', async () => {
    const { cwd, folder } = await night();
    expect(await pipeReport(cwd, 'night')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'report  night/report.html\n',
    });
    const path = join(folder, 'report.html');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const page = readFileSync(path, 'utf8');
    // The second call of a repair shows only what it adds.
    for (const words of [
      'You translate to English.',
      'Classify In English: Two bills',
      'the messages above, and',
      'In English: Où est mon colis ?',
      'busy &lt;b&gt;\\x1b[31m',
      'concurrency: 1',
    ]) {
      expect(page).toContain(words);
    }
  });

  it('shows what was answered first, and how often, without what is copied from the input', async () => {
    const { cwd, folder } = await night();
    const results = async (): Promise<readonly string[]> => {
      await pipeReport(cwd, 'night');
      const page = readFileSync(join(folder, 'report.html'), 'utf8');
      expect(textsOf(page)).toContain('classify.topic 1 value Value Records Share billing 3 100 %');
      return [...page.matchAll(/<td class="result">(.*?)<\/td>/gs)].map(([, cell = '']) => textsOf(cell));
    };
    const answered = 'translate: In English: Two bills classify.topic: billing';
    expect(await results()).toContain(answered);
    // Where the pipeline is another now, the records show what is copied.
    writeFileSync(join(cwd, 'tickets.yaml'), ticketPipeline.replace('You translate', 'Translate'));
    expect(await results()).toContain(answered);
    writeFileSync(join(cwd, 'rows.jsonl'), '');
    expect(await results()).toContain(`id: t3 text: Two bills ${answered}`);
  });

  it('knows what is copied by another name where only a partial has changed', async () => {
    const pipeline = `version: 1
name: a
model: {name: small}
limits: {concurrency: 1}
partials: ./partials
steps:
  ask: {type: chat, prompt: '{{> style}} {{input.text}}'}
output: {nr: '{{input.[Ticket-Nr]}}', said: '{{steps.ask.output}}'}
`;
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'partials'));
    writeFileSync(join(cwd, 'partials/style.hbs'), 'Be brief.');
    const { folder } = await finishedRun({
      cwd,
      pipeline,
      rows: [{ 'Ticket-Nr': 'T-1', text: 'a' }],
      reply: () => answer('fine'),
    });
    const page = async () => {
      await pipeReport(cwd, 'night');
      return textsOf(readFileSync(join(folder, 'report.html'), 'utf8'));
    };
    const copied = 'What is only copied from the input is left out.';
    writeFileSync(join(cwd, 'partials/style.hbs'), 'Be kind.');
    expect(await page()).toContain(copied);
    expect(await page()).not.toContain('nr: T-1');
    // Where the file itself is another, nothing tells what another name stands for.
    writeFileSync(join(cwd, 'tickets.yaml'), `${pipeline}# edited\n`);
    expect(await page()).not.toContain(copied);
    expect(await page()).toContain('What has the name and the value of a field of the input is left out.');
  });

  it('takes no value, nor the name of a field, for markup', async () => {
    const pipeline = `version: 1
name: a
input: {key: id}
model: {name: small}
limits: {concurrency: 1}
steps:
  ask: {type: chat, prompt: '{{input.id}}'}
output: {'<i>|n': '{{steps.ask.output}}'}
`;
    const { cwd, folder } = await finishedRun({
      pipeline,
      rows: [{ id: 'a' }],
      reply: () => answer('<b>|`@all\u202e'),
    });
    await pipeReport(cwd, 'night');
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page).not.toMatch(/<i>|<b>|\u202e/);
    expect(page).toContain('<span class="field">&lt;i&gt;|n:</span> &lt;b&gt;|`@all\\u202e');
    const { stdout } = await pipeReport(cwd, 'night', '--format', 'md');
    expect(stdout).toContain('|  | ``<b>\\|`@all\\u202e`` | 1 | 100 % |');
  });

  it('says what is not shown because the pipeline or the input is another now', async () => {
    const { cwd, folder } = await night();
    const file = join(cwd, 'rows.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('colis', 'cheval'));
    await pipeReport(cwd, 'night');
    const page = () => readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page()).toContain('What was asked is not shown: rows.jsonl has changed since.');
    // Failed records stand in the journal with their input.
    expect(page()).toContain('<pre dir="auto">broken</pre>');
    expect(page()).not.toContain('cheval');
    writeFileSync(join(cwd, 'tickets.yaml'), ticketPipeline.replace('English', 'Latin'));
    await pipeReport(cwd, 'night');
    expect(page()).toContain('What was asked is not shown: tickets.yaml has changed since.');
    expect(page()).toContain('The pipeline is not shown: tickets.yaml has changed since.');
    expect(page()).not.toContain('Latin');
  });

  it('has no key on the page, whoever put it into the input', async () => {
    const text = 'my key is the-key-of-nobody';
    const { cwd, folder } = await finishedRun({
      pipeline: ticketPipeline,
      rows: [{ id: 'a', text }],
      reply: () => answer('{"topic":"order"}'),
    });
    await pipeReport(cwd, 'night');
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page).toContain('my key is [redacted]');
  });

  it('takes the format from the name of the output, and - for stdout', async () => {
    const { cwd } = await night();
    await pipeReport(cwd, 'night', '--output', 'figures.json');
    expect(JSON.parse(readFileSync(join(cwd, 'figures.json'), 'utf8'))).toMatchObject({ name: 'tickets' });
    expect((await pipeReport(cwd, 'night', '--output', '-')).stdout).toMatch(/^<!doctype html>/);
  });

  it.each([
    ['no run at all', [], 'there is no run in `runs/`', 'name its folder: pipe report <folder>'],
    ['a run that is not there', ['nigth'], 'there is no run `nigth`', 'give the path of its folder'],
    ['a folder that is no run', ['.'], "run.json is not there, so this is no run's folder", ''],
  ])('refuses %s', async (_, args, message, hint) => {
    const { exitCode, stdout, stderr } = await pipeReport(temporaryFolder(), ...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it('says of a file that it is none of a run', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'tickets.yaml'), 'version: 1\n');
    const told = await pipeReport(cwd, 'tickets.yaml');
    expect(told.stderr).toContain('error  `tickets.yaml` is a file, and none of a run  [no-run]');
  });

  it('points to pipe runs where none has a name like that', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'runs/night'), { recursive: true });
    const told = await pipeReport(cwd, 'quite-another');
    expect(told.stderr).toContain('hint: `pipe runs` lists those in `runs/`; give the path of one elsewhere');
  });

  it('refuses a damaged journal, and a place that cannot be written', async () => {
    const { cwd, folder } = await night();
    const unwritten = await pipeReport(cwd, 'night', '--output', 'nowhere/report.html');
    expect(unwritten.exitCode).toBe(5);
    expect(unwritten.stderr).toMatch(/report\.html` cannot be written: there is no folder `[^`]*nowhere`/);
    expect(unwritten.stderr).toContain('make the folder first');
    expect(unwritten.stderr).not.toContain('ENOENT');
    const journal = join(folder, 'journal.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('"t1"', '"t9"'));
    const damaged = await pipeReport(cwd, 'night');
    expect(damaged.exitCode).toBe(2);
    expect(damaged.stderr).toMatch(/journal\.jsonl is damaged: line \d+, .* is not as it was written/);
  });

  it('shows the failed records alone with --sample 0', async () => {
    const { cwd, folder } = await night();
    expect((await pipeReport(cwd, 'night', '--sample', '0')).exitCode).toBe(0);
    const page = textsOf(readFileSync(join(folder, 'report.html'), 'utf8'));
    expect(page).toContain('2 of 5 records: all 2 that failed, and none of the 3 others.');
    const sound = await finishedRun({ pipeline: ticketPipeline, rows: rows.slice(2, 3), reply });
    expect((await pipeReport(sound.cwd, 'night', '--sample', '0')).exitCode).toBe(0);
    const none = textsOf(readFileSync(join(sound.folder, 'report.html'), 'utf8'));
    expect(none).toContain('None of 1 record is listed.');
  });

  it.each([
    [['--format', 'pdf'], 'Allowed choices are html, md, json'],
    [['--sample', '-1'], 'a whole number'],
  ])('refuses %j', async (args, words) => {
    const { exitCode, stderr } = await pipeReport(temporaryFolder(), ...args);
    expect(exitCode).toBeUndefined();
    expect(stderr).toContain(words);
  });
});
