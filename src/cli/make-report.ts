import { join } from 'node:path';
import type { Plan } from '../plan.ts';
import type { ShownRecords } from '../report/figures/chosen.ts';
import { copiedByPlan, copiedByValue, type IsCopied } from '../report/figures/copied-fields.ts';
import { readRunFigures } from '../report/figures/read-run.ts';
import type { Report } from '../report/figures/report.ts';
import type { RecordStory, RenderedMessages } from '../report/figures/story.ts';
import { createRedactAll, type Redact } from '../diagnostic/redact.ts';
import { shownPath } from '../diagnostic/placed.ts';
import { failure, success, type Result } from '../result.ts';
import type { StopReason } from '../run/events.ts';
import { createImages } from '../run/images.ts';
import { firstResults } from '../run/first-results.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { secretsOf } from '../run/secrets.ts';
import { givenFlags } from './given-flags.ts';
import { load, openInput } from './prepare.ts';
import type { Terminal } from './terminal.ts';

export interface RunOnDisk {
  /** Absolute. */
  readonly folder: string;
  readonly summary: RunSummary;
}

/** Reads a run for a report. What was asked is rendered again where pipeline and input are still what they were. */
export async function makeReport(
  terminal: Terminal,
  run: RunOnDisk,
  shown: ShownRecords,
): Promise<Result<Report, StopReason>> {
  const pipeline = await readPipeline(terminal, run.summary);
  const { plan, source } = pipeline;
  const isCopied = pipeline.isCopied ?? (await copiedInRecords(terminal, run));
  const read = await readRunFigures({ ...run, ...(plan !== undefined && { plan }) }, shown, isCopied);
  if (!read.ok) return read;
  const { figures, stories } = read.value;
  const messages = new Map<number, RenderedMessages>();
  const without =
    plan === undefined ? pipeline.why : await renderStories(terminal, run, plan, stories, messages);
  return success({
    figures,
    stories,
    ...(isCopied !== undefined && { isCopied }),
    ...(isCopied !== undefined && {
      leftOut:
        pipeline.isCopied === undefined
          ? 'What has the name and the value of a field of the input is left out.'
          : 'What is only copied from the input is left out.',
    }),
    messages,
    ...(without !== undefined && { withoutMessages: `What was asked is not shown: ${without}.` }),
    ...(source !== undefined && { source }),
    ...(source === undefined && {
      withoutSource: `The pipeline is not shown: ${pipeline.why ?? 'it is gone'}.`,
    }),
    stepTypes: new Map(plan?.steps.map(({ id, type }) => [id, type])),
    cwd: terminal.cwd,
  });
}

interface ReadPipeline {
  /** Where all files of the pipeline are what they were. */
  readonly plan?: Plan;
  /** Where the pipeline file is what it was, and sound: it alone says what is copied, whatever else has changed. */
  readonly isCopied?: IsCopied;
  /** Where the pipeline file is what it was. */
  readonly source?: string;
  /** Why there is no plan, as a part of a sentence. */
  readonly why?: string;
}

async function readPipeline(terminal: Terminal, summary: RunSummary): Promise<ReadPipeline> {
  const { pipeline, files } = summary;
  if (pipeline === null) return { why: 'the run was begun by a program' };
  const { readTextFile } = await import('../pipeline/load.ts');
  const shown = shownPath(pipeline.path, terminal.cwd);
  const file = await readTextFile(pipeline.path, shown);
  if (!file.ok) return { why: `${shown} can no longer be read` };
  if (file.value.sha256 !== pipeline.sha256) return { why: `${shown} has changed since` };
  const source = file.value.text;
  const { plan } = await load(terminal, pipeline.path, givenFlags(summary), undefined);
  if (plan === undefined) return { source, why: `${shown} no longer passes \`pipe check\`` };
  const isCopied = copiedByPlan(plan);
  const changed = files.find(
    ({ path, sha256 }) => !plan.files.some((now) => now.path === path && now.sha256 === sha256),
  );
  if (changed !== undefined)
    return { source, isCopied, why: `${shownPath(changed.path, terminal.cwd)} has changed since` };
  return { plan, source, isCopied };
}

/** Characters of messages that are kept of all records together. */
const mostCharacters = 48 * 1024 * 1024;

/** Fills in what the records' calls asked. Gives why some of it is not known, as a part of a sentence. */
async function renderStories(
  terminal: Terminal,
  { folder, summary }: RunOnDisk,
  plan: Plan,
  stories: readonly RecordStory[],
  messages: Map<number, RenderedMessages>,
): Promise<string | undefined> {
  const asked = new Map(
    stories.flatMap((story) => (story.calls.length > 0 ? [[story.index, story] as const] : [])),
  );
  if (asked.size === 0) return undefined;
  const { createRenderer } = await import('../report/figures/rendered.ts');
  const render = createRenderer(plan, createImages(summary.images ?? undefined));
  const redact = createRedactAll(secretsOf(plan, { env: terminal.env }));
  let characters = 0;

  async function take(story: RecordStory, input: Parameters<typeof render>[1]): Promise<void> {
    if (characters > mostCharacters) return;
    const rendered = redacted(await render(story, input), redact);
    for (const asking of rendered.values()) characters += JSON.stringify(asking).length;
    messages.set(story.sequence, rendered);
  }

  for (const story of stories) {
    const input = story.failure?.input;
    if (input != null && asked.delete(story.index)) await take(story, input);
  }
  if (asked.size === 0) return undefined;
  const input = await openInputOf(terminal, folder, summary);
  if (!input.ok) return input.error;
  try {
    for await (const item of input.value.read(plan.input.schema)) {
      if ('broken' in item) break;
      const story = asked.get(item.index);
      if (item.ok && story !== undefined && asked.delete(item.index)) await take(story, item.value);
      if (asked.size === 0) break;
    }
  } finally {
    await input.value.close();
  }
  if (characters > mostCharacters) return 'of some records, for want of room';
  return asked.size === 0 ? undefined : 'of some records, which the input no longer has';
}

/** Of so many records it is looked up which fields they have from the input. */
const comparedRecords = 200;

/** What is copied, as the first records show it; undefined where they are no longer there to be compared. */
async function copiedInRecords(
  terminal: Terminal,
  { folder, summary }: RunOnDisk,
): Promise<IsCopied | undefined> {
  const outputs = new Map(
    (await firstResults(folder, comparedRecords)).map((row) => [row.index, row.output]),
  );
  const input = outputs.size === 0 ? undefined : await openInputOf(terminal, folder, summary);
  if (input?.ok !== true) return undefined;
  const compared: Parameters<typeof copiedByValue>[0][number][] = [];
  try {
    for await (const item of input.value.read(undefined)) {
      if ('broken' in item) break;
      const output = outputs.get(item.index);
      if (item.ok && output !== undefined) compared.push({ input: item.value, output });
      outputs.delete(item.index);
      if (outputs.size === 0) break;
    }
  } finally {
    await input.value.close();
  }
  return compared.length === 0 ? undefined : copiedByValue(compared);
}

/** The run's input, where it is still what it was; else why it is not, as a part of a sentence. */
async function openInputOf(terminal: Terminal, folder: string, { input }: RunSummary) {
  if (input.path === null) return failure('its records came from a program');
  const once = input.path === '-';
  const shown = once ? 'standard input' : shownPath(input.path, terminal.cwd);
  const flags = {
    ...(input.format !== null && { inputFormat: input.format }),
    ...(once && { spool: join(folder, 'stdin') }),
  };
  const opened = await openInput(terminal, input.path, flags);
  if (!opened.ok) return failure(`${shown} can no longer be read`);
  const survey = once ? undefined : await opened.value.survey();
  if (survey !== undefined && survey.ok && survey.value.sha256 === input.sha256) return opened;
  if (once) return opened;
  await opened.value.close();
  return failure(`${shown} has changed since`);
}

/** An input may hold what nobody is to read. */
function redacted(rendered: RenderedMessages, redact: Redact): RenderedMessages {
  return new Map([...rendered].map(([fingerprint, asked]) => [fingerprint, inTexts(asked, redact)]));
}

/** The same value, its texts changed. */
function inTexts<Value>(value: Value, change: Redact): Value {
  if (typeof value === 'string') return change(value) as Value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => inTexts(item, change)) as Value;
  const members = Object.entries(value).map(([name, member]) => [name, inTexts<unknown>(member, change)]);
  return Object.fromEntries(members) as Value;
}
