import { hash } from 'node:crypto';

/**
 * Everything that a request meets is drawn from its own bytes and the seed, so that neither the order of requests nor
 * their timing changes an answer. 64 hexadecimal digits.
 */
export function fingerprint(seed: number, body: string): string {
  return hash('sha256', `${seed}\n${body}`);
}

/** A number from 0 to 1 (exclusive), uniform, and independent for each purpose and each `nth`. */
export function draw(fingerprint: string, purpose: string, nth = 0): number {
  const digits = hash('sha256', `${fingerprint}\n${purpose}\n${nth}`).slice(0, 13);
  return parseInt(digits, 16) / 2 ** 52;
}
