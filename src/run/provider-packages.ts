import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { providers } from '../models/registry.ts';
import type { Plan } from '../plan.ts';

/** The packages that the plan's providers need and that are not there; pipe itself comes without them. */
export function checkPackages(
  plan: Plan,
  known: typeof providers = providers,
  isInstalled: (name: string) => boolean = canImport,
): readonly Diagnostic[] {
  const named = new Set(plan.steps.map(({ model }) => model.provider));
  return [...named].flatMap((name): readonly Diagnostic[] => {
    const needed = known.get(name)?.package;
    if (needed === undefined || isInstalled(needed)) return [];
    return [
      {
        severity: 'error',
        code: 'missing-package',
        message: `\`provider: ${name}\` needs the package ${needed}, which is not installed`,
        hint: `run \`npm install ${needed}\`, or try without it by \`--simulate\``,
      },
    ];
  });
}

/** Without loading it: that takes a second, and comes when the run begins. */
function canImport(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
