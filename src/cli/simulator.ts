import { Command } from 'commander';
import { parseSimulatorOptions, simulatorOptionHelp } from '../simulator/parse-options.ts';
import { exit, type ExitCode } from './exit.ts';
import { wholeNumber } from './options.ts';
import { untilInterrupted } from './signals.ts';
import { formatAmount, formatCount } from '../report/numbers.ts';
import { wrap } from '../report/text.ts';
import { printError, writeOut, type Terminal } from './terminal.ts';

interface SimulatorFlags {
  readonly port: number;
  readonly options: string;
}

export function simulatorCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('simulator')
    .summary("Serve Mistral's API here, with made-up answers")
    .description("Serve Mistral's API on this machine, with made-up answers")
    .option('--port <n>', 'the port to listen on; 0 takes any that is free', wholeNumber, 8484)
    .option('--options <list>', 'such as latency=300ms,errors=2%; the same as after `run --simulate=`', '')
    .addHelpText(
      'after',
      `
Texts begin with [simulated] and repeat what was asked. Structured answers and
the arguments of tool calls are valid by their schemas. Tools are called once,
then what they say is repeated. Streams, several choices, reasoning and refusals
come as Mistral sends them. The same request has the same answer.

Options of --options:
${optionLines()}

Example:
  $ pipe simulator --port 8484 --options latency=300ms,p99=3s,errors=2%
  and in a pipeline: model: {base_url: "http://127.0.0.1:8484", …}`,
    )
    .action(async ({ port, options }: SimulatorFlags) => {
      const { startSimulator } = await import('../simulator/simulator.ts');
      const parsed = parseSimulatorOptions(options);
      if (!parsed.ok) return refuse(parsed.error);
      const started = await startSimulator({ ...parsed.value, port });
      if (!started.ok) return refuse(started.error.message);
      const simulator = started.value;
      await writeOut(terminal, `${simulator.url}\n`);
      terminal.stderr.write('Answers are made up. Press Ctrl-C to stop.\n');
      await untilInterrupted();
      const { requests, input_tokens, output_tokens } = simulator.stats();
      await simulator.close();
      terminal.stderr.write(
        `\n${formatAmount(requests, 'request')}, ${formatCount(input_tokens)} input and ${formatAmount(output_tokens, 'output token')}\n`,
      );
      done(exit.success);
    });

  async function refuse(message: string): Promise<void> {
    await printError(terminal, message);
    done(exit.usage);
  }
}

function optionLines(): string {
  return simulatorOptionHelp
    .flatMap(({ name, value, description }) =>
      wrap(description, 60).map((line, at) => `  ${(at === 0 ? `${name}=${value}` : '').padEnd(18)}${line}`),
    )
    .join('\n');
}
