import { roundCost } from '../../usage/cost.ts';
import type { Usage } from '../../usage/usage.ts';
import type { JournalReservation, JournalSettlement, Reserved } from './lines.ts';

/** What earlier sessions have used of a budget: it stays spent for ever. */
export interface Spent {
  /** US dollars. */
  readonly usd: number;
  /** Of input and output together. */
  readonly tokens: number;
  /** Whether the dollars are a lower bound: of a call neither the cost nor the most that it may have cost is known. */
  readonly usd_unknown: boolean;
  /** The same for the tokens. */
  readonly tokens_unknown: boolean;
}

/** Adds up what was spent, line by line: what calls have used, and what was reserved for those that nobody knows of. */
export interface Spending {
  reserved(reservation: JournalReservation): void;
  settled(settlement: JournalSettlement): void;
  called(call: SpentCall): void;
  /**
   * What was reserved for calls that have no line of their own by now stays spent: their requests may have been sent. Gives
   * what is known of each.
   */
  sessionEnded(): readonly OpenCall[];
  /** As far as the lines have come. */
  readonly spent: Spent;
}

/** A call without a line of its own. */
export interface OpenCall {
  /** What was said of it last: it had a request under way, or none. */
  readonly last: JournalReservation | JournalSettlement;
  /** Of the requests before that; undefined where nothing was said of any. */
  readonly settled: Usage | undefined;
}

export interface SpentCall {
  readonly key: string;
  readonly step: string;
  readonly call: number;
  readonly usage: Usage;
  /** Absent where no reservation is kept. */
  readonly held?: Reserved;
}

export function createSpending(): Spending {
  /** Of calls that have not finished, by their names: the last line tells what the requests before it have spent. */
  const open = new Map<string, OpenCall>();
  const spent = { usd: 0, tokens: 0, usd_unknown: false, tokens_unknown: false };

  function add({ usd, tokens }: Reserved): void {
    if (usd === null) spent.usd_unknown = true;
    else spent.usd = roundCost(spent.usd + usd);
    if (tokens === null) spent.tokens_unknown = true;
    else spent.tokens += tokens;
  }

  function addUsed({ usage, held }: Pick<SpentCall, 'usage' | 'held'>): void {
    const { cost_usd, total_tokens, unmetered_requests } = usage;
    add({ usd: total_tokens === null ? 0 : cost_usd, tokens: total_tokens ?? 0 });
    // Of unmetered requests, what is held for them tells the most that they may have used.
    if (held !== undefined) add(held);
    else if (unmetered_requests > 0) add({ usd: null, tokens: null });
  }

  return {
    reserved(reservation) {
      const name = nameOf(reservation);
      open.set(name, { last: reservation, settled: open.get(name)?.settled });
    },
    settled(settlement) {
      open.set(nameOf(settlement), { last: settlement, settled: settlement.usage });
    },
    called(call) {
      if (open.size > 0) open.delete(nameOf(call));
      addUsed(call);
    },
    sessionEnded() {
      const unsettled = [...open.values()];
      for (const { last } of unsettled) {
        if ('usage' in last) addUsed(last);
        else {
          add(last);
          if (last.held !== undefined) add(last.held);
        }
      }
      open.clear();
      return unsettled;
    },
    spent,
  };
}

function nameOf({ key, step, call }: Pick<SpentCall, 'key' | 'step' | 'call'>): string {
  return JSON.stringify([key, step, call]);
}
