// npm run bench [-- --scenarios no-latency,start-up --rounds 3 --rows 1000 --long --write]: the built command beside a
// bare undici loop and LangChain's ways, in turn against one server in its own process. Prints medians and ratios, and
// judges nothing; `--write` puts the tables into README.md, so that no number there is typed by hand.
import { availableParallelism, cpus, totalmem } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../whole-number.mjs';
import { openBench } from './measure.mjs';
import { limits } from './scenarios/limits.mjs';
import { memory } from './scenarios/memory.mjs';
import { resume } from './scenarios/resume.mjs';
import { startUp } from './scenarios/start-up.mjs';
import { fixedLatency, noLatency, realLatency } from './scenarios/throughput.mjs';
import { formatTable, writeTables } from './tables.mjs';

const scenarios = [noLatency, fixedLatency, realLatency, memory, resume, limits, startUp];

const values = new Command('npm run bench --')
  .description(
    'Measures the built command beside a bare undici loop and beside what people do with LangChain.',
  )
  .addOption(
    new Option('--scenarios <names>', `of ${scenarios.map(({ name }) => name).join(', ')}`)
      .default(scenarios, 'all')
      .argParser(scenariosOf),
  )
  .option('--rounds <n>', 'of each comparison; medians are printed', wholeNumber(1), 3)
  .option('--rows <n>', "in place of each scenario's own number", wholeNumber(1))
  .option('--long', 'a million rows, and LangChain where it takes minutes')
  .option('--write', 'put the tables into test/bench/README.md')
  .allowExcessArguments(false)
  .parse()
  .opts();

function scenariosOf(list) {
  const names = list.split(',');
  const unknown = names.filter((name) => scenarios.every((scenario) => scenario.name !== name));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no scenario ${unknown.join(', ')}.`);
  return scenarios.filter(({ name }) => names.includes(name));
}

const date = new Date().toISOString().slice(0, 10);
const gigabytes = Math.round(totalmem() / 2 ** 30);
const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, ${gigabytes} GiB, Node ${process.version}`;
console.log(`${machine}, ${date}`);
console.log('Medians; every figure is of a whole process, start-up included.');

for (const scenario of values.scenarios) {
  const bench = openBench({
    rounds: values.rounds,
    long: values.long === true,
    rowsOr: (usual) => values.rows ?? usual,
  });
  try {
    const tables = await scenario.run(bench);
    for (const table of tables) console.log(`\n${formatTable(table)}`);
    if (values.write) writeTables(scenario.name, tables, `${machine}, ${date}`);
  } finally {
    bench.close();
  }
}
