import { basename, dirname, relative, resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { pathWord } from '../diagnostic/command-words.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { ImportedFile } from '../importing/import-file.ts';
import { exit, type ExitCode } from './exit.ts';
import type { NewFile } from './init/write.ts';
import { printDiagnostics, printError, writeOut, type Terminal } from './terminal.ts';

/** Kept here as words so that `--help` loads nothing; a test holds it equal to the registry. */
export const kindNames = ['promptflow', 'promptfoo', 'dotprompt', 'prompty'] as const;

interface ImportFlags {
  readonly from?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly format: 'text' | 'json';
}

export function importCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('import')
    .summary("Write a pipeline from another tool's file")
    .description('Write a pipeline from a file of promptflow, promptfoo, Dotprompt or Prompty')
    .addArgument(new Argument('<source>', 'flow.dag.yaml, promptfooconfig.yaml, *.prompt or *.prompty'))
    .addOption(
      new Option('--from <kind>', 'what it is (default: by its name and content)').choices(kindNames),
    )
    .option('--output <file>', 'the pipeline to write, - for stdout (default: named after the source)')
    .option('--force', 'write over files that stand already')
    .addOption(
      new Option('--format <format>', 'text on stderr; json on stdout')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Tells line by line what does not carry over, with what to do about it: code is
never executed, and not imported. Files that the source names are read in its
folder alone. Tests and example rows are written beside the pipeline, as
<name>.test.yaml and <name>.rows.jsonl.

The exit code is 0 where \`pipe check\` passes what is written, however much did
not carry over; 2 where nothing could be imported, or where an error is left in
what is written: it is printed, and the file is there to be mended.

Examples:
  $ pipe import flows/triage/flow.dag.yaml
  $ pipe import promptfooconfig.yaml --output summary.yaml
  $ pipe import greeting.prompty --output - | less`,
    )
    .action(async (source: string, flags: ImportFlags) => done(await importSource(terminal, source, flags)));
}

/** The providers' keys that stand in the environment. */
async function keysOf({ env }: Terminal): Promise<readonly string[]> {
  const { providers } = await import('../models/registry.ts');
  return [...providers.values()].flatMap(({ api_key_env }) =>
    api_key_env === null ? [] : (env[api_key_env] ?? []),
  );
}

async function importSource(terminal: Terminal, source: string, flags: ImportFlags): Promise<ExitCode> {
  const { importFile } = await import('../importing/import-file.ts');
  const path = resolve(terminal.cwd, source);
  const imported = await importFile(path, source, { from: flags.from, keys: await keysOf(terminal) });
  if (!imported.ok) return refuse(terminal, imported.error, flags);
  if (flags.output === '-') return printPipeline(terminal, imported.value, flags);
  const pipeline = targetOf(terminal, imported.value, flags);
  const files = await filesFor(pipeline, imported.value);
  const { standing, writeFiles } = await import('./init/write.ts');
  const shown = (file: string) => relative(terminal.cwd, file);
  if (files.some((file) => file.path === path))
    return refuse(
      terminal,
      [
        refusal(
          `\`${shown(path)}\` is what is imported, and would be written over`,
          'name another file by --output',
        ),
      ],
      flags,
    );
  const there = flags.force === true ? [] : await standing(files.map((file) => file.path));
  if (there.length > 0) {
    const names = there.map((file) => `\`${shown(file)}\``).join(' and ');
    const message = `${names} ${there.length === 1 ? 'stands' : 'stand'} already`;
    const hint = 'choose another name by --output, or add --force to write over it';
    return refuse(terminal, [refusal(message, hint, 'exists')], flags);
  }
  const written = await writeFiles(files);
  if (!written.ok) {
    await printError(terminal, written.error, undefined, 'unwritable');
    return exit.local;
  }
  const found = await mistakesOf(terminal, pipeline, imported.value, files);
  const diagnostics = [...imported.value.notes, ...found];
  if (flags.format === 'json') await printJson(terminal, imported.value, files, diagnostics);
  else await tell(terminal, { source, pipeline, files, imported: imported.value, diagnostics });
  return found.some(({ severity }) => severity === 'error') ? exit.usage : exit.success;
}

/**
 * What is wrong with the pipeline and the tests that were written. Where its templates compare what the types of its fields do not
 * let them, it is written once more without these.
 */
async function mistakesOf(
  { cwd }: Terminal,
  pipeline: string,
  imported: ImportedFile,
  written: readonly NewFile[],
): Promise<readonly Diagnostic[]> {
  const [{ loadPipeline }, { withoutTypes }, { writeFiles }] = await Promise.all([
    import('../pipeline/pipeline.ts'),
    import('../importing/loosen.ts'),
    import('./init/write.ts'),
  ]);
  const isError = ({ severity }: Diagnostic) => severity === 'error';
  const errorsIn = async () => {
    const errors = (await loadPipeline(pipeline)).diagnostics.filter(isError);
    if (errors.length > 0 || imported.tests.length === 0) return errors;
    const { loadTests } = await import('../testing/load.ts');
    return (await loadTests(pipeline, { cwd })).diagnostics.filter(isError);
  };
  const errors = await errorsIn();
  if (errors.length === 0) return [];
  const files = await filesFor(pipeline, { ...imported, pipeline: withoutTypes(imported.pipeline) });
  await writeFiles(files.filter(({ path }) => path === pipeline));
  const left = await errorsIn();
  if (left.length >= errors.length) {
    // It was not for the types.
    await writeFiles(written.filter(({ path }) => path === pipeline));
    return errors;
  }
  const note: Diagnostic = {
    severity: 'warning',
    code: 'not-imported',
    message:
      'the types of the input are left out: templates compare or change values that are of other types',
    hint: 'add them to `input.schema`, and mend what `pipe check` tells',
  };
  return [note, ...left];
}

function targetOf({ cwd }: Terminal, { pipeline }: ImportedFile, { output }: ImportFlags): string {
  return resolve(cwd, output ?? `${pipeline.name}.yaml`);
}

function refusal(message: string, hint: string, code = 'usage'): Diagnostic {
  return { severity: 'error', code, message, hint };
}

async function refuse(
  terminal: Terminal,
  diagnostics: readonly Diagnostic[],
  { format }: ImportFlags,
): Promise<ExitCode> {
  if (format === 'text') await printDiagnostics(terminal, diagnostics);
  else {
    const { diagnosticsJson } = await import('../diagnostic/format.ts');
    await printObject(terminal, {
      kind: null,
      written: [],
      diagnostics: diagnosticsJson(diagnostics, terminal.cwd),
    });
  }
  return exit.usage;
}

/** The pipeline, its tests and its rows, with copies of the schemas where no package has them. */
async function filesFor(pipeline: string, imported: ImportedFile): Promise<readonly NewFile[]> {
  const [{ pipelineYaml, testsYaml, rowsText }, { schemaFile }, { pipelineSchema, testSchema }] =
    await Promise.all([
      import('../importing/pipeline-yaml.ts'),
      import('./init/files.ts'),
      import('../pipeline/format.ts'),
    ]);
  const folder = dirname(pipeline);
  const [ofPipeline, ofTests] = await Promise.all([
    schemaFile(folder, 'pipeline.schema.json', pipelineSchema),
    schemaFile(folder, 'test.schema.json', testSchema),
  ]);
  const beside = (extension: string) => pipeline.replace(/(?:\.ya?ml|\.json)?$/i, extension);
  const { pipeline: draft, tests, rows } = imported;
  const named = { tests, origin: draft.origin, rows: `./${basename(beside('.rows.jsonl'))}` };
  return [
    { path: pipeline, text: pipelineYaml(draft, ofPipeline.path) },
    ...(tests.length > 0
      ? [{ path: beside('.test.yaml'), text: testsYaml({ ...named, schemaPath: ofTests.path }) }]
      : []),
    ...(rows.length > 0 ? [{ path: beside('.rows.jsonl'), text: rowsText(rows) }] : []),
    ...ofPipeline.copies,
    ...(tests.length > 0 ? ofTests.copies : []),
  ];
}

async function printPipeline(
  terminal: Terminal,
  imported: ImportedFile,
  { format }: ImportFlags,
): Promise<ExitCode> {
  if (format === 'json')
    return refuse(terminal, [refusal('`--output -` and `--format json` both want stdout', 'leave one out')], {
      format: 'text',
    });
  const [{ pipelineYaml }, { schemaPathFrom }] = await Promise.all([
    import('../importing/pipeline-yaml.ts'),
    import('./init/schema-path.ts'),
  ]);
  const name = 'pipeline.schema.json';
  const schema = (await schemaPathFrom(terminal.cwd, name)) ?? `./${name}`;
  await writeOut(terminal, pipelineYaml(imported.pipeline, schema));
  await printDiagnostics(terminal, imported.notes);
  if (imported.tests.length > 0 || imported.rows.length > 0)
    terminal.stderr.write('its tests and example rows are written with --output FILE alone\n');
  return exit.success;
}

async function printJson(
  terminal: Terminal,
  { kind }: ImportedFile,
  files: readonly NewFile[],
  diagnostics: readonly Diagnostic[],
): Promise<void> {
  const { diagnosticsJson } = await import('../diagnostic/format.ts');
  await printObject(terminal, {
    kind: kind.kind,
    written: files.map(({ path }) => relative(terminal.cwd, path)),
    diagnostics: diagnosticsJson(diagnostics, terminal.cwd),
  });
}

async function printObject(terminal: Terminal, value: unknown): Promise<void> {
  const { printableJson } = await import('../diagnostic/printable.ts');
  await writeOut(terminal, `${printableJson(JSON.stringify(value, null, 2))}\n`);
}

interface Told {
  readonly source: string;
  readonly pipeline: string;
  readonly files: readonly NewFile[];
  readonly imported: ImportedFile;
  readonly diagnostics: readonly Diagnostic[];
}

/** What was written, what did not carry over, and what to do now. */
async function tell(terminal: Terminal, told: Told): Promise<void> {
  const { commandOf } = await import('./reporters.ts');
  const { source, pipeline, files, imported, diagnostics } = told;
  const shown = (path: string) => relative(terminal.cwd, path);
  const command = commandOf(terminal);
  const head = [
    `read     ${printable(source)}: ${imported.kind.description}`,
    ...files.map(({ path }) => `wrote    ${printable(shown(path))}`),
    ...(diagnostics.length === 0 ? ['all of it carried over'] : []),
  ];
  terminal.stderr.write(withoutCommands(`${head.join('\n')}\n\n`));
  await printDiagnostics(terminal, diagnostics);
  const isSound = diagnostics.every(({ severity }) => severity !== 'error');
  const file = pathWord(shown(pipeline));
  const rows = files.find(({ path }) => path.endsWith('.rows.jsonl'));
  const input = rows === undefined ? 'ROWS' : pathWord(shown(rows.path));
  const next = [
    ...(diagnostics.length === 0 ? [] : ['']),
    'next',
    `  ${command} check ${file}`,
    '    tells what is wrong, whenever you have edited it',
    ...(isSound
      ? [
          `  ${command} run ${file} --input ${input} --simulate`,
          `    tries it without a key and without cost${rows === undefined ? ', over rows of yours (.csv, .jsonl)' : ''}`,
        ]
      : []),
    ...(imported.tests.length === 0 || !isSound
      ? []
      : [
          `  ${command} test ${file} --record`,
          '    asks the model once, and keeps its answers for tests without a key',
        ]),
  ];
  terminal.stderr.write(withoutCommands(`${next.join('\n')}\n`));
}
