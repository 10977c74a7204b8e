// npm run bench [-- --scenarios no-latency,start-up --rounds 3 --rows 1000 --long --write]: the built command beside a
// bare undici loop and LangChain's ways, in turn against one server in its own process. Prints medians and ratios, and
// judges nothing; `--write` puts the tables into README.md, so that no number there is typed by hand.
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { openBench } from './measure.mjs';
import { limits } from './scenarios/limits.mjs';
import { memory } from './scenarios/memory.mjs';
import { resume } from './scenarios/resume.mjs';
import { startUp } from './scenarios/start-up.mjs';
import { fixedLatency, noLatency, realLatency } from './scenarios/throughput.mjs';
import { formatTable, writeTables } from './tables.mjs';

const scenarios = [noLatency, fixedLatency, realLatency, memory, resume, limits, startUp];

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: scenarios.map(({ name }) => name).join(',') },
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string' },
    long: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const names = values.scenarios.split(',');
const unknown = names.filter((name) => scenarios.every((scenario) => scenario.name !== name));
if (unknown.length > 0) throw new Error(`no scenario ${unknown.join(', ')}`);

const date = new Date().toISOString().slice(0, 10);
const gigabytes = Math.round(totalmem() / 2 ** 30);
const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, ${gigabytes} GiB, Node ${process.version}`;
console.log(`${machine}, ${date}`);
console.log('Medians; every figure is of a whole process, start-up included.');

for (const scenario of scenarios) {
  if (!names.includes(scenario.name)) continue;
  const bench = openBench({
    rounds: Number(values.rounds),
    long: values.long,
    rowsOr: (usual) => (values.rows === undefined ? usual : Number(values.rows)),
  });
  try {
    const tables = await scenario.run(bench);
    for (const table of tables) console.log(`\n${formatTable(table)}`);
    if (values.write) writeTables(scenario.name, tables, `${machine}, ${date}`);
  } finally {
    bench.close();
  }
}
