// What every scenario needs: a folder, a server, input, the contenders' command lines, and the measuring of them.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const command = here('../../dist/cli/pipe.js');
const sentence = 'All human beings are born free and equal in dignity and rights.';

/** As long as a key is: what leaves it out of texts takes its time too. */
const key = 'benchBENCHbenchBENCHbenchBENCH01';

export function openBench({ rounds, long, rowsOr }) {
  const work = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
  const meter = join(work, 'meter.json');
  const env = { ...process.env, BENCH_METER: meter, MISTRAL_API_KEY: key, NO_COLOR: '1' };
  const servers = [];
  let folders = 0;

  /** Node's arguments for `pipe`, with the meter in it. */
  const pipe = (...args) => [command, ...args];

  /** Runs Node and gives {cpu, wall} in seconds and {rss} in MB of the whole process. */
  function measure(args) {
    const child = spawnSync(process.execPath, ['--import', here('meter.mjs'), ...args], {
      cwd: work,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (child.status !== 0)
      throw new Error(`${args.join(' ')} ended with ${child.status}:\n${child.stdout}${child.stderr}`);
    return JSON.parse(readFileSync(meter, 'utf8'));
  }

  return {
    work,
    rounds,
    long,
    rowsOr,
    pipe,
    measure,

    /** A run of the command that goes on beside the bench: `ended` resolves when it does. */
    begin(args) {
      const child = spawn(process.execPath, args, { cwd: work, env, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      return { kill: () => child.kill('SIGKILL'), ended };
    },

    /**
     * Each contender in turn, round by round, so that a change of the machine's speed meets all of them. `args` is asked
     * anew for each round. Gives the medians, and those of the ratios to the first contender in the same round.
     */
    compare(contenders) {
      const measured = contenders.map(({ name }) => ({ name, runs: [] }));
      for (let round = 0; round < rounds; round += 1)
        contenders.forEach(({ args }, at) => measured[at].runs.push(measure(args())));
      const floor = measured[0].runs;
      return measured.map(({ name, runs }) => {
        const of = (figure) => median(runs.map((run) => run[figure]));
        const times = (figure) => median(runs.map((run, round) => run[figure] / floor[round][figure]));
        return {
          name,
          cpu: of('cpu'),
          wall: of('wall'),
          rss: of('rss'),
          times: { cpu: times('cpu'), wall: times('wall'), rss: times('rss') },
        };
      });
    },

    /** A file of so many rows, about 100 bytes each. */
    input(count) {
      const file = join(work, `rows-${count}.jsonl`);
      const lines = Array.from({ length: count }, (_, index) =>
        JSON.stringify({ id: `row-${index}`, input: `${index}. ${sentence}` }),
      );
      writeFileSync(file, `${lines.join('\n')}\n`);
      return file;
    },

    /** `options`: see server.mjs. */
    async startServer(options = {}) {
      const server = spawn(process.execPath, [here('server.mjs'), JSON.stringify(options)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      servers.push(server);
      const url = await new Promise((resolve) => {
        server.stdout.once('data', (data) => resolve(String(data).trim()));
      });
      const stats = async () => (await fetch(`${url}/stats`)).json();
      return { url, stats, stop: () => server.stdin.end() };
    },

    /** The pipeline file. `more`: further lines of YAML at its top. */
    pipeline(url, more = '') {
      const file = join(work, 'translate.yaml');
      writeFileSync(
        file,
        `version: 1
name: bench
vars: {input_language: English, output_language: French}
input: {key: id}
model: {name: mistral-small-latest, temperature: 0, base_url: "${url}"}
${more}
steps:
  translate:
    type: chat
    system: You are a helpful assistant that translates {{vars.input_language}} to {{vars.output_language}}.
    prompt: "{{input.input}}"
`,
      );
      return file;
    },

    /** `pipe run` as users have it, with its journal and a cache that is empty. */
    runPipe(file, input, concurrency, ...flags) {
      rmSync(join(work, '.pipe'), { recursive: true, force: true });
      return this.runAgain(file, input, concurrency, ...flags);
    },

    /** The same with whatever the cache has. */
    runAgain(file, input, concurrency, ...flags) {
      folders += 1;
      const own = ['--concurrency', `${concurrency}`, '--run-dir', this.folder(), '--quiet'];
      return pipe('run', file, '--input', input, ...own, ...flags);
    },

    /** That of the last run. */
    folder: () => join(work, `run-${folders}`),

    script: (name, url, input, concurrency) => [
      here(`contenders/${name}.mjs`),
      url,
      input,
      join(work, 'out.jsonl'),
      `${concurrency}`,
    ],

    close() {
      for (const server of servers) server.stdin.end();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
