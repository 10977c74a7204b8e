/** Milliseconds that calls wait for the budget before it is told, and gaps in which none does that make no difference. */
const steady = 1000;

/** Whether calls wait for the budget: each for a moment only, so that it is told only where it lasts. */
export interface BudgetHold {
  /** Whether some wait from now on. */
  set(held: boolean, now: number): void;
  read(now: number): boolean;
}

export function createBudgetHold(): BudgetHold {
  let isHeld = false;
  let since = -Infinity;
  let until = -Infinity;
  const lasts = (now: number) => isHeld || now - until < steady;
  return {
    set(held, now) {
      if (held && !lasts(now)) since = now;
      if (isHeld && !held) until = now;
      isHeld = held;
    },
    read: (now) => lasts(now) && now - since >= steady,
  };
}
