import { bounded, printable } from '../diagnostic/printable.ts';

/** How much of what a tool says goes into a message, in characters. */
const longest = 1000;

/** Shorter values are ordinary words, and would spoil the text. In characters. */
const shortestSecret = 8;

/** The beginning of what a tool said, fit for a message: one printable line. */
export function beginningOf(text: string, secrets: readonly string[] = []): string {
  return bounded(oneLine(withoutSecrets(text, secrets)), longest);
}

/** The end of what a tool said, where programs write what went wrong. */
export function endOf(text: string, secrets: readonly string[] = []): string {
  const line = oneLine(withoutSecrets(text, secrets));
  return line.length <= longest ? line : `…${line.slice(1 - longest).replace(/^[\uDC00-\uDFFF]/u, '')}`;
}

/**
 * Whoever keeps a message takes all secrets out of it, in every spelling. Here it is done before the text is cut, since
 * half a secret would not be recognised.
 */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestSecret)
    .reduce((text, secret) => text.replaceAll(secret, '[redacted]'), text);
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/gu, ' ').trim());
}
