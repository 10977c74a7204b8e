import type { Span } from '../diagnostic/source.ts';

/** Keys as providers and clouds write them. */
const knownKeys =
  /\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}|\bAIza[\w-]{30,}|\bgh[pousr]_\w{30,}|\b(?:gsk|hf)_\w{20,}|(?<=:\/\/[^\s/:@]{1,64}:)[^\s/:@"'\\]{3,256}(?=@)|\bxox[abprs]-[\w-]{10,}|\bAKIA[A-Z0-9]{16}\b|(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g;

/** A value behind a name that says what it is. References to a variable are none: `${env:KEY}`, `{{env.KEY}}`, `$KEY`. */
const namedKeys =
  /((?:\b|_)(?:api[_-]?key|secret|client[_-]?secret|access[_-]?token|auth[_-]?token|password|authorization)["']?[ \t]*[:=][ \t]*)(["']?)(?!\$|\{|\*|&)((?:(?:Bearer|Basic|Token)[ \t]+)?(?:[^\s"'#,}\\]|\\[^\s"']){8,})/gi;

/** A text in which keys are hidden. Lengths stay, so that places in it do. */
export interface Hidden {
  readonly text: string;
  /** Where they stood. */
  readonly found: readonly Span[];
}

/**
 * Hides the keys that stand in somebody's file before anything else reads it, so that none of them can come into what is
 * written, printed or framed.
 */
export function hideSecrets(text: string): Hidden {
  const found: Span[] = [];
  const hide = (start: number, secret: string): string => {
    found.push({ start, end: start + secret.length });
    return 'x'.repeat(secret.length);
  };
  const known = text.replaceAll(knownKeys, (secret, ...rest) => hide(offsetOf(rest), secret));
  const all = known.replaceAll(
    namedKeys,
    (whole: string, before: string, quote: string, secret: string, offset: number) =>
      isHidden(secret) || isVariable(secret)
        ? whole
        : before + quote + hide(offset + before.length + quote.length, secret),
  );
  return { text: all, found: found.toSorted((one, other) => one.start - other.start) };
}

function offsetOf(rest: readonly unknown[]): number {
  return rest.find((part) => typeof part === 'number') ?? 0;
}

function isHidden(text: string): boolean {
  return /^x+$/.test(text);
}

/** The name of an environment variable is no key. */
function isVariable(text: string): boolean {
  return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text);
}
