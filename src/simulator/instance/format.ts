import { pick, wholeBetween } from './making.ts';

/** A text of this format; undefined for a format that asks nothing of a text, or that is not known. */
export function makeFormatted(
  format: string,
  next: () => number,
  words: readonly string[],
): string | undefined {
  const number = (least: number, most: number): number => wholeBetween(least, most, next());
  const two = (least: number, most: number): string => String(number(least, most)).padStart(2, '0');
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => number(0, 15).toString(16)).join('');
  const slug = (): string => pick(slugs(words), next()) ?? 'simulated';
  const date = (): string => `2026-${two(1, 12)}-${two(1, 28)}`;
  const time = (): string => `${two(0, 23)}:${two(0, 59)}:${two(0, 59)}Z`;

  // Names, hosts and addresses are of those that are kept for examples and lead nowhere.
  const makers: { readonly [format: string]: () => string } = {
    date,
    time,
    'date-time': () => `${date()}T${time()}`,
    'iso-time': time,
    'iso-date-time': () => `${date()}T${time()}`,
    duration: () => `P${number(1, 30)}DT${number(1, 23)}H`,
    uri: () => `https://example.com/simulated/${slug()}`,
    url: () => `https://example.com/simulated/${slug()}`,
    'uri-reference': () => `/simulated/${slug()}`,
    'uri-template': () => `https://example.com/simulated/{${slug()}}`,
    email: () => `simulated.${slug()}@example.com`,
    hostname: () => `${slug()}.example.com`,
    ipv4: () => `192.0.2.${number(1, 254)}`,
    ipv6: () => `2001:db8::${hex(4)}`,
    regex: () => `^${slug()}$`,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    'json-pointer': () => `/simulated/${slug()}`,
    'json-pointer-uri-fragment': () => `#/simulated/${slug()}`,
    'relative-json-pointer': () => `${number(0, 3)}/${slug()}`,
    byte: () => Buffer.from(`simulated ${slug()}`).toString('base64'),
  };
  return Object.hasOwn(makers, format) ? makers[format]?.() : undefined;
}

/** The words that may stand in a name or an address. */
function slugs(words: readonly string[]): readonly string[] {
  return words
    .map((word) =>
      word
        .toLowerCase()
        .replaceAll(/[^a-z]/g, '')
        .slice(0, 20),
    )
    .filter(Boolean);
}
