import { printable, withoutCommands } from '../diagnostic/printable.ts';
import { createImages } from '../run/images.ts';
import { createKeys } from '../run/keys.ts';
import { previewRecord, type StepPreview } from '../run/preview.ts';
import { changeLines } from '../report/trial/change.ts';
import { paintFor } from '../report/output.ts';
import { hasStep } from './chosen-step.ts';
import { exit, type ExitCode } from './exit.ts';
import { filesFolder } from './image-folder.ts';
import { prepareRecord, type OneRecord } from './one-record.ts';
import type { RenderFlags } from './render-flags.ts';
import { asJson, asText, describe, titleOf } from './render-text.ts';
import { commandOf } from './reporters.ts';
import { createRounds } from './rounds.ts';
import { columnsOf, printDiagnostics, wantsColor, writeOut, type Terminal } from './terminal.ts';

export interface RenderRound {
  readonly code: ExitCode;
  /** Those that it is made of, as far as could be told, absolute. */
  readonly files: readonly string[];
}

const margin = 2;

/** Renders one record, as often as it is called; from the second time on, what has changed of its requests. */
export function createRenderSession(
  terminal: Terminal,
  file: string,
  flags: RenderFlags,
  json: string | undefined,
): () => Promise<RenderRound> {
  const rounds = createRounds(terminal);
  const context = { command: `${commandOf(terminal)} render`, ...(json !== undefined && { json }) };
  /** By the steps' ids; undefined before anything was rendered. */
  let before: ReadonlyMap<string, string> | undefined;

  async function show(record: OneRecord): Promise<ExitCode> {
    const { plan, item, key, place } = record;
    await printDiagnostics(terminal, record.warnings);
    if (!(await hasStep(terminal, plan, flags.step))) return exit.usage;
    const named = createKeys(plan.input.key).keyOf(item);
    const previews = (await previewRecord(plan, item, named, createImages(filesFolder(flags)))).filter(
      ({ step }) => step === undefined || flags.step === undefined || step.id === flags.step,
    );
    const at = { item, key, ...(place !== undefined && { path: place.path }) };
    const last = before;
    const now = new Map(previews.map((one) => [idOf(one), describe(one.preview)]));
    const text =
      last === undefined
        ? previews.map(({ step, preview }) => (flags.format === 'json' ? asJson : asText)(at, step, preview))
        : [
            ...previews.flatMap((one) =>
              changeOf(titleOf(at, one.step), last.get(idOf(one)), now.get(idOf(one))),
            ),
            ...[...last.keys()].filter((id) => !now.has(id)).map((id) => `${id}  is no longer there\n`),
          ];
    if (text.length === 0) terminal.stderr.write('nothing that is sent has changed\n');
    await writeOut(terminal, text.join(''));
    before = now;
    return previews.some(({ preview }) => preview.kind === 'error') ? exit.failures : exit.success;
  }

  function changeOf(title: string, old: string | undefined, now = ''): readonly string[] {
    if (old === now) return [];
    const paint = paintFor({ color: wantsColor(terminal, terminal.stdout) });
    const { columns } = columnsOf(terminal.stdout);
    const lines = changeLines(old ?? '', now, paint, columns === undefined ? undefined : columns - margin);
    const body = lines.map((line) => `${' '.repeat(margin)}${line}`.trimEnd()).join('\n');
    return [withoutCommands(`${printable(title)}\n${body}\n`)];
  }

  return async () => {
    await rounds.begin();
    const { record, files } = await prepareRecord(terminal, file, flags, context);
    await rounds.end(files);
    if (record.ok) return { code: await show(record.value), files };
    await printDiagnostics(terminal, record.error);
    return { code: exit.usage, files };
  };
}

function idOf({ step }: StepPreview): string {
  return step?.id ?? '';
}
