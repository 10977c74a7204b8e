import { bounded, printable } from '../diagnostic/printable.ts';

/** How much of what a tool says goes into a message, in characters. */
const longest = 1000;

/** Shorter values are ordinary words, and would spoil the text. In characters. */
const shortestSecret = 8;

export interface Said {
  /** Values that no message may hold. */
  readonly secrets?: readonly string[];
  /** Whether there was more of the text, before its end or after its beginning, that is not here. */
  readonly cut?: boolean;
}

/** The beginning of what a tool said, fit for a message: one printable line. */
export function beginningOf(text: string, { secrets = [], cut = false }: Said = {}): string {
  const whole = withoutSecrets(text, secrets);
  return bounded(
    oneLine(cut ? whole.slice(0, Math.max(0, whole.length - longestOf(secrets))) : whole),
    longest,
  );
}

/** The end of what a tool said, where programs write what went wrong. */
export function endOf(text: string, { secrets = [], cut = false }: Said = {}): string {
  const whole = withoutSecrets(text, secrets);
  const line = oneLine(cut ? whole.slice(longestOf(secrets)) : whole);
  return line.length <= longest ? line : `…${line.slice(1 - longest).replace(/^[\uDC00-\uDFFF]/u, '')}`;
}

/**
 * Whoever keeps a message takes all secrets out of it, in every spelling. Here it is done before the text is cut, since
 * half a secret would not be recognised; where the text was cut before, what may be half a secret is left out.
 */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestSecret)
    .reduce((text, secret) => text.replaceAll(secret, '[redacted]'), text);
}

function longestOf(secrets: readonly string[]): number {
  return Math.max(0, ...secrets.map(({ length }) => length));
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/gu, ' ').trim());
}
