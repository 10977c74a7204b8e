import { describe, expect, it } from 'vitest';
import { createRedact } from '../../src/diagnostic/redact.ts';
import { redactStart } from '../../src/models/provider-text.ts';

const key = 'sk/Ab+c1-D2_e3=F4';

describe('the start of a text', () => {
  const redact = createRedact(key);
  const escaped = key.replaceAll(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);

  it('is redacted, then cut', () => {
    expect(redactStart(`abc ${key} def`, 100, redact)).toBe('abc [redacted] def');
    expect(redactStart(`${'a'.repeat(10)}${key}`, 15, redact)).toBe('aaaaaaaaaa[red…');
  });

  it.each([key, escaped])('has no part of a key wherever it is cut: %s', (written) => {
    // Redacting makes it so short that the place where it was first cut would be seen.
    const text = `${written}\n`.repeat(5000);
    for (let shift = 0; shift < written.length; shift += 1) {
      const start = redactStart(`${'-'.repeat(shift)}${text}`, 2000, redact);
      expect(start.replaceAll('[redacted]', '')).toMatch(/^-*[\n]*(?:\[[redact]*)?…?$/);
    }
  });
});
