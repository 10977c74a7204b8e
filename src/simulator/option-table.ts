import { parseDuration } from '../duration.ts';
import type { Fault } from './options.ts';

/** One option of `--simulate=name=value,name=value`, for help texts. */
export interface SimulatorOptionHelp {
  readonly name: string;
  /** An example of its value. */
  readonly value: string;
  readonly description: string;
}

/** What the options given so far say, before they are combined. */
export interface Draft {
  /** Milliseconds. */
  median?: number;
  p99?: number;
  /** The share of `errors`, to be spread over the faults. */
  errors: number;
  readonly faults: Record<Fault, number>;
  requests_per_minute?: number;
  tokens_per_minute?: number;
  retry_after?: number | null;
  seed?: number;
  require_key?: boolean;
}

interface Option extends SimulatorOptionHelp {
  /** What its value has to be. */
  readonly wants: string;
  /** Puts the value into the draft; false where it cannot be read. */
  readonly read: (text: string, draft: Draft) => boolean;
}

const longestDuration = 3_600_000;

function duration(keep: (draft: Draft, milliseconds: number) => void): Pick<Option, 'wants' | 'read'> {
  return {
    wants: 'a duration above 0 and of at most 1h, such as 300ms or 2s',
    read: (text, draft) => {
      const milliseconds = parseDuration(text) ?? 0;
      if (milliseconds <= 0 || milliseconds > longestDuration) return false;
      keep(draft, milliseconds);
      return true;
    },
  };
}

function share(keep: (draft: Draft, share: number) => void): Pick<Option, 'wants' | 'read'> {
  return {
    wants: 'a percentage from 0% to 100%, such as 2%',
    read: (text, draft) => {
      const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
      if (percent === undefined || Number(percent) > 100) return false;
      keep(draft, Number(percent) / 100);
      return true;
    },
  };
}

function fault(name: string, value: string, kind: Fault, description: string): Option {
  const keep = (draft: Draft, share: number) => {
    draft.faults[kind] = share;
  };
  return { name, value, description, ...share(keep) };
}

/** A number that a server of a plan would allow in a minute. */
function quota(
  name: string,
  value: string,
  description: string,
  keep: (draft: Draft, limit: number) => void,
): Option {
  return {
    name,
    value,
    description,
    wants: 'a whole number of at most 1000000000 such as 60',
    read: (text, draft) => {
      if (!/^\d+$/.test(text) || Number(text) > 1_000_000_000) return false;
      keep(draft, Number(text));
      return true;
    },
  };
}

export const optionTable: readonly Option[] = [
  {
    name: 'latency',
    value: '300ms',
    description: 'the time of every answer; with p99, of half of them at most',
    ...duration((draft, milliseconds) => {
      draft.median = milliseconds;
    }),
  },
  {
    name: 'p99',
    value: '3s',
    description: 'the time of 99 of 100 answers at most: log-normal latencies',
    ...duration((draft, milliseconds) => {
      draft.p99 = milliseconds;
    }),
  },
  {
    name: 'errors',
    value: '2%',
    description: 'the share that fails: half by 500, a quarter dropped, a quarter malformed',
    ...share((draft, share) => {
      draft.errors = share;
    }),
  },
  fault('429', '5%', 'rate_limited', 'the share answered 429, rate limit exceeded'),
  fault('500', '1%', 'server_error', 'the share answered 500, internal server error'),
  fault('dropped', '1%', 'dropped', 'the share whose connection is reset without an answer'),
  fault('malformed', '1%', 'malformed', 'the share answered 200 with a body that cannot be read'),
  fault('truncated', '1%', 'truncated', 'the share that ends too soon: a stream without its end'),
  quota('rpm', '60', 'requests a minute, above them 429; 0: no model is on the plan', (draft, limit) => {
    draft.requests_per_minute = limit;
  }),
  quota('tpm', '100000', 'tokens a minute, of prompts and answers together', (draft, limit) => {
    draft.tokens_per_minute = limit;
  }),
  {
    name: 'retry_after',
    value: '1s',
    description: 'the Retry-After of 429=, whole seconds; none: no 429 has one (default: 1s)',
    wants: 'whole seconds of at most 1h such as 1s, or none',
    read: (text, draft) => {
      const milliseconds = text === 'none' ? null : (parseDuration(text) ?? NaN);
      if (milliseconds !== null && !(milliseconds % 1000 === 0 && milliseconds <= longestDuration))
        return false;
      draft.retry_after = milliseconds === null ? null : milliseconds / 1000;
      return true;
    },
  },
  {
    name: 'seed',
    value: '7',
    description: 'another one draws other answers, latencies and failures (default: 0)',
    wants: 'a whole number such as 7',
    read: (text, draft) => {
      if (!/^\d{1,15}$/.test(text)) return false;
      draft.seed = Number(text);
      return true;
    },
  },
  {
    name: 'require_key',
    value: 'true',
    description: 'true: 401 to a request without a key (default: false)',
    wants: 'true or false',
    read: (text, draft) => {
      if (text !== 'true' && text !== 'false') return false;
      draft.require_key = text === 'true';
      return true;
    },
  },
];
