import { distance } from 'fastest-levenshtein';

/** Longer names are compared for equality only: the distance of two texts costs the product of their lengths. */
const longestCompared = 100;

/**
 * The candidate that was most likely meant by `name`, or undefined when none is close. Another spelling of the same
 * words (`maxTokens`, `Max-Tokens`, `tokens_max` for `max_tokens`) comes first, then the fewest typing mistakes, then
 * the only candidate that `name` is the beginning of (`temp` for `temperature`).
 */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const others = [...candidates].filter((candidate) => candidate !== name);
  return sameWords(name, others) ?? nearest(name, others) ?? completion(name, others);
}

function sameWords(name: string, candidates: readonly string[]): string | undefined {
  const letters = lettersOf(name);
  const words = wordsOf(name);
  return (
    candidates.find((candidate) => letters !== '' && lettersOf(candidate) === letters) ??
    candidates.find((candidate) => words.includes(' ') && wordsOf(candidate) === words)
  );
}

function nearest(name: string, candidates: readonly string[]): string | undefined {
  const letters = lettersOf(name);
  let best: { candidate: string; mistakes: number } | undefined;
  for (const candidate of candidates) {
    const mistakes = typingMistakes(letters, lettersOf(candidate));
    if (mistakes !== undefined && (best === undefined || mistakes < best.mistakes))
      best = { candidate, mistakes };
  }
  return best?.candidate;
}

function completion(name: string, candidates: readonly string[]): string | undefined {
  const letters = lettersOf(name);
  if (letters.length < 3) return undefined;
  const longer = candidates.filter((candidate) => lettersOf(candidate).startsWith(letters));
  return longer.length === 1 ? longer[0] : undefined;
}

/** Whether two words differ by one slip at most: a letter too many, too few, another, or two exchanged. */
export function isSlip(one: string, other: string): boolean {
  return (typingMistakes(one, other) ?? Infinity) <= 1;
}

/** The edits between two names, undefined when there are too many of them for a slip: more than a third. */
function typingMistakes(one: string, other: string): number | undefined {
  const longest = Math.max(one.length, other.length);
  const allowed = Math.max(1, Math.floor(longest / 3));
  if (longest > longestCompared || Math.min(one.length, other.length) < 2) return undefined;
  if (Math.abs(one.length - other.length) > allowed) return undefined;
  const edits = distance(one, other);
  // Two exchanged letters (`tpye`) are one slip, though two edits.
  const mistakes = edits === 2 && sorted(one) === sorted(other) ? 1 : edits;
  return mistakes <= allowed ? mistakes : undefined;
}

function lettersOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_-]/gu, '');
}

/** The words of snake_case, kebab-case or camelCase, in the alphabet's order. */
function wordsOf(name: string): string {
  const words = name
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/gu, '_')
    .toLowerCase()
    .split(/[\s_-]+/u);
  return words
    .filter((word) => word !== '')
    .sort()
    .join(' ');
}

function sorted(text: string): string {
  return text.split('').sort().join('');
}
