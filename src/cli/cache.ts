import { Command, InvalidArgumentError, Option } from 'commander';
import { shownPath } from '../diagnostic/placed.ts';
import { printable, printableJson, withoutCommands } from '../diagnostic/printable.ts';
import { parseDuration } from '../duration.ts';
import { formatAmount, formatBytes } from '../report/numbers.ts';
import type { CacheStats } from '../run/cache/stats.ts';
import { cacheFolder } from './cache-folder.ts';
import { exit, type ExitCode } from './exit.ts';
import { printError, writeOut, type Terminal } from './terminal.ts';

interface StatsFlags {
  readonly format: 'text' | 'json';
}

interface ClearFlags {
  /** Milliseconds. */
  readonly olderThan?: number;
}

export function cacheCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('cache')
    .summary('Look at or clear the answers that are kept')
    .description("Look at or clear the models' answers kept in .pipe/cache")
    .addCommand(
      new Command('stats')
        .description('Tell how many answers are kept, since when, and the room they take')
        .addOption(
          new Option('--format <format>', 'text, or one JSON object')
            .choices(['text', 'json'])
            .default('text'),
        )
        .action(async (flags: StatsFlags) => done(await stats(terminal, flags))),
    )
    .addCommand(
      new Command('clear')
        .description('Remove the answers that are kept, also beside a run')
        .option('--older-than <age>', 'only those kept for so long, such as 12h or 7d', age)
        .action(async (flags: ClearFlags) => done(await clear(terminal, flags))),
    )
    .addHelpText(
      'after',
      `
The cache of a working directory is its folder .pipe/cache. Answers that are not
used for 30 days go by themselves, and so do the oldest above 1 GB.

Examples:
  $ pipe cache stats
  $ pipe cache clear --older-than 7d`,
    );
}

/** The milliseconds of a duration, which may be in days. */
export function age(text: string): number {
  const days = /^(\d+(?:\.\d+)?)d$/.exec(text)?.[1];
  const milliseconds = days === undefined ? parseDuration(text) : Number(days) * 24 * 3_600_000;
  if (milliseconds === undefined) {
    throw new InvalidArgumentError('It must be a number with its unit, such as 30m, 12h or 7d.');
  }
  return milliseconds;
}

async function stats(terminal: Terminal, { format }: StatsFlags): Promise<ExitCode> {
  const { cacheStats } = await import('../run/cache/stats.ts');
  const found = await cacheStats(cacheFolder(terminal.cwd));
  if (!found.ok) return refuse(terminal, found.error);
  await writeOut(terminal, format === 'json' ? asJson(found.value) : asText(found.value, terminal.cwd));
  return exit.success;
}

async function clear(terminal: Terminal, flags: ClearFlags): Promise<ExitCode> {
  const { clearCache } = await import('../run/cache/clear.ts');
  const cleared = await clearCache(cacheFolder(terminal.cwd), flags);
  if (!cleared.ok) return refuse(terminal, cleared.error);
  const { entries, bytes } = cleared.value;
  const path = shownPath(cleared.value.path, terminal.cwd);
  const aged = flags.olderThan === undefined ? '' : ' of that age';
  const told =
    entries === 0 && bytes === 0
      ? `nothing${aged} is kept in ${path}`
      : `removed ${formatAmount(entries, 'answer')}${aged} from ${path}: ${formatBytes(bytes)}`;
  terminal.stderr.write(`${safe(told)}\n`);
  return exit.success;
}

async function refuse(
  terminal: Terminal,
  { code, message }: { readonly code: string; readonly message: string },
): Promise<ExitCode> {
  await printError(terminal, message, undefined, code.replaceAll('_', '-'));
  return exit.local;
}

function asText(stats: CacheStats, cwd: string): string {
  const { entries, bytes, segments, oldest, newest } = stats;
  const path = shownPath(stats.path, cwd);
  if (bytes === 0) return `${safe(`nothing is kept in ${path}`)}\n`;
  const lines = [
    safe(path),
    `${formatAmount(entries, 'answer')}, ${formatBytes(bytes)} in ${formatAmount(segments, 'segment')}`,
  ];
  if (oldest !== null && newest !== null) {
    lines.push(`kept from ${formatTime(oldest)} to ${formatTime(newest)}`);
  }
  return `${lines.join('\n')}\n`;
}

function asJson({ oldest, newest, ...stats }: CacheStats): string {
  const told = { ...stats, oldest: isoTime(oldest), newest: isoTime(newest) };
  return `${printableJson(JSON.stringify(told))}\n`;
}

function isoTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** 2026-01-31 23:59 UTC */
function formatTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A path is the user's, and may hold anything. */
function safe(text: string): string {
  return withoutCommands(printable(text));
}
