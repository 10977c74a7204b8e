/** Names of fields that hold what nobody else may know. */
const names =
  /(?:^|[^a-z])(?:passw(?:or)?d|passwort|passphrase|pin|secret|token|credentials?|authorization|cookie|iban|ssn|cvv|api[\s_.-]?key|private[\s_.-]?key)s?(?:$|[^a-z])/i;

/** What keys of services, tokens, private keys and card numbers look like, within other text too. */
const values = [
  /\b(?:sk|pk|rk|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abeprs]|hf|lsv2)[-_][\w-]{12,}/,
  /\bA[KS]IA[A-Z0-9]{16}\b/,
  /\bAIza[\w-]{30,}/,
  /\beyJ[\w-]{8,}\.[\w-]{8,}/,
  /-----BEGIN [A-Z ]+-----/,
  /\b(?:passw(?:or)?d|passwort|secret|token|api[\s_-]?key|access[\s_-]?key|sig|signature)\b\s*["']?\s*[:=]\s*\S/i,
  /\bbearer\s+\S{8,}/i,
  /\/\/[^\s/@:]+:[^\s/@]+@/,
  /\b(?:\d[ -]?){15,16}\b/,
  // A run of letters and digits that is no word: a digest, or a key of a kind that is not known.
  /(?=[A-Za-z0-9+]*\d)(?=[A-Za-z0-9+]*[A-Za-z])[A-Za-z0-9+]{32,}/,
];

/**
 * Whether a field's text looks like a secret, by its name or by itself. What is taken for one by mistake costs a record as an
 * example and no more, so it looks on the safe side.
 */
export function looksSecret(name: string, text: string): boolean {
  // `apiKey` reads as `api Key`.
  const spaced = name.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replaceAll('_', ' ');
  return names.test(spaced) || values.some((value) => value.test(text));
}
