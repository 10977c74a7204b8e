// npm run bench [-- --rows 10000 --concurrency 64 --rounds 3]: the built command beside a bare undici loop and
// LangChain's `.batch`, in turn against one server in its own process. Prints medians and ratios; judges nothing.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000' },
    concurrency: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '3' },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const command = here('../../dist/cli/pipe.js');
const work = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
const sentence = 'All human beings are born free and equal in dignity and rights.';

/** Runs Node with the meter in it and gives {cpu, wall} in seconds and {rss} in MB of the whole process. */
function measure(args) {
  const meter = join(work, 'meter.json');
  const child = spawnSync(process.execPath, ['--import', here('meter.mjs'), ...args], {
    env: { ...process.env, BENCH_METER: meter, MISTRAL_API_KEY: 'none', NO_COLOR: '1' },
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(`${args.join(' ')} ended with ${child.status}:\n${child.stderr}`);
  return JSON.parse(readFileSync(meter, 'utf8'));
}

/** Each contender in turn, so that a change of the machine's speed meets all of them; medians of the rounds. */
function compare(contenders) {
  const measured = new Map(contenders.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, args] of contenders) measured.get(name).push(measure(args()));
  }
  return new Map(
    [...measured].map(([name, runs]) => [
      name,
      Object.fromEntries(
        ['cpu', 'wall', 'rss'].map((figure) => [figure, median(runs.map((run) => run[figure]))]),
      ),
    ]),
  );
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function writeRows(count) {
  const file = join(work, `rows-${count}.jsonl`);
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify({ id: `row-${index}`, input: `${index}. ${sentence}` }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function startServer(latency) {
  const server = spawn(process.execPath, [here('server.mjs'), String(latency)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve) => {
    server.stdout.once('data', (data) => resolve(String(data).trim()));
  });
  return { url, stop: () => server.stdin.end() };
}

function pipeline(url) {
  const file = join(work, 'translate.yaml');
  writeFileSync(
    file,
    `version: 1
name: bench
vars: {input_language: English, output_language: French}
input: {key: id}
model: {name: mistral-small-latest, temperature: 0, base_url: "${url}"}
steps:
  translate:
    type: chat
    system: You are a helpful assistant that translates {{vars.input_language}} to {{vars.output_language}}.
    prompt: "{{input.input}}"
`,
  );
  return file;
}

let folder = 0;
function runPipe(url, input) {
  folder += 1;
  const flags = ['--concurrency', values.concurrency, '--run-dir', join(work, `run-${folder}`), '--quiet'];
  return [command, 'run', pipeline(url), '--input', input, ...flags];
}

function table(title, measured, floor) {
  const base = measured.get(floor);
  console.log(`\n${title}`);
  console.log('  contender          CPU s   x floor    wall s   x floor   peak MB');
  for (const [name, { cpu, wall, rss }] of measured) {
    const cells = [
      cpu.toFixed(2),
      (cpu / base.cpu).toFixed(2),
      wall.toFixed(2),
      (wall / base.wall).toFixed(2),
      rss.toFixed(0),
    ];
    const widths = [7, 10, 10, 10, 10];
    console.log(`  ${name.padEnd(16)}${cells.map((cell, at) => cell.padStart(widths[at])).join('')}`);
  }
}

console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`);
console.log(`medians of ${rounds} rounds; every figure is of the whole process, start-up included`);
try {
  const server = await startServer(0);
  const input = writeRows(rows);
  const out = join(work, 'out.jsonl');
  const script = (name) => () => [here(`contenders/${name}.mjs`), server.url, input, out, values.concurrency];
  const batch = compare([
    ['undici loop', script('undici-loop')],
    ['pipe run', () => runPipe(server.url, input)],
    ['LangChain .batch', script('langchain-batch')],
  ]);
  table(`${rows} rows, concurrency ${values.concurrency}, no latency`, batch, 'undici loop');
  console.log(
    `  .batch uses ${(batch.get('LangChain .batch').cpu / batch.get('pipe run').cpu).toFixed(1)} times the CPU of pipe run`,
  );

  const many = writeRows(rows * 10);
  const memory = compare([
    [`${rows} rows`, () => runPipe(server.url, input)],
    [`${rows * 10} rows`, () => runPipe(server.url, many)],
  ]);
  table('peak memory of pipe run as rows grow', memory, `${rows} rows`);
  server.stop();

  const file = pipeline('http://127.0.0.1:9');
  const start = compare([
    ['node -e 0', () => ['-e', '0']],
    ['pipe --help', () => [command, '--help']],
    ['pipe check', () => [command, 'check', file]],
  ]);
  table('start-up', start, 'node -e 0');
} finally {
  rmSync(work, { recursive: true, force: true });
}
