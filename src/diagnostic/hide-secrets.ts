import { shortestSecret } from './redact.ts';
import type { Span } from './source.ts';

/** Keys as providers and clouds write them. */
const knownKeys =
  /\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}|\bAIza[\w-]{30,}|\bgh[pousr]_\w{30,}|\b(?:gsk|hf)_\w{20,}|(?<=:\/\/[^\s/:@]{1,64}:)[^\s/:@"'\\]{3,256}(?=@)|\bxox[abprs]-[\w-]{10,}|\bAKIA[A-Z0-9]{16}\b|(?<=\bBearer )(?=[^\s"']{0,40}\d)[\w.~+/-]{16,}=*|(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g;

/** What says of the value behind it that it is a key. */
const names = [
  'api[_-]?key',
  'secret(?:[_-]?key)?',
  '(?:secret[_-]?)?access[_-]?key',
  'private[_-]?key',
  'client[_-]?secret',
  '(?:access|auth|bearer)[_-]?token',
  'password',
  'passwd',
  'authorization',
].join('|');

/** References to a variable are none: `${env:KEY}`, `{{env.KEY}}`, `$KEY`. A block of YAML's begins on the next line. */
const namedKeys = new RegExp(
  String.raw`((?:\b|_)(?:${names})["']?[ \t]*[:=][ \t]*(?:[|>][-+0-9]{0,2}[ \t]*\r?\n[ \t]*)?)(["']?)(?!\$|\{|\*|&)((?:(?:Bearer|Basic|Token)[ \t]+(?!\$|\{))?(?:[^\s"'#,}\\\x60]|\\[^\s"']){8,})`,
  'gi',
);

/** A word that says less: what is behind it is a key where it looks like one. */
const tokens = /(\btoken["']?[ \t]*[:=][ \t]*)(["']?)(?=[^\s"']{0,40}\d)([\w.~+/-]{16,}=*)/gi;

/** A text in which keys are hidden. Lengths stay, so that places in it do. */
export interface Hidden {
  readonly text: string;
  /** Where they stood. */
  readonly found: readonly Span[];
}

/**
 * Hides the keys that stand in somebody's file, so that none of them can come into what is written, printed or framed:
 * `keys`, those of this machine, and whatever looks like one.
 */
export function hideSecrets(text: string, keys: readonly string[] = []): Hidden {
  const found: Span[] = [];
  const hide = (start: number, secret: string): string => {
    found.push({ start, end: start + secret.length });
    return 'x'.repeat(secret.length);
  };
  let hidden = text;
  for (const key of keys.filter((one) => one.length >= shortestSecret))
    hidden = hidden.replaceAll(key, (secret, offset: number) => hide(offset, secret));
  hidden = hidden.replaceAll(knownKeys, (secret, ...rest) => hide(offsetOf(rest), secret));
  for (const named of [namedKeys, tokens])
    hidden = hidden.replaceAll(
      named,
      (whole: string, before: string, quote: string, secret: string, offset: number) =>
        isHidden(secret) || isVariable(secret)
          ? whole
          : before + quote + hide(offset + before.length + quote.length, secret),
    );
  return { text: hidden, found: found.toSorted((one, other) => one.start - other.start) };
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
