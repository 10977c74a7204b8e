/** First come, first served; whoever's signal aborts leaves at once. */
export interface WaitingLine<Ticket> {
  readonly first: Ticket | undefined;
  add(ticket: Ticket): void;
  /** Takes the first away. */
  shift(): void;
}

export interface Leaving {
  readonly signal: AbortSignal;
  /** Its signal has aborted, and it is in the line no more. */
  leave(): void;
}

/** Those who are done with are cleared away when there are so many of them, and not fewer than are waiting. */
const clearedAt = 64;

/** One listener a signal, which most of them share, so that neither coming nor going depends on how many wait. */
export function createWaitingLine<Ticket extends Leaving>(): WaitingLine<Ticket> {
  let tickets: Ticket[] = [];
  let served = 0;
  const watched = new Map<AbortSignal, { waiting: number; readonly dismiss: () => void }>();

  function dismiss(signal: AbortSignal): void {
    watched.delete(signal);
    const waiting = tickets.slice(served);
    tickets = waiting.filter((ticket) => ticket.signal !== signal);
    served = 0;
    for (const ticket of waiting) if (ticket.signal === signal) ticket.leave();
  }

  return {
    get first() {
      return tickets[served];
    },
    add(ticket) {
      const { signal } = ticket;
      tickets.push(ticket);
      const known = watched.get(signal);
      if (known !== undefined) known.waiting += 1;
      else {
        const watch = { waiting: 1, dismiss: () => dismiss(signal) };
        watched.set(signal, watch);
        signal.addEventListener('abort', watch.dismiss, { once: true });
      }
    },
    shift() {
      const ticket = tickets[served];
      if (ticket === undefined) return;
      served += 1;
      if (served >= clearedAt && served * 2 >= tickets.length) {
        tickets = tickets.slice(served);
        served = 0;
      }
      const watch = watched.get(ticket.signal);
      if (watch === undefined) return;
      watch.waiting -= 1;
      if (watch.waiting > 0) return;
      watched.delete(ticket.signal);
      ticket.signal.removeEventListener('abort', watch.dismiss);
    },
  };
}
