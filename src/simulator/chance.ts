import { hash } from 'node:crypto';
import type { JsonValue } from '../json/json.ts';

/**
 * Everything that a request meets is drawn from its own bytes and the seed, so that neither the order of requests nor
 * their timing changes an answer. 64 hexadecimal digits.
 */
export function fingerprint(seed: number, body: string): string {
  return hash('sha256', `${seed}\n${body}`);
}

/** The same of a value, whatever spaces it was written with. Walks without recursion: it may nest deeper than the stack. */
export function fingerprintOf(seed: number, value: JsonValue): string {
  const waiting: JsonValue[] = [value];
  let written = '';
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (typeof item !== 'object' || item === null) {
      written += `${JSON.stringify(item)}\n`;
      continue;
    }
    written += Array.isArray(item) ? `[${item.length}\n` : `${JSON.stringify(Object.keys(item))}\n`;
    for (const held of Object.values(item)) waiting.push(held);
  }
  return fingerprint(seed, written);
}

/** A number from 0 to 1 (exclusive), uniform, and independent for each purpose and each `nth`. */
export function draw(fingerprint: string, purpose: string, nth = 0): number {
  const digits = hash('sha256', `${fingerprint}\n${purpose}\n${nth}`).slice(0, 13);
  return parseInt(digits, 16) / 2 ** 52;
}
