import type { Quota } from '../../../../src/models/contract.ts';
import type { Arrival, Reply, Server } from './world.ts';

/** What a server allows, and how it says no. */
export interface ServerOptions {
  /** Whether a 429 says how long to wait. */
  readonly retryAfter?: boolean;
  /** Whether answers tell the quota. */
  readonly headers?: boolean;
  /** Requests of others that use the same quota, a second. */
  readonly others?: number;
}

/** A bucket that holds `capacity` requests, and gets `rate` a second. */
export function tokenBucket(rate: number, capacity: number, options: ServerOptions = {}): Server {
  let level = capacity;
  let last = 0;
  return ({ time }) => {
    level = Math.min(capacity, level + ((time - last) / 1000) * rate);
    last = time;
    if (level >= 1) {
      level -= 1;
      return { kind: 'answered' };
    }
    const wait = Math.ceil(((1 - level) / rate) * 1) * 1000;
    return { kind: 'limited', ...(options.retryAfter && { retry_after: wait }) };
  };
}

/** So many requests in any window of `length` milliseconds. */
export function slidingWindow(limit: number, length: number, options: ServerOptions = {}): Server {
  const passed: number[] = [];
  let head = 0;
  let othersAt = 0;
  const drop = (time: number): void => {
    while (head < passed.length && (passed[head] ?? 0) <= time - length) head += 1;
  };
  const take = (time: number): boolean => {
    drop(time);
    if (passed.length - head >= limit) return false;
    passed.push(time);
    return true;
  };
  return ({ time }) => {
    if (options.others !== undefined) {
      const every = 1000 / options.others;
      for (; othersAt <= time; othersAt += every) take(othersAt);
    }
    const isTaken = take(time);
    const quota: Quota = {
      requests: limit,
      requests_left: limit - (passed.length - head),
      tokens: null,
      tokens_left: null,
    };
    const told = options.headers === true ? { quota } : {};
    if (isTaken) return { kind: 'answered', ...told };
    const retry_after = Math.ceil(((passed[head] ?? 0) + length - time) / 1000) * 1000;
    return { kind: 'limited', ...told, ...(options.retryAfter && { retry_after }) };
  };
}

/** So many requests in each window of `length` milliseconds, the first of which began `phase` before. */
export function fixedWindow(limit: number, length: number, phase = 0, options: ServerOptions = {}): Server {
  let window = -1;
  let used = 0;
  return ({ time }): Reply => {
    const current = Math.floor((time + phase) / length);
    if (current !== window) {
      window = current;
      used = 0;
    }
    const isTaken = used < limit;
    if (isTaken) used += 1;
    const quota: Quota = { requests: limit, requests_left: limit - used, tokens: null, tokens_left: null };
    const told = options.headers === true ? { quota } : {};
    if (isTaken) return { kind: 'answered', ...told };
    const retry_after = Math.ceil(((current + 1) * length - phase - time) / 1000) * 1000;
    return { kind: 'limited', ...told, ...(options.retryAfter && { retry_after }) };
  };
}

/** So many tokens in any minute. */
export function slidingTokens(limit: number, options: ServerOptions = {}): Server {
  const passed: Arrival[] = [];
  let head = 0;
  let sum = 0;
  return (arrival) => {
    const { time, tokens } = arrival;
    for (let first = passed[head]; first !== undefined && first.time <= time - 60_000; first = passed[head]) {
      sum -= first.tokens;
      head += 1;
    }
    const isTaken = sum + tokens <= limit;
    if (isTaken) {
      sum += tokens;
      passed.push(arrival);
    }
    const quota: Quota = { requests: null, requests_left: null, tokens: limit, tokens_left: limit - sum };
    const told = options.headers === true ? { quota } : {};
    return { kind: isTaken ? 'answered' : 'limited', ...told };
  };
}
