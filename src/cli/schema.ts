import { Command } from 'commander';
import { exit, type ExitCode } from './exit.ts';
import { writeOut, type Terminal } from './terminal.ts';

export function schemaCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('schema')
    .summary('Print the JSON Schema of pipeline files')
    .description('Print the JSON Schema of a pipeline file, for editors and other tools')
    .addHelpText(
      'after',
      `
Example:
  $ pipe schema > pipeline.schema.json
  and as the first line of a pipeline, for completion and hover texts in an editor:
  # yaml-language-server: $schema=./pipeline.schema.json`,
    )
    .action(async () => {
      const { pipelineSchema } = await import('../pipeline/format.ts');
      await writeOut(terminal, `${JSON.stringify(pipelineSchema(), null, 2)}\n`);
      done(exit.success);
    });
}
