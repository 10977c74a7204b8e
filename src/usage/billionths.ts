/**
 * Money to be compared and added up without a rest: whole billionths of a dollar, exact up to a million dollars and
 * beyond. What costs and prices are written with (see `roundCost`) comes out as it is; finer amounts are rounded to the
 * side that is said.
 */
export function billionthsUp(dollars: number): number {
  const nearest = Math.round(dollars * 1e9);
  return dollarsOf(nearest) < dollars ? nearest + 1 : nearest;
}

export function billionthsDown(dollars: number): number {
  const nearest = Math.round(dollars * 1e9);
  return dollarsOf(nearest) > dollars ? nearest - 1 : nearest;
}

/** The double that is nearest to this many billionths: the one that their decimal number is read as. */
export function dollarsOf(billionths: number): number {
  return billionths / 1e9;
}
