import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buildProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { CallOutcome } from '../../src/models/contract.ts';
import { loadPipeline } from '../../src/pipeline/pipeline.ts';
import { openRecords } from '../../src/records/open.ts';
import { createRunFolder } from '../../src/run/folder.ts';
import { runPipeline } from '../../src/run/run.ts';
import { instantModels } from '../run/support/fake-models.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface RunWanted {
  /** A folder with what else the pipeline is made of; default: a new one. */
  readonly cwd?: string;
  readonly pipeline: string;
  readonly rows: readonly object[];
  /** What the models answer to the last message. */
  readonly reply: (prompt: string) => CallOutcome;
  readonly simulated?: boolean;
}

/** Runs a pipeline file over rows with made-up models and a clock that moves 40 ms a call. */
export async function finishedRun({
  cwd = temporaryFolder(),
  pipeline,
  rows,
  reply,
  simulated = false,
}: RunWanted) {
  const file = join(cwd, 'tickets.yaml');
  const input = join(cwd, 'rows.jsonl');
  writeFileSync(file, pipeline);
  writeFileSync(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { plan, diagnostics } = await loadPipeline(file, { cwd });
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  const source = await openRecords({ path: input });
  if (!source.ok) throw new Error(source.error.message);
  const survey = await source.value.survey();
  const sha256 = survey?.ok === true ? survey.value.sha256 : null;
  let time = Date.UTC(2026, 0, 31, 23, 59, 58);
  const now = () => time;
  const made = await createRunFolder(
    join(cwd, 'night'),
    { plan, input: { path: input, sha256, format: 'jsonl' }, simulated, images: cwd },
    { now },
  );
  if (!made.ok) throw new Error(made.error.message);
  const openModel = instantModels((prompt) => {
    time += 40;
    return reply(prompt);
  });
  const records = source.value.read(plan.input.schema);
  const events = runPipeline(plan, records, { env: {}, folder: made.value, openModel, now });
  for await (const event of events) if (event.type === 'run_finished') break;
  return { cwd, folder: made.value.path };
}

/** Runs `pipe report` in a folder; a mistake in the arguments has no code, since it is thrown for cli.ts. */
export async function pipeReport(cwd: string, ...args: readonly string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let exitCode: number | undefined;
  const streams = { stdin: new PassThrough(), stdout, stderr };
  const terminal = { cwd, pid: 1, ...streams, env: { MISTRAL_API_KEY: 'the-key-of-nobody' } };
  const told = { stdout: '', stderr: '' };
  stdout.on('data', (piece) => (told.stdout += String(piece)));
  stderr.on('data', (piece) => (told.stderr += String(piece)));
  const program = buildProgram(terminal as unknown as Terminal, (code) => (exitCode = code));
  await program.parseAsync(['node', 'pipe', 'report', ...args]).catch(() => undefined);
  // What was written last is heard a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  const shown = (text: string) => text.replaceAll(cwd, '<cwd>');
  return { exitCode, stdout: shown(told.stdout), stderr: shown(told.stderr) };
}

export const ticketPipeline = `version: 1
name: tickets
vars: {language: English}
input: {key: id}
model: {name: mistral-small-latest, max_tokens: 200}
limits: {concurrency: 1}
steps:
  translate:
    type: chat
    system: You translate to {{vars.language}}.
    prompt: '{{input.text}}'
  classify:
    type: structured
    repair: 1
    prompt: 'Classify {{steps.translate.output}}'
    schema:
      type: object
      additionalProperties: false
      required: [topic]
      properties: {topic: {enum: [order, billing]}}
`;
