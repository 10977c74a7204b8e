import { Argument, Command, Option } from 'commander';
import { hasStep } from './chosen-step.ts';
import { exit, type ExitCode } from './exit.ts';
import { filesFolder } from './image-folder.ts';
import { addPipelineOptions, addSelectionOptions, inputOption, prepare, selectionOf } from './prepare.ts';
import { addRecordOptions, namesRecord, recordConflict } from './record-flags.ts';
import { refuseCommandUse } from './refuse.ts';
import type { RenderFlags } from './render-flags.ts';
import { asJson, asText } from './render-text.ts';
import { printDiagnostics, writeOut, type Terminal } from './terminal.ts';
import { watchConflict } from './watch-conflict.ts';

export function renderCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = new Command('render')
    .summary('Print the requests that a run would send')
    .description('Print the exact requests that a run would send, without sending them')
    .addArgument(new Argument('<file>', 'the pipeline file'))
    .addOption(inputOption())
    .option('--step <id>', 'only this step');
  return addSelectionOptions(addPipelineOptions(addRecordOptions(command)))
    .option('--watch', 'one record: again whenever a file of it is saved, with what has changed')
    .addOption(
      new Option('--format <format>', 'text, or json: one line a step of a record')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
What a step says may depend on what another will have answered: that is told
instead. With --watch and without --row and --key it is the first record.

Examples:
  $ pipe render translate.yaml --input rows.jsonl --limit 1
  $ pipe render translate.yaml --input rows.jsonl --row 3 --watch
  $ pipe render translate.yaml --input-json '{"id":"a","text":"Hello"}'`,
    )
    .action(async (file: string, flags: RenderFlags) => done(await render(terminal, file, flags)));
}

async function render(terminal: Terminal, file: string, flags: RenderFlags): Promise<ExitCode> {
  const { input, inputJson, watch } = flags;
  const conflict = conflictOf(flags);
  if (conflict !== undefined) return refuseCommandUse(terminal, { format: 'text' }, conflict);
  if (input !== undefined && !namesRecord(flags) && watch !== true) {
    return renderAll(terminal, file, { ...flags, input });
  }
  const [{ createRenderSession }, { readStdin }] = await Promise.all([
    import('./render-session.ts'),
    import('./input-json.ts'),
  ]);
  const json = inputJson === '-' ? await readStdin(terminal) : undefined;
  if (json?.ok === false) {
    await printDiagnostics(terminal, [json.error]);
    return exit.usage;
  }
  const session = createRenderSession(terminal, file, flags, json?.value);
  if (watch !== true) return (await session()).code;
  const { watchRounds } = await import('./watch.ts');
  return watchRounds(terminal, async () => (await session()).files);
}

function conflictOf(flags: RenderFlags): string | undefined {
  const { watch } = flags;
  const isSelected = Object.keys(selectionOf(flags)).length > 0;
  if (isSelected && (namesRecord(flags) || watch === true)) {
    const which = watch === true ? '--watch shows' : 'a named record is';
    return `${which} one record: leave out --limit, --offset, --sample and --shard`;
  }
  return watchConflict(flags) ?? recordConflict(flags);
}

/** Every record that is selected. */
async function renderAll(
  terminal: Terminal,
  file: string,
  flags: RenderFlags & { readonly input: string },
): Promise<ExitCode> {
  const prepared = await prepare(terminal, file, flags.input, flags);
  if (!prepared.ok) {
    await printDiagnostics(terminal, prepared.error);
    return exit.usage;
  }
  const { plan, source, total, warnings } = prepared.value;
  await printDiagnostics(terminal, warnings);
  if (!(await hasStep(terminal, plan, flags.step))) return exit.usage;
  const { selectRecords } = await import('../records/selection.ts');
  const { createImages } = await import('../run/images.ts');
  const { createKeys } = await import('../run/keys.ts');
  const { previewRecord } = await import('../run/preview.ts');
  const keys = createKeys(plan.input.key);
  const images = createImages(filesFolder(flags));
  const show = flags.format === 'json' ? asJson : asText;
  let code: ExitCode = exit.success;
  let count = 0;
  for await (const item of selectRecords(source.read(plan.input.schema), selectionOf(flags), total)) {
    count += 1;
    if (!terminal.stdout.writable) break;
    if ('broken' in item) {
      await printDiagnostics(terminal, [item.broken]);
      return exit.usage;
    }
    const key = keys.keyOf(item);
    const previews = (await previewRecord(plan, item, key, images)).filter(
      ({ step }) => step === undefined || flags.step === undefined || step.id === flags.step,
    );
    if (previews.some(({ preview }) => preview.kind === 'error')) code = exit.failures;
    const place = { path: source.path, item, key: key.key };
    await writeOut(terminal, previews.map(({ step, preview }) => show(place, step, preview)).join(''));
  }
  // A run over none of them succeeds as well; but who sees nothing at all looks for a mistake elsewhere.
  if (count === 0) terminal.stderr.write('no records: the input has none, or none was selected\n');
  return code;
}
