import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksOf, exchangesOf, type Block } from './support/markdown.ts';
import { pipeHere } from './support/pipe-here.ts';
import { command as pipeCommand, root } from './support/pipe.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Times, speeds and names with a time in them differ from run to run; all else that a page prints must be true. */
function steady(output: string): string {
  return (
    output
      .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{4}/g, '<time>')
      .replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/g, '<time>')
      .replaceAll(/\d+(\.\d+)? m?s\b/g, '<duration>')
      // Told as one where both round to the same.
      .replaceAll('from <duration> to <duration>', '<duration>')
      .replaceAll(/[\d,]+(\.\d+)?\/(?:s|min|h)\b/g, '<rate>')
      .replaceAll(/"duration_ms": [\d.]+/g, '"duration_ms": <duration>')
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
  );
}

async function execute(line: string, cwd: string): Promise<string> {
  const [program, ...words] = line.split(' ').map((word) => word.replaceAll(/^['"]|['"]$/g, ''));
  if (program === 'cat') return words.map((file) => readFileSync(join(cwd, file), 'utf8')).join('');
  expect([program, words[0]], `the page's commands are npx pipe or cat: ${line}`).toEqual(['npx', 'pipe']);
  // As npx tells it.
  const env = { npm_command: 'exec' };
  const [to, file] = words.slice(-2);
  if (to === '>' && file !== undefined) {
    const { stdout, stderr } = await pipeHere(words.slice(1, -2), { cwd, env });
    writeFileSync(join(cwd, file), stdout);
    return stderr;
  }
  const { all } = await pipeHere(words.slice(1), { cwd, env });
  return all;
}

async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return String(port);
}

/** The gallery's server has a port of its own; here it takes one that is free. */
async function moveServer(folder: string): Promise<void> {
  const port = await freePort();
  for (const file of ['pipelines/assistant.yaml', 'pipelines/tools/countries.mjs']) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace('4810', port));
  }
}

/** A server of the page, such as `node server.mjs &`; what it prints first says that it listens. */
async function startServer(line: string, cwd: string) {
  const [program, ...words] = line.slice(0, -2).split(' ');
  expect(['node', 'npx'], `the page's servers are programs of Node: ${line}`).toContain(program);
  const args = program === 'npx' ? [pipeCommand, ...words.slice(1)] : words;
  const server = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = (await once(server.stdout, 'data')) as [Buffer];
  const stop = async () => {
    server.kill();
    await once(server, 'exit');
  };
  return { printed: printed.toString(), stop };
}

/** The port of the page's own server; here it takes one that is free. */
const pagePort = '4820';

interface Printed {
  readonly command: string;
  readonly page: string;
  readonly really: string;
}

/** Runs the commands of a page in order, in a folder that holds the page's files and the gallery. */
async function printedBy(blocks: readonly Block[]): Promise<readonly Printed[]> {
  const folder = temporaryFolder();
  cpSync(join(root, 'pipelines'), join(folder, 'pipelines'), { recursive: true });
  await moveServer(folder);
  const port = await freePort();
  const printed: Printed[] = [];
  const servers: (() => Promise<void>)[] = [];
  for (const block of blocks) {
    if (block.title !== undefined) {
      mkdirSync(dirname(join(folder, block.title)), { recursive: true });
      writeFileSync(join(folder, block.title), block.text);
    }
    for (const { command, output } of block.language === 'console' ? exchangesOf(block) : []) {
      const moved = command.replace(pagePort, port);
      if (moved.endsWith(' &')) {
        const server = await startServer(moved, folder);
        servers.push(server.stop);
        printed.push({ command, page: output, really: server.printed.replace(port, pagePort) });
      } else {
        const really = (await execute(moved, folder)).replaceAll(
          `127.0.0.1:${port}`,
          `127.0.0.1:${pagePort}`,
        );
        printed.push({ command, page: output, really });
      }
    }
  }
  await Promise.all(servers.map((stop) => stop()));
  return printed;
}

describe.each(['README.md', 'pipelines/README.md'])('%s', (page) => {
  const path = join(root, page);
  const blocks = blocksOf(readFileSync(path, 'utf8'));

  it('has only YAML that its commands use', () => {
    const loose = blocks.filter(({ language, title }) => language === 'yaml' && title === undefined);
    expect(loose).toEqual([]);
  });

  // A few dozen commands on a machine that may have other work.
  it('prints what its commands print', { timeout: 120_000 }, async () => {
    const printed = await printedBy(blocks);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      const update = (text: string, { command, page: old, really }: Printed) =>
        steady(old) === steady(really)
          ? text
          : text.replace(`$ ${command}\n${old}`, () => `$ ${command}\n${really}`);
      writeFileSync(path, printed.reduce(update, readFileSync(path, 'utf8')));
    }
    const now =
      process.env['UPDATE_GOLDEN'] === '1' ? await printedBy(blocksOf(readFileSync(path, 'utf8'))) : printed;
    expect(now.map(({ really }) => steady(really))).toEqual(now.map((one) => steady(one.page)));
    expect(now.length).toBeGreaterThan(0);
  });
});

it('shows a program that compiles', () => {
  const shown = blocksOf(readFileSync(join(root, 'README.md'), 'utf8')).filter(
    ({ language }) => language === 'ts',
  );
  const example = readFileSync(join(root, 'test/readme-example.ts'), 'utf8');
  expect(shown.map(({ text }) => text)).toEqual([example]);
});
