import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { AnnotationPlace } from '../diagnostic/workflow-command.ts';
import type { Plan } from '../plan.ts';
import type { GithubPlaces } from '../report/github.ts';
import type { Terminal } from './terminal.ts';

export function isGithub({ env }: Terminal): boolean {
  return env['GITHUB_ACTIONS'] === 'true';
}

/** The folder from which GitHub names the files of annotations: the repository's root, or, elsewhere, the working directory. */
export function repositoryRoot({ cwd, env }: Terminal): string {
  const root = env['GITHUB_WORKSPACE'] ?? '';
  return isAbsolute(root) && !isOutside(relative(root, cwd)) ? root : cwd;
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}

/** Where to annotate a run: the steps of the pipeline, and the input. */
export function githubPlaces(terminal: Terminal, plan: Plan, inputPath: string): GithubPlaces {
  const root = repositoryRoot(terminal);
  const shown = (path: string) => relative(root, resolve(terminal.cwd, path)).split(sep).join('/');
  const steps = plan.steps.flatMap(({ id, place }): readonly (readonly [string, AnnotationPlace])[] => {
    if (place === undefined) return [];
    const { start } = place.source.locate(place.pointer, 'key');
    return [[id, { file: shown(place.source.path), line: start.line, col: start.column }]];
  });
  return { steps: Object.fromEntries(steps), ...(inputPath !== '-' && { input: shown(inputPath) }) };
}
