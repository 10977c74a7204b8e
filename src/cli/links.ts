import { watch } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, parse, sep } from 'node:path';

/** Systems follow no more either. */
const mostLinks = 40;

/**
 * The symbolic links that these absolute paths go through, each once: of `cur/p.yaml` the link `cur`, the one that it
 * leads to, and `p.yaml` where that is one itself. Another put into the place of any of them makes another file of the path.
 */
export async function linksOf(paths: readonly string[]): Promise<readonly string[]> {
  const targets = new Map<string, string | undefined>();
  const links = new Set<string>();
  for (const path of paths) {
    let at = parse(path).root;
    const left = namesIn(path);
    for (let followed = 0; left.length > 0 && followed < mostLinks;) {
      const next = join(at, left.shift() ?? '');
      if (!targets.has(next)) targets.set(next, await readlink(next).catch(() => undefined));
      const target = targets.get(next);
      if (target === undefined) {
        at = next;
        continue;
      }
      followed += 1;
      links.add(next);
      if (isAbsolute(target)) at = parse(target).root;
      left.unshift(...namesIn(target));
    }
  }
  return [...links];
}

/** Watches the folders that the links stand in, since who watches a link sees what it leads to. Gives what ends it. */
export function watchLinks(
  links: readonly string[],
  touched: () => void,
  unseen: (error: unknown) => void,
): () => void {
  const folders = new Map<string, Set<string>>();
  for (const link of links) {
    const names = folders.get(dirname(link)) ?? new Set();
    folders.set(dirname(link), names.add(basename(link)));
  }
  const watchers = [...folders].flatMap(([folder, names]) => {
    try {
      const watcher = watch(folder, (_event, name) => {
        // Some systems do not tell which.
        if (name === null || names.has(name)) touched();
      });
      return [watcher.on('error', unseen)];
    } catch (error) {
      unseen(error);
      return [];
    }
  });
  return () => watchers.forEach((watcher) => watcher.close());
}

function namesIn(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((name) => name !== '');
}
