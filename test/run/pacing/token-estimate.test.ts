import { describe, expect, it } from 'vitest';
import { createTokenEstimate } from '../../../src/run/pacing/token-estimate.ts';
import { zeroUsage } from '../../../src/usage/add.ts';
import type { Usage } from '../../../src/usage/usage.ts';

const request = (bytes: number, images = 0, max_output_tokens: number | null = null) => ({
  bytes,
  images,
  max_output_tokens,
  call: {},
  failed_before: false,
});
const used = (input: number | null, output: number | null): Usage => ({
  ...zeroUsage,
  input_tokens: input,
  output_tokens: output,
});

describe('the estimate of tokens', () => {
  it('is rather too much before anything is known', () => {
    const estimate = createTokenEstimate();
    expect(estimate.of(request(400))).toBe(1200);
    expect(estimate.of(request(400, 0, 50))).toBe(250);
    expect(estimate.of(request(400, 2, 50))).toBe(2250);
  });

  it('follows what is used, by the bytes of a request and the length of answers', () => {
    const estimate = createTokenEstimate();
    for (let count = 0; count < 10; count++) estimate.learn(request(1000), used(250, 80));
    expect(estimate.of(request(1000))).toBe(330);
    expect(estimate.of(request(2000))).toBe(580);
    expect(estimate.of(request(1000, 0, 30))).toBe(280);
  });

  it('changes with what is used later', () => {
    const estimate = createTokenEstimate();
    for (let count = 0; count < 200; count++) estimate.learn(request(1000), used(250, 80));
    for (let count = 0; count < 400; count++) estimate.learn(request(1000), used(500, 10));
    expect(estimate.of(request(1000))).toBeGreaterThan(500);
    expect(estimate.of(request(1000))).toBeLessThan(520);
  });

  it('is an average of many requests, and not what the last one used', () => {
    const estimate = createTokenEstimate();
    for (const output of [10, 20, 90]) estimate.learn(request(1000), used(250, output));
    expect(estimate.of(request(1000))).toBe(290);
  });

  it('keeps requests with images apart', () => {
    const estimate = createTokenEstimate();
    for (let count = 0; count < 10; count++) {
      estimate.learn(request(2000, 1), used(3000, 80));
      estimate.learn(request(1000), used(250, 80));
    }
    expect(estimate.of(request(1000))).toBe(330);
    expect(estimate.of(request(2000, 1))).toBe(3080);
  });

  it.each([
    ['that nobody told', used(null, null)],
    ['of which only the input was told', used(250, null)],
    ['of which only the output was told', used(null, 80)],
    ['of a request that was not answered', used(0, 0)],
  ])('learns nothing from a usage %s', (_what, usage) => {
    const estimate = createTokenEstimate();
    estimate.learn(request(400), usage);
    expect(estimate.of(request(400))).toBe(1200);
  });
});
