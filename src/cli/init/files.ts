import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { pipelineSchema, testSchema } from '../../pipeline/format.ts';
import { formatAmount } from '../../report/numbers.ts';
import { pathWord } from '../../diagnostic/command-words.ts';
import { chooseSamples } from '../../starter/choose-samples.ts';
import { exampleRows } from '../../starter/example.ts';
import { pipelineText } from '../../starter/pipeline-text.ts';
import { testText } from '../../starter/test-text.ts';
import { fieldPath } from '../../starter/yaml-words.ts';
import { readGitIgnores, withLines } from '../git-ignores.ts';
import type { Terminal } from '../terminal.ts';
import type { Choices } from './choices.ts';
import { schemaPathFrom, type SchemaName } from './schema-path.ts';
import { nameFor, targetsOf } from './targets.ts';
import type { NewFile } from './write.ts';

/** What is to be written; paths are absolute. */
export interface StarterFiles {
  readonly pipeline: string;
  readonly tests: string;
  readonly rows: string;
  readonly fresh: readonly NewFile[];
  /** Those that are added to. */
  readonly changed: readonly NewFile[];
  /** Lines that `.gitignore` gets. */
  readonly ignored: readonly string[];
}

export async function filesFor({ cwd }: Terminal, choices: Choices): Promise<StarterFiles> {
  const { name, input, survey, proposal, task, details, model } = choices;
  const { pipeline, tests, rows } = targetsOf(cwd, name, input);
  const folder = dirname(pipeline);
  const [ofPipeline, ofTests] = await Promise.all([
    schemaFile(folder, 'pipeline.schema.json', pipelineSchema),
    schemaFile(folder, 'test.schema.json', testSchema),
  ]);
  const step = task.step({ text: fieldPath(proposal.text), details });
  const text = pipelineText({
    name: nameFor(pipeline),
    schemaPath: ofPipeline.path,
    model,
    rows: basename(rows),
    seen: seenText(survey),
    proposal,
    step,
  });
  const { samples, areOfRows, lacking } = chooseSamples(survey, proposal);
  const ofRows = input === undefined || areOfRows ? { rows: basename(rows) } : {};
  const testsText = testText({
    schemaPath: ofTests.path,
    pipeline: pathWord(relative(cwd, pipeline)),
    ...ofRows,
    proposal,
    step,
    samples,
    ...(input !== undefined && lacking !== undefined && { lacking }),
  });
  const { missing } = await readGitIgnores(cwd);
  const ignore = join(cwd, '.gitignore');
  const old = await readFile(ignore, 'utf8').catch(() => '');
  return {
    pipeline,
    tests,
    rows,
    fresh: [
      { path: pipeline, text },
      { path: tests, text: testsText },
      ...(input === undefined ? [{ path: rows, text: exampleRows }] : []),
      ...ofPipeline.copies,
      ...ofTests.copies,
    ],
    changed: missing.length === 0 ? [] : [{ path: ignore, text: withLines(old, missing) }],
    ignored: missing,
  };
}

function seenText(survey: Choices['survey']): string {
  if (survey === undefined) return 'the 3 records';
  const seen = formatAmount(survey.records, 'record');
  return survey.more ? `the first ${seen}` : `the ${seen}`;
}

/** Where editors find a schema, and the copy that has to be written for it, if one has. */
export async function schemaFile(folder: string, name: SchemaName, schema: () => unknown) {
  const path = await schemaPathFrom(folder, name);
  if (path !== undefined) return { path, copies: [] };
  const copy = { path: join(folder, name), text: `${JSON.stringify(schema(), null, 2)}\n` };
  return { path: `./${name}`, copies: [copy] };
}
