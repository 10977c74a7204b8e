import { bounded, printable } from '../diagnostic/printable.ts';
import { createRedactAll, findableSecrets, longestSpelling } from '../diagnostic/redact.ts';

/** How much of what a tool says goes into a message, in characters. */
const longest = 1000;

/** How much of what a tool says is kept to be told, in bytes: enough where a part has to be left out since it was cut. */
export const keptToTell = 32_768;

export interface Said {
  /** Values that no message may hold. */
  readonly secrets?: readonly string[];
  /** Whether there was more of the text, before its end or after its beginning, that is not here. */
  readonly cut?: boolean;
}

/**
 * The beginning of what a tool said, fit for a message: one printable line. Whoever keeps a message takes all secrets out
 * of it. Here it is done before the text is cut, since half a secret would not be recognised; where the text was cut
 * before, what may be half a secret is left out.
 */
export function beginningOf(text: string, { secrets = [], cut = false }: Said = {}): string {
  const whole = createRedactAll(secrets)(text);
  const left = cut ? whole.slice(0, Math.max(0, whole.length - longestHalf(secrets))) : whole;
  return bounded(oneLine(left), longest);
}

/** The end of what a tool said, where programs write what went wrong; the same of its secrets. */
export function endOf(text: string, { secrets = [], cut = false }: Said = {}): string {
  const whole = createRedactAll(secrets)(text);
  const line = oneLine(cut ? whole.slice(longestHalf(secrets)) : whole);
  return line.length <= longest ? line : `…${line.slice(1 - longest).replace(/^[\uDC00-\uDFFF]/u, '')}`;
}

/** How much of a secret, however it is spelled, may stand where a text was cut; in characters. */
function longestHalf(secrets: readonly string[]): number {
  const [first] = findableSecrets(secrets);
  return first === undefined ? 0 : Math.max(first.length, longestSpelling);
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/gu, ' ').trim());
}
