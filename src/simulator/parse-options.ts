import { didYouMean } from '../diagnostic/suggest.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { optionTable } from './option-table.ts';
import type { Draft, SimulatorOptionHelp } from './option-table.ts';
import type { FaultRates, SimulatorOptions } from './options.ts';

/** What `--simulate` takes, in the order in which to tell it. */
export const simulatorOptionHelp: readonly SimulatorOptionHelp[] = optionTable.map(
  ({ name, value, description }) => ({ name, value, description }),
);

const noFaults: FaultRates = { rate_limited: 0, server_error: 0, dropped: 0, malformed: 0, truncated: 0 };

/**
 * Reads what follows `--simulate=`, such as `latency=300ms,errors=2%`; an empty text gives the defaults. The error
 * tells every mistake, without a final full stop, with `; ` between them.
 */
export function parseSimulatorOptions(text: string): Result<SimulatorOptions, string> {
  const draft: Draft = { errors: 0, faults: { ...noFaults } };
  const given = new Set<string>();
  const mistakes: string[] = [];
  for (const item of text.trim() === '' ? [] : text.split(',')) {
    const [name = '', ...rest] = item.split('=').map((part) => part.trim());
    const value = rest.join('=');
    const option = optionTable.find((candidate) => candidate.name === name);
    if (option === undefined) mistakes.push(unknownOption(name));
    else if (given.has(name)) mistakes.push(`\`${name}\` is given twice: keep one`);
    else if (!option.read(value, draft)) mistakes.push(`\`${name}\` wants ${option.wants}, not "${value}"`);
    given.add(name);
  }
  if (mistakes.length === 0) mistakes.push(...contradictions(draft));
  return mistakes.length === 0 ? success(settle(draft)) : failure(mistakes.join('; '));
}

function unknownOption(name: string): string {
  if (name === '') return 'nothing stands between two commas, or at an end: remove the comma';
  const names = optionTable.map((option) => option.name);
  const meant = didYouMean(name, names);
  const suggestion = meant === undefined ? '' : `did you mean \`${meant}\`? `;
  return `the simulator has no option \`${name}\`: ${suggestion}it has ${names.join(', ')}`;
}

function contradictions(draft: Draft): readonly string[] {
  const { median, p99 } = draft;
  const mistakes: string[] = [];
  if (p99 !== undefined && median === undefined) {
    mistakes.push('`p99` needs a latency beside it: latency=300ms,p99=3s');
  }
  if (p99 !== undefined && median !== undefined && p99 < median) {
    mistakes.push('`p99` is below `latency`: it is the time of the slowest answers, so give the larger one');
  }
  const failing = Object.values(spread(draft)).reduce((sum, share) => sum + share, 0);
  // Shares such as 10% are not exact in binary, and their sum may exceed 1 by a hair.
  if (failing > 1 + 1e-9) {
    mistakes.push('more than 100% of the requests would fail: lower the shares');
  }
  return mistakes;
}

function settle({ median, p99, ...draft }: Draft): SimulatorOptions {
  const { requests_per_minute, tokens_per_minute, retry_after, seed, require_key } = draft;
  return {
    faults: spread(draft),
    ...(requests_per_minute !== undefined && { requests_per_minute }),
    ...(tokens_per_minute !== undefined && { tokens_per_minute }),
    ...(median !== undefined && { latency: { median, p99: p99 ?? median } }),
    ...(retry_after !== undefined && { retry_after }),
    ...(seed !== undefined && { seed }),
    ...(require_key !== undefined && { require_key }),
  };
}

/** `errors` is a mix of the faults that a client can get over by trying again, added to those asked for by name. */
function spread({ errors, faults }: Pick<Draft, 'errors' | 'faults'>): FaultRates {
  return {
    // A 429 is no accident of one request: it comes by its own name, since it pauses a whole run.
    rate_limited: faults.rate_limited,
    server_error: faults.server_error + errors / 2,
    dropped: faults.dropped + errors / 4,
    malformed: faults.malformed + errors / 4,
    // So does this: a broken answer is in the mix already, and a stream that ends early is a thing to ask for.
    truncated: faults.truncated,
  };
}
