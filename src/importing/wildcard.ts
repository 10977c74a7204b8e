/**
 * Whether a file name is one that the pattern stands for: `*` is any text in it. Each part is looked for once, so that no
 * pattern takes long. As in a shell, a name that begins with a point is not meant by a `*` at its begin.
 */
export function matchesWildcard(name: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || (first === '' && name.startsWith('.'))) return false;
  let from = first.length;
  for (const part of others) {
    const at = name.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}
