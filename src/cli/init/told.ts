import { basename, extname, join, relative } from 'node:path';
import { printable } from '../../diagnostic/printable.ts';
import { outputFormat } from '../../records/writers.ts';
import { continuedLines, pathWord } from '../../diagnostic/command-words.ts';
import { formatAmount } from '../../report/numbers.ts';
import type { Proposal } from '../../starter/proposal.ts';
import type { RecordSurvey } from '../../starter/survey.ts';
import { commandOf } from '../reporters.ts';
import type { Terminal } from '../terminal.ts';
import type { Choices } from './choices.ts';
import type { StarterFiles } from './files.ts';
import { taskNames } from './task-names.ts';
import { standing } from './write.ts';

/** What was chosen, what was written, and what to do now. */
export async function told(terminal: Terminal, choices: Choices, files: StarterFiles): Promise<string> {
  const shown = (path: string) => relative(terminal.cwd, path);
  const lines = [
    ...chosenLines(choices, shown(files.pipeline)),
    ...files.fresh.map(({ path }) => `wrote    ${printable(shown(path))}`),
    ...(files.ignored.length === 0 ? [] : [`added    ${files.ignored.join(', ')} to .gitignore`]),
    '',
    'next',
    ...(await nextLines(terminal, files)),
  ];
  return `${lines.join('\n')}\n`;
}

function chosenLines(choices: Choices, pipeline: string): readonly string[] {
  const { survey, task, isTaskChosen, proposal, details, input } = choices;
  const from =
    input === undefined || survey === undefined
      ? 'example rows, since no file was given'
      : `${input}: ${formatAmount(survey.records, 'record')}${badRows(survey)}`;
  const detail = details.length === 0 ? '' : `: ${task.detail?.shown(details) ?? ''}`;
  const others = taskNames.filter((name) => name !== task.task);
  const lines = [
    `rows     ${from}`,
    `task     ${task.task}${task.joint}${proposal.text}${detail}`,
    ...originLine(choices, pipeline).map(below),
    ...(isTaskChosen || input === undefined ? [] : [below(`or --task ${others.join(', ')}`)]),
    `key      ${keyInWords(proposal)}`,
  ];
  return lines.map((line) => printable(line));
}

function keyInWords({ key, repeated }: Proposal): string {
  if (key !== undefined) return `records are named by ${key}`;
  return repeated === undefined
    ? 'no field names a record'
    : `no field names a record: some have the same ${repeated}, or none`;
}

/** Where the labels come from, unless they are the user's own. */
function originLine({ task: { detail }, origin }: Choices, pipeline: string): readonly string[] {
  if (detail === undefined || origin === 'user') return [];
  return origin === 'example'
    ? [`only an example: put your own ${detail.flag} into ${pipeline}`]
    : [`${detail.flag} from the column ${origin.column}`];
}

function below(line: string): string {
  return `         ${line}`;
}

function badRows({ bad, firstBad }: RecordSurvey): string {
  if (firstBad === undefined) return '';
  const why = printable(`line ${firstBad.line}: ${firstBad.message}`);
  return bad === 1 ? `, 1 row is none (${why})` : `, ${bad} rows are none (the first, ${why})`;
}

/** Each command with what it is for. */
async function nextLines(terminal: Terminal, files: StarterFiles): Promise<readonly string[]> {
  const shown = (path: string) => relative(terminal.cwd, path);
  const [file, rows] = [pathWord(shown(files.pipeline)), pathWord(shown(files.rows))];
  const pipe = commandOf(terminal);
  const answers = pathWord(await answersFor(terminal.cwd, files));
  const commands: readonly (readonly [readonly string[], string])[] = [
    [[`${pipe} try ${file}`, `--input ${rows}`, '--simulate'], 'one row, without a key and without cost'],
    [
      [`${pipe} run ${file}`, `--input ${rows}`, `--output ${answers}`, '--simulate'],
      `all rows, into ${answers}; with a key, the same without --simulate`,
    ],
    [
      [`${pipe} test ${file}`],
      `passes now; what you expect of the answers goes into ${printable(shown(files.tests))}`,
    ],
    [[`${pipe} report`], 'after a run: a page of what came of it, and what it cost'],
  ];
  return commands.flatMap(([words, effect]) =>
    continuedLines(words)
      .map((line) => `  ${line}`)
      .concat(`    ${effect}`),
  );
}

/** A new file for the answers, in the format of the rows. */
async function answersFor(cwd: string, { rows, pipeline }: StarterFiles): Promise<string> {
  const own = extname(rows.replace(/\.gz$/i, ''));
  const extension = outputFormat(`answers${own}`).ok ? own : '.csv';
  const stem = basename(pipeline, extname(pipeline));
  for (let count = 0; ; count += 1) {
    const name = ['answers', `${stem}-answers`][count] ?? `${stem}-answers-${count}`;
    const path = `${name}${extension}`;
    if ((await standing([join(cwd, path)])).length === 0) return path;
  }
}
