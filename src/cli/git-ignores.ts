import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What pipe leaves in a working directory that holds data, as lines of a .gitignore. */
export const dataLines = ['runs/', '.pipe/', '*.partial'] as const;

/** How git sees a working directory. */
export interface GitIgnores {
  /** Whether the folder, or one above it, is a git repository. */
  readonly repository: boolean;
  /** Those of `dataLines` that no .gitignore from here up to the repository has. */
  readonly missing: readonly string[];
}

/** Reads the .gitignore files that hold for a folder. Patterns are compared by their words, not as git matches them. */
export async function readGitIgnores(folder: string): Promise<GitIgnores> {
  const patterns = new Set<string>();
  let repository = false;
  for (let at = folder; ; at = dirname(at)) {
    // A pattern with a slash in its middle or at its begin holds for the folder of its file alone.
    const here = at === folder;
    for (const line of linesOf(await textOf(join(at, '.gitignore')))) {
      if (here || !line.startsWith('/')) patterns.add(bare(line));
    }
    repository = await exists(join(at, '.git'));
    if (repository || dirname(at) === at) break;
  }
  // Above a folder that is in no repository, .gitignore files say nothing to anybody.
  const own = repository ? patterns : new Set(linesOf(await textOf(join(folder, '.gitignore'))).map(bare));
  return { repository, missing: dataLines.filter((line) => !own.has(bare(line))) };
}

/** A .gitignore with these lines at its end, in the line breaks that it has. */
export function withLines(text: string, lines: readonly string[]): string {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? text : text + lineBreak;
  return before + lines.map((line) => line + lineBreak).join('');
}

function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** `runs`, `/runs` and `runs/` all leave the folder out. */
function bare(line: string): string {
  return line.replace(/^\/|^\*\*\//, '').replace(/\/(?:\*\*?)?$/, '');
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
