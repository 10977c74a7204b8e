// What the bench's server can be told to be like.

/**
 * Milliseconds before a request is answered: none, a number, or `{median, p99}` of a log-normal distribution. Of those
 * the same row gets the same latency from every contender, whenever it asks.
 */
export function createLatency(latency = 0) {
  if (typeof latency === 'number') return () => latency;
  const { median, p99 } = latency;
  const spread = Math.log(p99 / median) / 2.326;
  return (request) => {
    const row = Number(/"(\d+)\. /.exec(request)?.[1] ?? 0);
    return median * Math.exp(spread * normal(row));
  };
}

/** The row's number from a normal distribution, by Box and Muller. */
function normal(row) {
  const radius = Math.sqrt(-2 * Math.log(uniform(2 * row)));
  return radius * Math.cos(2 * Math.PI * uniform(2 * row + 1));
}

/** Above 0, at most 1: the number's bits, mixed as in MurmurHash3. */
function uniform(number) {
  let bits = (number + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (((bits ^ (bits >>> 16)) >>> 0) + 1) / 2 ** 32;
}

/** Seconds' worth of requests that may come at once. */
export const burst = 0.25;

/** Lets through so many requests a second, in the long run and after a pause of any length; undefined: all. */
export function createBucket(perSecond) {
  if (perSecond === undefined) return { take: () => true };
  const size = perSecond * burst;
  let level = size;
  let filled = 0;
  return {
    take(now) {
      level = Math.min(size, level + ((now - filled) / 1000) * perSecond);
      filled = now;
      if (level < 1) return false;
      level -= 1;
      return true;
    },
  };
}
