import { Argument, Command, Option } from 'commander';
import { printable, printableJson, withoutCommands } from '../diagnostic/printable.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import type { PlanStep } from '../plan.ts';
import type { RecordItem } from '../records/record.ts';
import type { Preview } from '../run/preview.ts';
import { exit, type ExitCode } from './exit.ts';
import { filesFolder } from './image-folder.ts';
import {
  addPipelineOptions,
  addSelectionOptions,
  requireInput,
  prepare,
  selectionOf,
  type PipelineFlags,
  type SelectionFlags,
} from './prepare.ts';
import { printDiagnostics, printError, writeOut, type Terminal } from './terminal.ts';

interface RenderFlags extends PipelineFlags, SelectionFlags {
  readonly input: string;
  readonly step?: string;
  readonly format: 'text' | 'json';
}

export function renderCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = requireInput(
    new Command('render')
      .summary('Print the requests that a run would send')
      .description('Print the exact requests that a run would send, without sending them')
      .addArgument(new Argument('<file>', 'the pipeline file')),
  ).option('--step <id>', 'only this step');
  return addSelectionOptions(addPipelineOptions(command))
    .addOption(
      new Option('--format <format>', 'text, or json: one line a step of a record')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
What a step says may depend on what another will have answered: that is told
instead.

Example:
  $ pipe render translate.yaml --input rows.jsonl --limit 1`,
    )
    .action(async (file: string, flags: RenderFlags) => done(await render(terminal, file, flags)));
}

async function render(terminal: Terminal, file: string, flags: RenderFlags): Promise<ExitCode> {
  const prepared = await prepare(terminal, file, flags.input, flags);
  if (!prepared.ok) {
    await printDiagnostics(terminal, prepared.error);
    return exit.usage;
  }
  const { plan, source, total, warnings } = prepared.value;
  await printDiagnostics(terminal, warnings);
  const steps = plan.steps.filter(({ id }) => flags.step === undefined || id === flags.step);
  if (steps.length === 0) {
    const ids = plan.steps.map(({ id }) => id).join(', ');
    await printError(terminal, `there is no step \`${flags.step ?? ''}\``, `the steps are ${ids}`);
    return exit.usage;
  }

  const { selectRecords } = await import('../records/selection.ts');
  const { createImages } = await import('../run/images.ts');
  const { createKeys } = await import('../run/keys.ts');
  const { previewRecord } = await import('../run/preview.ts');
  const keys = createKeys(plan.input.key);
  const images = createImages(filesFolder(flags));
  const show = flags.format === 'json' ? asJson : asText;
  let code: ExitCode = exit.success;
  for await (const item of selectRecords(source.read(plan.input.schema), selectionOf(flags), total)) {
    if (!terminal.stdout.writable) break;
    if ('broken' in item) {
      await printDiagnostics(terminal, [item.broken]);
      return exit.usage;
    }
    const key = keys.keyOf(item);
    const previews = (await previewRecord(plan, item, key, images)).filter(
      ({ step }) => step === undefined || steps.includes(step),
    );
    if (previews.some(({ preview }) => preview.kind === 'error')) code = exit.failures;
    const place = { path: source.path, item, key: key.key };
    await writeOut(terminal, previews.map(({ step, preview }) => show(place, step, preview)).join(''));
  }
  return code;
}

interface Place {
  readonly path: string;
  readonly item: RecordItem;
  readonly key: string;
}

function asJson({ item, key }: Place, step: PlanStep | undefined, preview: Preview): string {
  const { kind, ...what } = preview;
  const line = { index: item.index, line: item.line, key, step: step?.id ?? null, kind, ...what };
  return `${printableJson(JSON.stringify(line))}\n`;
}

function asText({ path, item, key }: Place, step: PlanStep | undefined, preview: Preview): string {
  const title = `${path}:${item.line}  ${key}${step === undefined ? '' : `  ${step.id}`}`;
  return withoutCommands(printable(`${title}\n${indent(describe(preview))}\n\n`, 'lines'));
}

function describe(preview: Preview): string {
  switch (preview.kind) {
    case 'request':
      return `POST ${preview.url}\n${describeBody(preview.body)}`;
    case 'skipped':
      return 'skipped by its `when`';
    case 'awaits':
      return `not known before a run: it awaits the output of ${preview.steps.join(', ')}`;
    case 'error':
      return `error: ${preview.message} [${preview.code}]`;
  }
}

/** The parameters on one line each, then the messages as they read. */
function describeBody({ messages, ...parameters }: JsonObject): string {
  const lines = Object.entries(parameters).map(
    ([name, value]) => `${name}: ${JSON.stringify(value, shortened)}`,
  );
  const turns = Array.isArray(messages) ? (messages as readonly JsonValue[]) : [];
  for (const turn of turns.filter(isObject)) {
    const { role, content, ...others } = turn;
    const text = typeof content === 'string' ? content : JSON.stringify(content, shortened);
    const extras = Object.keys(others).length === 0 ? '' : ` ${JSON.stringify(others)}`;
    lines.push(`${typeof role === 'string' ? role : ''}${extras}:`, indent(text));
  }
  return lines.join('\n');
}

/** The data of an image says nothing to a reader, and fills many screens. Some providers want it without its head. */
function shortened(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const [, head = '', data = ''] = /^(data:[^,]*,)(.*)$/is.exec(value) ?? [
    '',
    '',
    name === 'data' ? value : '',
  ];
  if (data.length <= longestData || !/^[\w+/=-]*$/.test(data)) return value;
  return `${head}${data.slice(0, shownData)}… (${value.length.toLocaleString('en-US')} characters)`;
}

const longestData = 100;
const shownData = 8;

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
