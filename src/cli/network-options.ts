import type { Terminal } from './terminal.ts';

/** With `_` for `-` too, as Node takes them. */
const flags = /^--(?:no-)?(?:tls-(?:min|max)-v1\.\d|(?:enable-)?network-family-autoselection|use-system-ca)$/;
const withValue =
  /^--(?:tls-keylog|dns-result-order|max-http-header-size|(?:enable-)?network-family-autoselection-attempt-timeout)$/;

/**
 * What Node was started with that decides whom it connects to, and how, for threads to be started with as well: a thread
 * that is given options of its own has none of the process's. Those of certificates and ciphers that are not here hold for
 * the whole process.
 */
export function networkOptions({ env, execArgv }: Pick<Terminal, 'env' | 'execArgv'>): readonly string[] {
  // In this order, as for Node itself: the last one holds.
  const all = [...wordsOf(env['NODE_OPTIONS'] ?? ''), ...execArgv];
  return all.flatMap((word, nth) => {
    const [name, value] = split(word);
    if (flags.test(name)) return [name];
    if (!withValue.test(name)) return [];
    const given = value ?? all[nth + 1];
    return given === undefined ? [] : [`${name}=${given}`];
  });
}

function split(word: string): readonly [name: string, value?: string] {
  const at = word.indexOf('=');
  const name = (at < 0 ? word : word.slice(0, at)).replaceAll('_', '-');
  return at < 0 ? [name] : [name, word.slice(at + 1)];
}

/** The words of NODE_OPTIONS: quotes keep spaces within one, and a backslash within quotes keeps what follows it. */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|[^" ])+/gs) ?? [];
  return words.map((word) =>
    word.replaceAll(/"((?:\\.|[^"\\])*)"/gs, (_quoted, inside: string) => inside.replaceAll(/\\(.)/gs, '$1')),
  );
}
