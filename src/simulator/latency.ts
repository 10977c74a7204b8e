import { draw } from './chance.ts';
import type { Latency } from './options.ts';

/** The 99th percentile of the standard normal distribution. */
const z99 = 2.3263478740408408;

/** One outlier in a hundred million draws shall not hold a run for minutes. */
const longestOverP99 = 10;

/**
 * The milliseconds that this request waits for its answer. Log-normal, as answers of real models are: never negative,
 * half of them below the median, with a long tail.
 */
export function drawLatency(latency: Latency, fingerprint: string): number {
  if (latency.p99 <= latency.median) return latency.median;
  const spread = Math.log(latency.p99 / latency.median) / z99;
  const milliseconds = latency.median * Math.exp(spread * drawNormal(fingerprint));
  return Math.min(milliseconds, longestOverP99 * latency.p99);
}

/** Box and Muller's transform: two uniform draws make a standard normal one. */
function drawNormal(fingerprint: string): number {
  const radius = Math.sqrt(-2 * Math.log(1 - draw(fingerprint, 'latency radius')));
  return radius * Math.cos(2 * Math.PI * draw(fingerprint, 'latency angle'));
}
