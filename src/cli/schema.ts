import { Command, Option } from 'commander';
import { exit, type ExitCode } from './exit.ts';
import { writeOut, type Terminal } from './terminal.ts';

interface SchemaFlags {
  readonly for: 'pipeline' | 'test';
}

export function schemaCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('schema')
    .summary('Print the JSON Schema of pipeline files')
    .description('Print the JSON Schema of a pipeline file, for editors and other tools')
    .addOption(
      new Option('--for <form>', 'pipeline, or test for a file of tests')
        .choices(['pipeline', 'test'])
        .default('pipeline'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ pipe schema --for test > test.schema.json
  $ pipe schema > pipeline.schema.json
  and as the first line of a pipeline, for completion and hover in an editor:
  # yaml-language-server: $schema=./pipeline.schema.json`,
    )
    .action(async (flags: SchemaFlags) => {
      const { pipelineSchema, testSchema } = await import('../pipeline/format.ts');
      const schema = flags.for === 'test' ? testSchema() : pipelineSchema();
      await writeOut(terminal, `${JSON.stringify(schema, null, 2)}\n`);
      done(exit.success);
    });
}
