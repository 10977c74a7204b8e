import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerStats } from './paid-server.ts';
import {
  filesIn,
  modeOf,
  readRun,
  wrongChecksums,
  type Line,
  type RunFiles,
  type UsageNumbers,
} from './run-files.ts';
import { toolLog, type Workload } from './workload.ts';

/** A run that is through, whatever befell it on its way. */
export interface EndedRun {
  readonly folder: string;
  readonly workload: Workload;
  /** The folder of the same run that nothing has befallen; absent: the results are not compared. */
  readonly undisturbed?: string;
  readonly server: ServerStats;
  /** How often a process of it was killed so that it could not finish what was in flight. */
  readonly kills: number;
  readonly concurrency: number;
  /** Milliseconds that its sessions took, all of them together. */
  readonly wall: number;
  /** Requests that one call may make before it is answered. */
  readonly requestsPerCall: number;
  /** What must not stand in any file. */
  readonly key: string;
}

/** What is wrong with a run, a sentence each; empty where all promises are kept. */
export function violations(run: EndedRun): readonly string[] {
  let files: RunFiles;
  try {
    files = readRun(run.folder);
  } catch (error) {
    return [String(error)];
  }
  return [
    ...outcomes(run, files),
    ...comparison(run, files),
    ...sums(files),
    ...durations(run, files),
    ...requests(run, files),
    ...answers(run, files),
    ...tools(run, files),
    ...leftovers(run),
  ];
}

/** Calls that the kills may cost: those in flight. A call holds its place until its line is in the journal. */
function lostCalls({ kills, concurrency }: EndedRun): number {
  return kills * concurrency;
}

const numbers = (line: Line, name: string): number => Number(line[name]);

/** Every record once, and the counts are those of the files. */
function outcomes({ workload }: EndedRun, { summary, results, errors, journal }: RunFiles): string[] {
  const found: string[] = [];
  const { counts } = summary;
  const skipped = journal.filter(({ type, outcome }) => type === 'record' && outcome === 'skipped');
  const { total = -1, succeeded, failed, pending } = counts;
  if (total !== workload.rows.length)
    found.push(`run.json counts ${total} records of ${workload.rows.length}`);
  if (succeeded !== results.length) found.push(`${succeeded} succeeded, ${results.length} have a result`);
  if (failed !== errors.length) found.push(`${failed} failed, ${errors.length} have an error`);
  if (counts['skipped'] !== skipped.length)
    found.push(`${counts['skipped']} skipped, ${skipped.length} are journaled so`);
  const sum = results.length + errors.length + skipped.length + (pending ?? Number.NaN);
  if (sum !== total) found.push(`the outcomes add up to ${sum} of ${total}`);
  if (summary.state === 'completed' && pending !== 0) found.push(`completed with ${pending} pending`);

  const ended = [...results, ...errors, ...skipped];
  const indexes = new Set(ended.map((line) => numbers(line, 'index')));
  if (indexes.size !== ended.length)
    found.push(`${ended.length - indexes.size} records ended more than once`);
  for (const line of ended) {
    const row = workload.rows[numbers(line, 'index')];
    if (row?.id !== line['key'])
      found.push(`record ${String(line['index'])} is called ${String(line['key'])}`);
  }
  for (const [name, lines] of [
    ['results.jsonl', results],
    ['errors.jsonl', errors],
  ] as const) {
    const order = lines.map((line) => numbers(line, 'index'));
    if (order.some((index, at) => at > 0 && index <= (order[at - 1] ?? -1)))
      found.push(`${name} is not in input order`);
  }
  return found;
}

/** The same results, byte for byte, and the same failures. */
function comparison({ folder, undisturbed }: EndedRun, { errors }: RunFiles): string[] {
  if (undisturbed === undefined) return [];
  const found: string[] = [];
  const bytes = (of: string) => readFileSync(join(of, 'results.jsonl'));
  if (!bytes(folder).equals(bytes(undisturbed)))
    found.push('results.jsonl differs from that of an undisturbed run');
  const failures = (lines: readonly Line[]) =>
    JSON.stringify(
      lines.map(({ index, key, input, step, error }) => {
        const { code, status } = error as { readonly code: string; readonly status: number | null };
        return { index, key, input, step, code, status };
      }),
    );
  if (failures(errors) !== failures(readRun(undisturbed).errors))
    found.push('errors.jsonl tells other failures than that of an undisturbed run');
  return found;
}

/**
 * The last line of each call with a budget that was under way when its session was killed, so that it has none of its own. Of
 * one that had a request under way, `settled` is what those before had used.
 */
function unsettled(journal: readonly Line[]): readonly Line[] {
  const open = new Map<string, Line>();
  let session = 0;
  for (const line of journal) {
    if (line['type'] === 'resumed') session += 1;
    const name = JSON.stringify([session, line['key'], line['step'], line['call']]);
    const before = open.get(name);
    if (line['type'] === 'settle') open.set(name, line);
    if (line['type'] === 'reserve')
      open.set(name, { ...line, settled: before?.['usage'] ?? before?.['settled'] });
    if (line['type'] === 'call') open.delete(name);
  }
  return [...open.values()];
}

function lostUsage({ request, held, usage, settled }: Line): UsageNumbers {
  if (usage !== undefined) return usage as UsageNumbers;
  const requests = Number(request);
  if (settled !== undefined) {
    const { unmetered_requests, ...known } = settled as UsageNumbers;
    return { ...known, requests, retries: requests - 1, unmetered_requests: (unmetered_requests ?? 0) + 1 };
  }
  return { requests, retries: requests - 1, unmetered_requests: held === undefined ? 1 : requests };
}

const counted = ['requests', 'retries', 'cached_requests', 'unmetered_requests'] as const;
const summed = ['input_tokens', 'output_tokens', 'total_tokens', 'cost_usd'] as const;

/** usage.json, its parts, run.json and the journal all say the same. */
function sums({ usage: file, summary, journal }: RunFiles): string[] {
  const calls = journal.filter(({ type }) => type === 'call').map((line) => line['usage'] as UsageNumbers);
  const others = {
    'the steps': Object.values(file.by_step),
    'the models': Object.values(file.by_model),
    'run.json': [summary.usage],
    'the calls of the journal': [...calls, ...unsettled(journal).map(lostUsage)],
  };
  return Object.entries(others).flatMap(([name, parts]) =>
    [...counted, ...summed].flatMap((number) => {
      const sum = parts.reduce((total, part) => total + (part[number] ?? 0), 0);
      const told = file.total[number] ?? 0;
      return Math.abs(sum - told) < 1e-9 ? [] : [`usage.json says ${told} ${number}, ${name} say ${sum}`];
    }),
  );
}

/** Nothing took less than no time, or longer than all sessions together, whatever the clock on the wall was set to. */
function durations({ wall }: EndedRun, { journal, summary }: RunFiles): string[] {
  const told = [{ ...summary, type: 'run.json' }, ...journal].filter((line) => 'duration' in line);
  return told.flatMap(({ type, duration }: Line) =>
    Number(duration) >= 0 && Number(duration) <= wall
      ? []
      : [`${String(type)} tells of ${String(duration)} ms, and its sessions took ${Math.round(wall)} ms`],
  );
}

/** What is told of requests agrees with what the server saw. */
function requests(run: EndedRun, { usage: file, journal }: RunFiles): string[] {
  const { server, kills, requestsPerCall } = run;
  const found: string[] = [];
  const told = file.total['requests'] ?? 0;
  const reserved = journal.some(({ type }) => type === 'reserve');
  // What was reserved before it was sent is told of, whoever was killed; the kill may have come before it was sent.
  const lost = reserved ? 0 : lostCalls(run) * requestsPerCall;
  if (told > server.received + server.unseen + unsettled(journal).length)
    found.push(`usage.json tells of ${told} requests, the server received ${server.received}`);
  if (server.received > told + lost)
    found.push(
      `the server received ${server.received} requests, usage.json tells of ${told}, and ${kills} kills explain ${lost}`,
    );
  return found;
}

/** Each answer that was journaled was given, and its question never asked again; few answers were paid for in vain. */
function answers(run: EndedRun, { journal, usage }: RunFiles): string[] {
  const { server, kills } = run;
  const found: string[] = [];
  const journaled = new Map<string, number>();
  for (const { type, completion } of journal) {
    if (type !== 'call' || completion === undefined) continue;
    const id = String((completion as Line)['request_id']);
    const [, name = '', nth = ''] = /^q-(\w+)-(\d+)$/.exec(id) ?? [];
    if (journaled.has(name)) found.push(`question ${name} was journaled twice`);
    journaled.set(name, Number(nth));
    const question = server.questions[name];
    if (question === undefined) found.push(`the journal has an answer ${id} that the server never gave`);
    else if (question.received !== Number(nth))
      found.push(`question ${name} came ${question.received} times, though answer ${nth} was journaled`);
  }
  const given = Object.values(server.questions).filter(({ answered }) => answered > 0);
  const unjournaled = Object.entries(server.questions).filter(
    ([name, { answered }]) => answered > 0 && !journaled.has(name),
  );
  if (unjournaled.length > 0)
    found.push(`${unjournaled.length} of ${given.length} questions were answered and never journaled`);
  // An answer that left whole and was not used (its connection broke, it came after the time-out) is told as unmetered,
  // unless its call was cut off by a kill: then only the call is known, which may have had several.
  const vain = given.map(({ answered }) => (kills === 0 ? answered - 1 : Math.min(answered - 1, kills)));
  const inVain = vain.reduce((sum, count) => sum + count, 0) - (usage.total['unmetered_requests'] ?? 0);
  if (inVain > lostCalls(run))
    found.push(
      `${inVain} calls were paid for in vain and are not told of, where ${kills} kills explain ${lostCalls(run)}`,
    );
  return found;
}

/** A tool call that was journaled ran once; one that was cut off may run again. */
function tools(run: EndedRun, { journal }: RunFiles): string[] {
  const { workload, kills } = run;
  const ran = toolLog(workload);
  const journaled = journal.filter(({ type }) => type === 'tool').length;
  const distinct = new Set(ran).size;
  // A record that failed and was run again does not run its tools again: their calls are journaled.
  if (distinct !== journaled) return [`${distinct} tool calls ran, ${journaled} are journaled`];
  const again = ran.length - distinct;
  return again <= lostCalls(run) ? [] : [`${again} tool calls ran again after ${kills} kills`];
}

/** Nothing torn or forgotten lies about, nobody else can read it, and the key is nowhere. */
function leftovers({ folder, key }: EndedRun): string[] {
  const secrets = [
    key,
    Buffer.from(key).toString('base64').replaceAll('=', ''),
    Buffer.from(key).toString('hex'),
  ];
  const found = wrongChecksums(folder).map((line) => `line ${line} of the journal has a wrong checksum`);
  for (const name of filesIn(folder)) {
    const path = join(folder, name);
    const text = readFileSync(path, 'latin1');
    if (name.endsWith('.tmp')) found.push(`${name} was left`);
    if (modeOf(path) !== 0o600) found.push(`${name} has the mode ${modeOf(path).toString(8)}`);
    if (secrets.some((secret) => text.includes(secret))) found.push(`${name} has the key in it`);
  }
  return found;
}
